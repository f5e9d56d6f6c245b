-- Models that are to be written with fewer bits a weight. Whoever holds a row's lease works on it.
CREATE TABLE quantizations (
  id uuid PRIMARY KEY,
  tenant text NOT NULL,
  -- the version that it is made of, as it was meant when it was asked for: support@3
  base text NOT NULL,
  -- the model that gets a version
  output_model text NOT NULL,
  type text NOT NULL,
  -- what it is compared and calibrated on, with the version of each fixed, and the limits
  options jsonb NOT NULL,
  -- queued, running, succeeded, failed, cancelled
  state text NOT NULL,
  progress double precision NOT NULL DEFAULT 0,
  step text NOT NULL DEFAULT '',
  report jsonb,
  -- the version that it has left
  result text,
  error_code text,
  error_message text,
  -- times that it was begun, and of these that what does it died
  tries int NOT NULL DEFAULT 0,
  deaths int NOT NULL DEFAULT 0,
  author text NOT NULL,
  key_id text NOT NULL,
  created_at timestamptz NOT NULL,
  started_at timestamptz,
  finished_at timestamptz,
  lease_owner text,
  lease_until timestamptz
);

CREATE INDEX quantizations_open ON quantizations (created_at) WHERE state IN ('queued', 'running');
CREATE INDEX quantizations_recent ON quantizations (tenant, created_at DESC, id DESC);
