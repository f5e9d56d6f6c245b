-- Training jobs: what is to be trained, by whom, and how far it is. Whoever holds a job's lease moves it.

CREATE TABLE training_jobs (
  -- ftjob- and 32 hexadecimal digits
  id text PRIMARY KEY,
  tenant text NOT NULL,
  -- as it was asked for
  model text NOT NULL,
  trainer text NOT NULL,
  method text NOT NULL,
  state text NOT NULL,
  training_file text NOT NULL,
  validation_file text,
  -- the files or versions of datasets that were meant when it was made, and what was found in them
  data jsonb NOT NULL,
  -- what the trainer is given, but for the places of the data
  spec jsonb NOT NULL,
  -- how its result is to be called
  output jsonb NOT NULL,
  metadata jsonb,
  step bigint NOT NULL DEFAULT 0,
  steps bigint,
  tokens_seen bigint NOT NULL DEFAULT 0,
  training_loss double precision,
  validation_loss double precision,
  -- what the trainer has left
  artifact jsonb,
  fine_tuned_model text,
  result_file text,
  error_code text,
  error_message text,
  error_param text,
  -- tries in a row without a new checkpoint
  fruitless int NOT NULL DEFAULT 0,
  next_try_at timestamptz,
  -- what the trainer remembers: the id of a job elsewhere
  handle jsonb,
  author text NOT NULL,
  key_id text NOT NULL,
  created_at timestamptz NOT NULL,
  started_at timestamptz,
  finished_at timestamptz,
  worked_ms bigint NOT NULL DEFAULT 0,
  lease_owner text,
  lease_until timestamptz
);

CREATE INDEX training_jobs_open ON training_jobs (created_at)
  WHERE state IN ('validating_files', 'queued', 'running', 'paused');
CREATE INDEX training_jobs_recent ON training_jobs (tenant, created_at DESC, id DESC);

CREATE TABLE training_events (
  -- ftevent- and 32 hexadecimal digits
  id text PRIMARY KEY,
  job_id text NOT NULL REFERENCES training_jobs ON DELETE CASCADE,
  -- the same is told once
  told_as text NOT NULL,
  level text NOT NULL,
  kind text NOT NULL,
  message text NOT NULL,
  data jsonb,
  created_at timestamptz NOT NULL,
  UNIQUE (job_id, told_as)
);

CREATE INDEX training_events_job ON training_events (job_id, created_at DESC, id DESC);

-- The curves. A step that is done again after a crash takes the place of itself.
CREATE SEQUENCE training_points_sequence;

CREATE TABLE training_points (
  job_id text NOT NULL REFERENCES training_jobs ON DELETE CASCADE,
  -- step or evaluation
  kind text NOT NULL,
  step bigint NOT NULL,
  loss double precision NOT NULL,
  accuracy double precision,
  learning_rate double precision,
  tokens_seen bigint,
  -- grows with every write, so that who watches reads what is new
  written bigint NOT NULL DEFAULT nextval('training_points_sequence'),
  PRIMARY KEY (job_id, kind, step)
);

CREATE INDEX training_points_written ON training_points (job_id, written);

CREATE TABLE training_checkpoints (
  -- ftckpt- and 32 hexadecimal digits
  id text PRIMARY KEY,
  job_id text NOT NULL REFERENCES training_jobs ON DELETE CASCADE,
  step bigint NOT NULL,
  model text NOT NULL,
  created_at timestamptz NOT NULL,
  UNIQUE (job_id, step)
);
