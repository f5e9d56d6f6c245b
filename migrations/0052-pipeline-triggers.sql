-- What has happened and may begin runs of pipelines, written in the transaction of what happened.
CREATE TABLE pipeline_events (
  id uuid PRIMARY KEY,
  -- null: of the installation
  tenant text,
  name text NOT NULL,
  -- the same for the same happening, which is told once
  key text NOT NULL,
  facts jsonb NOT NULL,
  at timestamptz NOT NULL,
  -- when every pipeline that listens had decided on it
  told_at timestamptz,
  -- where telling broke: how often, and when it is tried again
  failures int NOT NULL DEFAULT 0,
  retry_at timestamptz
);

CREATE UNIQUE INDEX pipeline_events_key ON pipeline_events ((coalesce(tenant, '')), name, key);
CREATE INDEX pipeline_events_waiting ON pipeline_events (at, id) WHERE told_at IS NULL;
CREATE INDEX pipeline_events_told ON pipeline_events (told_at) WHERE told_at IS NOT NULL;

-- A trigger keeps its name, and what it knows, over versions of its pipeline.
ALTER TABLE pipeline_triggers
  ADD COLUMN name text,
  -- of one that counts rows: the dataset
  ADD COLUMN dataset text,
  -- a key of the installation has defined it: it hears of what happens to the installation
  ADD COLUMN hears_installation boolean NOT NULL DEFAULT false,
  -- the newest event that is held, since when, how many are, and when it is looked at again
  ADD COLUMN held jsonb,
  ADD COLUMN held_since timestamptz,
  ADD COLUMN held_events int NOT NULL DEFAULT 0,
  ADD COLUMN due_at timestamptz,
  -- rows that have come since the last run
  ADD COLUMN counted_rows bigint NOT NULL DEFAULT 0;

UPDATE pipeline_triggers AS own SET name = named.name FROM (
  SELECT tenant, pipeline, ordinal, base || CASE WHEN nth > 1 THEN '-' || nth ELSE '' END AS name FROM (
    SELECT tenant, pipeline, ordinal, coalesce(event, 'cron') AS base,
      row_number() OVER (PARTITION BY tenant, pipeline, coalesce(event, 'cron') ORDER BY ordinal) AS nth
    FROM pipeline_triggers) AS counted) AS named
WHERE (own.tenant, own.pipeline, own.ordinal) = (named.tenant, named.pipeline, named.ordinal);

ALTER TABLE pipeline_triggers
  ALTER COLUMN name SET NOT NULL,
  DROP CONSTRAINT pipeline_triggers_pkey,
  ADD PRIMARY KEY (tenant, pipeline, name);

CREATE INDEX pipeline_triggers_held ON pipeline_triggers (due_at) WHERE due_at IS NOT NULL;

-- What became of each thing that a trigger was told.
CREATE TABLE pipeline_trigger_decisions (
  id uuid PRIMARY KEY,
  tenant text NOT NULL,
  pipeline text NOT NULL,
  version int NOT NULL,
  trigger text NOT NULL,
  at timestamptz NOT NULL,
  -- began, held, refused or not_wanted
  outcome text NOT NULL,
  -- by what: debounce, cooldown, limit, budget, where, rows …
  reason text NOT NULL,
  -- for people
  message text NOT NULL,
  -- what was held against what
  numbers jsonb NOT NULL,
  -- the event, the tick or the call: id, name, time, facts
  occurrence jsonb NOT NULL,
  -- of one that was held: none before
  held_until timestamptz,
  -- the run that began; of one that was held, the one that took it up
  run_id uuid
);

CREATE INDEX pipeline_trigger_decisions_recent ON pipeline_trigger_decisions (tenant, pipeline, at DESC, id DESC);
CREATE INDEX pipeline_trigger_decisions_began ON pipeline_trigger_decisions (tenant, pipeline, trigger, at) WHERE outcome = 'began';
CREATE INDEX pipeline_trigger_decisions_held ON pipeline_trigger_decisions (tenant, pipeline, trigger)
  WHERE outcome = 'held' AND run_id IS NULL;
CREATE INDEX pipeline_trigger_decisions_old ON pipeline_trigger_decisions (at);

ALTER TABLE pipeline_runs
  -- the trigger that began it, by name
  ADD COLUMN trigger_name text,
  -- what a person is asked before its first stage
  ADD COLUMN approval jsonb;
