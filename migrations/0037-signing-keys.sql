-- Keys that versions of models are signed with, and public keys of others whose signatures count.

CREATE TABLE signing_keys (
  -- SHA-256 of the public key as PEM, in hex: what signatures name it by
  id text NOT NULL,
  tenant text NOT NULL,
  name text NOT NULL,
  -- own: has a private key here; trusted: somebody else's
  kind text NOT NULL,
  -- PEM, SubjectPublicKeyInfo
  public_key text NOT NULL,
  -- the private key (PKCS #8, DER), sealed; gone once it signs nothing any more
  sealed bytea,
  data_key uuid,
  author text NOT NULL,
  created_at timestamptz NOT NULL,
  -- own: another key signs from then on; what it has signed stays good
  retired_at timestamptz,
  -- what it has signed counts no more, whenever that was
  revoked_at timestamptz,
  revoked_by text,
  reason text,
  PRIMARY KEY (tenant, id)
);

CREATE UNIQUE INDEX signing_keys_name ON signing_keys (tenant, name);
-- one key of a tenant signs
CREATE UNIQUE INDEX signing_keys_current ON signing_keys (tenant)
  WHERE kind = 'own' AND retired_at IS NULL AND revoked_at IS NULL;
