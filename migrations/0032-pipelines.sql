-- Pipelines as they were declared, the runs of them, and what their stages left.

CREATE TABLE pipelines (
  tenant text NOT NULL,
  name text NOT NULL,
  version int NOT NULL,
  -- SHA-256 of the text
  hash text NOT NULL,
  text text NOT NULL,
  author text NOT NULL,
  -- in whose name the triggers of this version run
  key_id uuid,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, name, version)
);

-- What begins runs of the newest version by itself.
CREATE TABLE pipeline_triggers (
  tenant text NOT NULL,
  pipeline text NOT NULL,
  ordinal smallint NOT NULL,
  version int NOT NULL,
  -- cron or event
  kind text NOT NULL,
  cron text,
  timezone text,
  event text,
  -- of a cron trigger: when it is due next
  next_at timestamptz,
  PRIMARY KEY (tenant, pipeline, ordinal)
);

CREATE INDEX pipeline_triggers_due ON pipeline_triggers (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX pipeline_triggers_event ON pipeline_triggers (event) WHERE event IS NOT NULL;

CREATE TABLE pipeline_runs (
  id uuid PRIMARY KEY,
  tenant text NOT NULL,
  pipeline text NOT NULL,
  version int NOT NULL,
  parameters jsonb NOT NULL,
  -- queued, running, cancelling; or ended: succeeded, failed, cancelled, skipped
  state text NOT NULL,
  reason text,
  -- manual, api, cron or event, with what it was told
  trigger text NOT NULL,
  event jsonb,
  -- one event or tick begins a pipeline once, however often it is told
  trigger_key text,
  concurrency_group text,
  uses_cache boolean NOT NULL,
  author text NOT NULL,
  key_id uuid,
  created_at timestamptz NOT NULL,
  started_at timestamptz,
  ended_at timestamptz,
  -- there is nothing to do before: an approval or a pause between attempts
  wake_at timestamptz,
  lease_owner text,
  lease_until timestamptz
);

CREATE INDEX pipeline_runs_open ON pipeline_runs (created_at) WHERE state IN ('queued', 'running', 'cancelling');
CREATE INDEX pipeline_runs_recent ON pipeline_runs (tenant, created_at DESC, id DESC);
CREATE INDEX pipeline_runs_group ON pipeline_runs (tenant, concurrency_group) WHERE state IN ('queued', 'running', 'cancelling');
CREATE UNIQUE INDEX pipeline_runs_trigger ON pipeline_runs (tenant, pipeline, trigger_key);

-- One stage of a run, or one of a matrix.
CREATE TABLE pipeline_stages (
  run_id uuid NOT NULL REFERENCES pipeline_runs ON DELETE CASCADE,
  -- `train`, or `train[small]` of a matrix
  name text NOT NULL,
  ordinal int NOT NULL,
  tenant text NOT NULL,
  pipeline text NOT NULL,
  stage text NOT NULL,
  matrix jsonb NOT NULL,
  -- names of those that come before it
  needs jsonb NOT NULL,
  kind text NOT NULL,
  -- waiting, running, approval; or ended: succeeded, failed, skipped, cancelled
  state text NOT NULL,
  -- of one that has succeeded: run, or hit
  cache text,
  cache_key text,
  -- each part of the key with its hash, and what the kind pinned when the key was made
  cache_parts jsonb,
  pinned jsonb,
  -- why it was a hit or a miss, for people
  cache_why text,
  -- of a hit: the run that did it
  source_run uuid,
  parameters jsonb,
  progress real NOT NULL DEFAULT 0,
  step text NOT NULL DEFAULT '',
  attempts int NOT NULL DEFAULT 0,
  -- of those, how often the stage itself failed, and how often it was cut off
  failures int NOT NULL DEFAULT 0,
  interruptions int NOT NULL DEFAULT 0,
  -- not before: a pause between attempts
  next_attempt_at timestamptz,
  error_code text,
  error_message text,
  started_at timestamptz,
  ended_at timestamptz,
  -- of an approval
  expires_at timestamptz,
  decision text,
  decided_by text,
  decided_at timestamptz,
  decision_reason text,
  PRIMARY KEY (run_id, name)
);

CREATE INDEX pipeline_stages_cache ON pipeline_stages (tenant, cache_key, ended_at DESC) WHERE cache = 'run';
CREATE INDEX pipeline_stages_last ON pipeline_stages (tenant, pipeline, name, ended_at DESC) WHERE cache = 'run';

CREATE TABLE pipeline_attempts (
  id uuid PRIMARY KEY,
  run_id uuid NOT NULL REFERENCES pipeline_runs ON DELETE CASCADE,
  stage text NOT NULL,
  number int NOT NULL,
  -- running, succeeded, failed, interrupted or cancelled
  state text NOT NULL,
  error_code text,
  error_message text,
  started_at timestamptz NOT NULL,
  ended_at timestamptz,
  log_bytes bigint NOT NULL DEFAULT 0
);

CREATE INDEX pipeline_attempts_stage ON pipeline_attempts (run_id, stage, number);

CREATE TABLE pipeline_artifacts (
  run_id uuid NOT NULL REFERENCES pipeline_runs ON DELETE CASCADE,
  stage text NOT NULL,
  name text NOT NULL,
  tenant text NOT NULL,
  -- dataset, model, report, file, folder or value
  type text NOT NULL,
  -- SHA-256 of the bytes, or of the value as canonical JSON
  digest text NOT NULL,
  size_bytes bigint NOT NULL,
  -- of what is no file
  value jsonb,
  PRIMARY KEY (run_id, stage, name)
);

CREATE INDEX pipeline_artifacts_object ON pipeline_artifacts (tenant, digest);

-- Bytes that lie in the object store, each once for each tenant.
CREATE TABLE pipeline_objects (
  tenant text NOT NULL,
  digest text NOT NULL,
  size_bytes bigint NOT NULL,
  used_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, digest)
);

CREATE INDEX pipeline_objects_used ON pipeline_objects (used_at);

CREATE TABLE pipeline_logs (
  run_id uuid NOT NULL REFERENCES pipeline_runs ON DELETE CASCADE,
  sequence bigint GENERATED ALWAYS AS IDENTITY,
  stage text NOT NULL,
  attempt int NOT NULL,
  at timestamptz NOT NULL,
  -- out, error or system
  stream text NOT NULL,
  text text NOT NULL,
  PRIMARY KEY (run_id, sequence)
);

CREATE TABLE pipeline_metrics (
  run_id uuid NOT NULL REFERENCES pipeline_runs ON DELETE CASCADE,
  stage text NOT NULL,
  attempt int NOT NULL,
  name text NOT NULL,
  step double precision NOT NULL,
  value double precision NOT NULL,
  at timestamptz NOT NULL
);

CREATE INDEX pipeline_metrics_stage ON pipeline_metrics (run_id, stage, name, step);
