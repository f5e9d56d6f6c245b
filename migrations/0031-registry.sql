-- Models: versions that never change, aliases that move, who decided what, and what was live when. Files lie in the object store.

CREATE TABLE models (
  id uuid PRIMARY KEY,
  tenant text NOT NULL,
  name text NOT NULL,
  description text NOT NULL,
  -- YAML: which aliases are protected, and by what
  definition text NOT NULL,
  tags jsonb NOT NULL DEFAULT '{}',
  -- the number of the newest version; a number is never used again
  last_number int NOT NULL DEFAULT 0,
  -- of its events, which follow one another without a gap and never back in time
  last_event int NOT NULL DEFAULT 0,
  last_event_at timestamptz,
  author text NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz
);

CREATE UNIQUE INDEX models_name ON models (tenant, name) WHERE deleted_at IS NULL;

CREATE TABLE model_versions (
  id uuid PRIMARY KEY,
  model_id uuid NOT NULL REFERENCES models,
  tenant text NOT NULL,
  number int NOT NULL,
  -- SHA-256 of the manifest
  digest text NOT NULL,
  -- canonical JSON; text, because its hash is its name
  manifest text NOT NULL,
  format text NOT NULL,
  bytes bigint NOT NULL,
  -- what the headers of the files say: architecture, parameters, quantization
  facts jsonb NOT NULL,
  -- where it comes from, as it was given
  lineage jsonb NOT NULL,
  metrics jsonb NOT NULL,
  source jsonb NOT NULL,
  tags jsonb NOT NULL,
  description text NOT NULL,
  -- who made it, by key: whoever made a version does not approve it
  author text NOT NULL,
  author_key text NOT NULL,
  created_at timestamptz NOT NULL,
  deleted_at timestamptz,
  UNIQUE (model_id, number)
);

CREATE INDEX model_versions_digest ON model_versions (tenant, digest);

-- What a version is known to come from, one row for each: the way back and the way on.
CREATE TABLE model_lineage (
  version_id uuid NOT NULL REFERENCES model_versions,
  tenant text NOT NULL,
  -- dataset, run or model
  kind text NOT NULL,
  -- the id of a version of a dataset, KIND:ID of a run, the id of a version of a model
  subject text NOT NULL,
  -- training, evaluation, base, teacher …
  role text NOT NULL,
  label text NOT NULL,
  PRIMARY KEY (version_id, kind, subject, role)
);

CREATE INDEX model_lineage_subject ON model_lineage (tenant, kind, subject);

-- Files of a tenant, each stored once.
CREATE TABLE model_objects (
  tenant text NOT NULL,
  -- sha256-… of its bytes
  object text NOT NULL,
  bytes bigint NOT NULL,
  -- when it was last put or named: garbage collection leaves what is younger than its grace
  touched_at timestamptz NOT NULL,
  -- null while it is being put or deleted
  stored_at timestamptz,
  PRIMARY KEY (tenant, object)
);

CREATE INDEX model_objects_touched ON model_objects (touched_at);

-- Who needs an object: the files and attachments of versions, the artifacts of tracked runs.
CREATE TABLE model_object_uses (
  tenant text NOT NULL,
  object text NOT NULL,
  kind text NOT NULL,
  subject text NOT NULL,
  PRIMARY KEY (tenant, object, kind, subject),
  FOREIGN KEY (tenant, object) REFERENCES model_objects
);

CREATE INDEX model_object_uses_subject ON model_object_uses (kind, subject);

-- What is said of a version beside its files, and does not change its name: signature, bill of materials, card.
CREATE TABLE model_attachments (
  id uuid PRIMARY KEY,
  version_id uuid NOT NULL REFERENCES model_versions,
  tenant text NOT NULL,
  -- signature, sbom, card …
  kind text NOT NULL,
  name text NOT NULL,
  media_type text NOT NULL,
  object text NOT NULL,
  bytes bigint NOT NULL,
  details jsonb NOT NULL,
  author text NOT NULL,
  created_at timestamptz NOT NULL
);

CREATE INDEX model_attachments_version ON model_attachments (version_id, created_at);

CREATE TABLE model_aliases (
  model_id uuid NOT NULL REFERENCES models,
  name text NOT NULL,
  version_id uuid NOT NULL REFERENCES model_versions,
  author text NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (model_id, name)
);

CREATE INDEX model_aliases_version ON model_aliases (version_id);

-- What people decided of a version for an alias; the newest of each person counts.
CREATE TABLE model_decisions (
  id uuid PRIMARY KEY,
  version_id uuid NOT NULL REFERENCES model_versions,
  tenant text NOT NULL,
  alias text NOT NULL,
  -- approved or rejected
  decision text NOT NULL,
  actor text NOT NULL,
  actor_name text NOT NULL,
  reason text NOT NULL,
  evidence jsonb NOT NULL,
  created_at timestamptz NOT NULL
);

CREATE INDEX model_decisions_version ON model_decisions (version_id, alias, created_at);

-- What happened to models, in the order in which it happened.
CREATE TABLE model_events (
  id uuid PRIMARY KEY,
  -- of one model, without a gap
  sequence int NOT NULL,
  at timestamptz NOT NULL,
  tenant text NOT NULL,
  model_id uuid NOT NULL,
  model text NOT NULL,
  kind text NOT NULL,
  version int,
  digest text,
  alias text,
  -- the version that the alias was at before
  previous int,
  actor text NOT NULL,
  actor_name text NOT NULL,
  reason text NOT NULL,
  -- what it was done on: kind, id and hash of each
  evidence jsonb NOT NULL,
  details jsonb NOT NULL,
  request_id text,
  UNIQUE (model_id, sequence)
);

CREATE INDEX model_events_model ON model_events (tenant, model, at);

CREATE FUNCTION refuse_model_event_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'events of models are append-only: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER model_events_are_append_only
  BEFORE UPDATE OR DELETE OR TRUNCATE ON model_events
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_model_event_change();

-- Which engine had which version, from when until when, and the releases that it served.
CREATE TABLE model_servings (
  id uuid PRIMARY KEY,
  tenant text NOT NULL,
  version_id uuid NOT NULL REFERENCES model_versions,
  server text NOT NULL,
  engine text NOT NULL,
  -- as the configuration names it: registry:support@production
  reference text NOT NULL,
  -- SERVICE@RELEASE
  releases text[] NOT NULL,
  started_at timestamptz NOT NULL,
  ended_at timestamptz
);

CREATE INDEX model_servings_version ON model_servings (version_id, started_at);
CREATE INDEX model_servings_engine ON model_servings (engine, started_at);
