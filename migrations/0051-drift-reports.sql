-- What explains that traffic, or a dataset, is not like another. Whoever holds a row's lease works on it.
CREATE TABLE drift_reports (
  id uuid PRIMARY KEY,
  -- null: over the rows of all tenants, for keys of the installation
  tenant text,
  -- the services whose traffic is in it; a key with a list of services sees it where it may see all of them
  services text[] NOT NULL,
  -- what is compared, with versions of datasets as they were when it was asked for
  request jsonb NOT NULL,
  -- queued, running, succeeded, failed
  state text NOT NULL,
  progress double precision NOT NULL DEFAULT 0,
  step text NOT NULL DEFAULT '',
  report jsonb,
  error_code text,
  error_message text,
  tries int NOT NULL DEFAULT 0,
  author text NOT NULL,
  -- null where it is our own work
  key_id text,
  created_at timestamptz NOT NULL,
  started_at timestamptz,
  finished_at timestamptz,
  lease_owner text,
  lease_until timestamptz
);

CREATE INDEX drift_reports_open ON drift_reports (created_at) WHERE state IN ('queued', 'running');
CREATE INDEX drift_reports_recent ON drift_reports (created_at DESC, id DESC);
