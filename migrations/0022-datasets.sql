-- Versions of datasets. Rows lie in the object store; here is what names them, what refers to what, and what is under way.

CREATE TABLE datasets (
  id uuid PRIMARY KEY,
  tenant text NOT NULL,
  name text NOT NULL,
  description text NOT NULL,
  definition_hash text NOT NULL,
  -- the number of the newest version
  last_number int NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  -- refs are gone and the name is free; versions that are pinned stay until they are not
  deleted_at timestamptz
);

CREATE UNIQUE INDEX datasets_name ON datasets (tenant, name) WHERE deleted_at IS NULL;

-- What a dataset was held to, each as it was given.
CREATE TABLE dataset_definitions (
  dataset_id uuid NOT NULL REFERENCES datasets ON DELETE CASCADE,
  -- SHA-256 of the text
  hash text NOT NULL,
  text text NOT NULL,
  author text NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (dataset_id, hash)
);

CREATE TABLE dataset_versions (
  -- SHA-256 of the canonical manifest
  id text PRIMARY KEY,
  dataset_id uuid NOT NULL REFERENCES datasets ON DELETE CASCADE,
  tenant text NOT NULL,
  number int NOT NULL,
  -- canonical JSON; text, because its hash is its name
  manifest text NOT NULL,
  parents text[] NOT NULL,
  created_at timestamptz NOT NULL,
  UNIQUE (dataset_id, number)
);

CREATE TABLE dataset_refs (
  dataset_id uuid NOT NULL REFERENCES datasets ON DELETE CASCADE,
  name text NOT NULL,
  -- branch or tag; they share one set of names
  kind text NOT NULL,
  version_id text NOT NULL REFERENCES dataset_versions,
  author text NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (dataset_id, name)
);

CREATE INDEX dataset_refs_version ON dataset_refs (version_id);

-- Segments and removal vectors of a tenant, each stored once.
CREATE TABLE dataset_objects (
  tenant text NOT NULL,
  -- sha256-… of its bytes
  object text NOT NULL,
  bytes bigint NOT NULL,
  -- when it was last staged: garbage collection leaves what is younger than its grace
  touched_at timestamptz NOT NULL,
  -- null while it is being put or deleted
  stored_at timestamptz,
  PRIMARY KEY (tenant, object)
);

CREATE INDEX dataset_objects_touched ON dataset_objects (touched_at);

-- What a version is made of.
CREATE TABLE dataset_version_objects (
  version_id text NOT NULL REFERENCES dataset_versions ON DELETE CASCADE,
  tenant text NOT NULL,
  object text NOT NULL,
  PRIMARY KEY (version_id, object),
  FOREIGN KEY (tenant, object) REFERENCES dataset_objects
);

CREATE INDEX dataset_version_objects_object ON dataset_version_objects (tenant, object);

-- Who needs which version, and why: a model that learned from it, an evaluation that measured on it.
CREATE TABLE dataset_pins (
  version_id text NOT NULL REFERENCES dataset_versions,
  kind text NOT NULL,
  subject text NOT NULL,
  tenant text NOT NULL,
  why text NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (version_id, kind, subject)
);

-- What profile and checks said of what was to be published, also where they refused it.
CREATE TABLE dataset_reports (
  id uuid PRIMARY KEY,
  tenant text NOT NULL,
  dataset_id uuid NOT NULL REFERENCES datasets ON DELETE CASCADE,
  branch text NOT NULL,
  -- null where it was refused
  version_id text REFERENCES dataset_versions ON DELETE CASCADE,
  content_hash text NOT NULL,
  is_refused boolean NOT NULL,
  -- JSON
  profile text NOT NULL,
  summaries text NOT NULL,
  details text NOT NULL,
  created_at timestamptz NOT NULL
);

CREATE INDEX dataset_reports_version ON dataset_reports (version_id);
CREATE INDEX dataset_reports_dataset ON dataset_reports (dataset_id, created_at DESC);

-- Long operations.
CREATE TABLE dataset_tasks (
  id uuid PRIMARY KEY,
  tenant text NOT NULL,
  dataset text,
  kind text NOT NULL,
  state text NOT NULL,
  -- 0 to 1
  progress real NOT NULL DEFAULT 0,
  step text NOT NULL DEFAULT '',
  -- JSON
  parameters text NOT NULL,
  result text,
  error_code text,
  error_message text,
  author text NOT NULL,
  key_id text,
  attempts int NOT NULL DEFAULT 0,
  is_cancel_asked boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL,
  started_at timestamptz,
  ended_at timestamptz,
  -- the process that works on it, and until when it is believed to
  owner text,
  owned_until timestamptz
);

CREATE INDEX dataset_tasks_open ON dataset_tasks (created_at) WHERE state IN ('waiting', 'running');
CREATE INDEX dataset_tasks_newest ON dataset_tasks (tenant, created_at DESC, id DESC);
