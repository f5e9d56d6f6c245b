-- Who may come in: tenants and the keys that belong to them.

CREATE TABLE tenants (
  id text PRIMARY KEY CHECK (id ~ '^[a-z0-9][a-z0-9._-]{0,62}$'),
  name text,
  -- the services that its keys may call; null means all
  services text[],
  -- 'file' is declared in the configuration and changed only there
  source text NOT NULL CHECK (source IN ('file', 'api')),
  created_at timestamptz NOT NULL,
  -- a tenant is never removed, so that its id and its records cannot pass to somebody else
  disabled_at timestamptz
);

INSERT INTO tenants (id, source, created_at) VALUES ('default', 'api', now());

CREATE TABLE access_keys (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  -- SHA-256 of the secret in hex; the secret itself is never stored
  hash text NOT NULL UNIQUE,
  prefix text NOT NULL,
  role text NOT NULL CHECK (role IN ('owner', 'operator', 'developer', 'reviewer', 'auditor', 'service')),
  -- null means the whole installation
  tenant text REFERENCES tenants,
  services text[],
  created_at timestamptz NOT NULL,
  -- the name of the key that made it
  created_by text NOT NULL,
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz,
  -- the key that main made or was given at the first start
  is_bootstrap boolean NOT NULL DEFAULT false
);

CREATE INDEX access_keys_tenant ON access_keys (tenant, id);

-- One row. Every change of access locks it and raises the revision, so changes happen one after the other and
-- a replica sees with one small query whether it is up to date.
CREATE TABLE access_state (
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  revision bigint NOT NULL DEFAULT 0,
  -- signs the sessions of the console; made at the first start, shared by all replicas
  session_secret text
);

INSERT INTO access_state DEFAULT VALUES;
