-- Versions of models on their way to and from other registries. A row says what is to be done; whoever holds its lease does it.

CREATE TABLE model_transfers (
  id uuid PRIMARY KEY,
  tenant text NOT NULL,
  -- push or pull
  direction text NOT NULL,
  -- waiting, running, done, failed, cancelled
  state text NOT NULL,
  model text NOT NULL,
  -- of a push from the beginning; of a pull once it has made one
  version int,
  registry text NOT NULL,
  repository text NOT NULL,
  -- a tag, or sha256:… of the manifest
  reference text NOT NULL,
  -- of a pull: also where no signature counts
  allows_unverified boolean NOT NULL,
  -- of the manifest, once it is known
  digest text,
  done_bytes bigint NOT NULL DEFAULT 0,
  total_bytes bigint,
  error_code text,
  error_message text,
  author text NOT NULL,
  key_id text,
  request_id text,
  created_at timestamptz NOT NULL,
  ended_at timestamptz,
  lease_owner uuid,
  lease_until timestamptz
);

CREATE INDEX model_transfers_open ON model_transfers (created_at) WHERE state IN ('waiting', 'running');
CREATE INDEX model_transfers_tenant ON model_transfers (tenant, created_at DESC);
