-- Suites as they were written, and the runs of them: which example was asked of which release, and what was found.

CREATE TABLE evaluation_suites (
  tenant text NOT NULL,
  name text NOT NULL,
  version int NOT NULL,
  -- SHA-256 of the text
  hash text NOT NULL,
  text text NOT NULL,
  author text NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, name, version)
);

CREATE TABLE evaluation_runs (
  id uuid PRIMARY KEY,
  tenant text NOT NULL,
  suite text NOT NULL,
  suite_version int NOT NULL,
  -- what was pinned when it began: the version of the dataset, releases and evaluators with their hashes
  plan jsonb NOT NULL,
  state text NOT NULL,
  -- why it is paused or has failed, as a code and for people
  reason text,
  reason_text text,
  -- when it goes on by itself
  resume_at timestamptz,
  -- examples times releases times repeats
  total bigint NOT NULL DEFAULT 0,
  answered bigint NOT NULL DEFAULT 0,
  -- of those, what nobody was asked for
  cached bigint NOT NULL DEFAULT 0,
  scored bigint NOT NULL DEFAULT 0,
  failed bigint NOT NULL DEFAULT 0,
  -- all that was paid, for judges too
  cost_nano_usd bigint NOT NULL DEFAULT 0,
  judge_cost_nano_usd bigint NOT NULL DEFAULT 0,
  -- answers that have no price
  unpriced bigint NOT NULL DEFAULT 0,
  budget_nano_usd bigint,
  uses_cache boolean NOT NULL,
  -- passed, failed or not_enough
  verdict text,
  report jsonb,
  author text NOT NULL,
  created_at timestamptz NOT NULL,
  started_at timestamptz,
  ended_at timestamptz,
  -- time that somebody has worked on it
  worked_ms bigint NOT NULL DEFAULT 0,
  lease_owner text,
  lease_until timestamptz
);

CREATE INDEX evaluation_runs_open ON evaluation_runs (created_at)
  WHERE state IN ('planning', 'running', 'paused', 'cancelling');
CREATE INDEX evaluation_runs_recent ON evaluation_runs (tenant, created_at DESC, id DESC);

CREATE TABLE evaluation_examples (
  run_id uuid NOT NULL REFERENCES evaluation_runs ON DELETE CASCADE,
  ordinal int NOT NULL,
  row_key text NOT NULL,
  -- the values of the suite's slices
  slices jsonb NOT NULL,
  PRIMARY KEY (run_id, ordinal)
);

-- One example asked of one release once.
CREATE TABLE evaluation_items (
  run_id uuid NOT NULL REFERENCES evaluation_runs ON DELETE CASCADE,
  ordinal int NOT NULL,
  release smallint NOT NULL,
  repeat smallint NOT NULL,
  -- waiting, answered, scored or failed
  state text NOT NULL DEFAULT 'waiting',
  answer_key text,
  -- why nobody was asked, or why somebody was
  cache text,
  failure_code text,
  failure_message text,
  attempts smallint NOT NULL DEFAULT 0,
  PRIMARY KEY (run_id, ordinal, release, repeat)
);

CREATE INDEX evaluation_items_open ON evaluation_items (run_id, ordinal) WHERE state IN ('waiting', 'answered');

-- What was answered, by what was asked: of releases and of judges.
CREATE TABLE evaluation_answers (
  tenant text NOT NULL,
  -- SHA-256 of release, request, seed and repeat
  key text NOT NULL,
  -- SHA-256 of the request alone, and of the release: tells why an answer is not found
  request_hash text NOT NULL,
  release_hash text NOT NULL,
  data_key uuid NOT NULL,
  sealed bytea NOT NULL,
  inference_id uuid,
  model text,
  finish_reason text,
  latency_ms double precision NOT NULL,
  first_token_ms double precision,
  input_tokens bigint,
  output_tokens bigint,
  cost_nano_usd bigint,
  created_at timestamptz NOT NULL,
  -- moved on by days, when it is found again
  used_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, key)
);

CREATE INDEX evaluation_answers_request ON evaluation_answers (tenant, request_hash);
CREATE INDEX evaluation_answers_used ON evaluation_answers (used_at);

CREATE TABLE evaluation_scores (
  run_id uuid NOT NULL REFERENCES evaluation_runs ON DELETE CASCADE,
  ordinal int NOT NULL,
  release smallint NOT NULL,
  repeat smallint NOT NULL,
  -- the place of the evaluator in the plan of the run
  evaluator smallint NOT NULL,
  -- which kind it is
  use text NOT NULL,
  tenant text NOT NULL,
  -- SHA-256 of evaluator, version, parameters, example and answer
  score_key text NOT NULL,
  answer_key text NOT NULL,
  -- null: it does not apply, or `failure` says why it could not tell
  value double precision,
  is_passed boolean,
  label text,
  failure text,
  data_key uuid,
  -- why, in the words of the evaluator
  sealed bytea,
  model text,
  prompt_hash text,
  cost_nano_usd bigint NOT NULL DEFAULT 0,
  cache text NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (run_id, ordinal, release, repeat, evaluator)
);

CREATE INDEX evaluation_scores_key ON evaluation_scores (tenant, score_key) WHERE failure IS NULL;
CREATE INDEX evaluation_scores_answer ON evaluation_scores (tenant, answer_key);

-- What people say of an answer, on the scale of an evaluator: what corrects a judge.
CREATE TABLE evaluation_labels (
  tenant text NOT NULL,
  answer_key text NOT NULL,
  -- what it is a label of: the evaluator as suites name it, with its parameters' hash
  evaluator text NOT NULL,
  author text NOT NULL,
  value double precision NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, answer_key, evaluator, author)
);
