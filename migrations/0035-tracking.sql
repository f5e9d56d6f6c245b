-- Runs of training elsewhere, as MLflow's clients log them: experiments, runs, metrics, models on their way to the registry, artifacts.

CREATE TABLE tracking_experiments (
  tenant text NOT NULL,
  id int NOT NULL,
  name text NOT NULL,
  -- active or deleted
  stage text NOT NULL DEFAULT 'active',
  tags jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, id),
  UNIQUE (tenant, name)
);

CREATE TABLE tracking_runs (
  -- 32 hexadecimal digits
  id text PRIMARY KEY,
  tenant text NOT NULL,
  experiment_id int NOT NULL,
  name text NOT NULL,
  user_id text NOT NULL,
  status text NOT NULL,
  stage text NOT NULL DEFAULT 'active',
  start_ms bigint NOT NULL,
  end_ms bigint,
  params jsonb NOT NULL DEFAULT '{}',
  tags jsonb NOT NULL DEFAULT '{}',
  -- the last point of each metric: {value, timestamp, step}; values are texts, because JSON has no NaN
  latest jsonb NOT NULL DEFAULT '{}',
  -- MLflow's own words for what went in and came out
  inputs jsonb NOT NULL DEFAULT '[]',
  model_inputs jsonb NOT NULL DEFAULT '[]',
  outputs jsonb NOT NULL DEFAULT '[]',
  FOREIGN KEY (tenant, experiment_id) REFERENCES tracking_experiments
);

CREATE INDEX tracking_runs_experiment ON tracking_runs (tenant, experiment_id, start_ms DESC);

CREATE TABLE tracking_metrics (
  run_id text NOT NULL REFERENCES tracking_runs ON DELETE CASCADE,
  key text NOT NULL,
  step bigint NOT NULL,
  at_ms bigint NOT NULL,
  value double precision NOT NULL,
  model_id text
);

CREATE UNIQUE INDEX tracking_metrics_point ON tracking_metrics (run_id, key, step, at_ms, value);
CREATE INDEX tracking_metrics_model ON tracking_metrics (model_id) WHERE model_id IS NOT NULL;

-- What MLflow 3 calls a logged model: artifacts of a run that may become a version.
CREATE TABLE tracking_models (
  -- m- and 32 hexadecimal digits
  id text PRIMARY KEY,
  tenant text NOT NULL,
  experiment_id int NOT NULL,
  name text NOT NULL,
  model_type text NOT NULL,
  status text NOT NULL,
  source_run_id text NOT NULL,
  params jsonb NOT NULL DEFAULT '{}',
  tags jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  FOREIGN KEY (tenant, experiment_id) REFERENCES tracking_experiments
);

CREATE INDEX tracking_models_experiment ON tracking_models (tenant, experiment_id, created_at DESC);

CREATE TABLE tracking_artifacts (
  tenant text NOT NULL,
  -- the id of a run or of a logged model
  owner text NOT NULL,
  path text NOT NULL,
  object text NOT NULL,
  bytes bigint NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, owner, path)
);
