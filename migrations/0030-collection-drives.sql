-- Drives: what a version lacks, and the traffic that people were asked to label for it.

CREATE TABLE dataset_drives (
  -- that of the task that began it
  id uuid PRIMARY KEY,
  tenant text NOT NULL,
  dataset_id uuid NOT NULL REFERENCES datasets ON DELETE CASCADE,
  version_id text NOT NULL REFERENCES dataset_versions ON DELETE CASCADE,
  -- JSON: needs, fields, filter and what was left out
  plan text NOT NULL,
  author text NOT NULL,
  created_at timestamptz NOT NULL
);

CREATE INDEX dataset_drives_dataset ON dataset_drives (dataset_id, created_at DESC, id DESC);
CREATE INDEX dataset_drives_version ON dataset_drives (version_id);

-- Nothing of what was said: it is read again, masked, when a row is made of it.
CREATE TABLE dataset_drive_candidates (
  drive_id uuid NOT NULL REFERENCES dataset_drives ON DELETE CASCADE,
  dataset_id uuid NOT NULL REFERENCES datasets ON DELETE CASCADE,
  inference_id uuid NOT NULL,
  -- its place among the needs of the plan
  need smallint NOT NULL,
  -- that it belongs to it, as a classifier said
  probability double precision NOT NULL,
  -- JSON: slices that are known without asking
  known text NOT NULL,
  PRIMARY KEY (drive_id, inference_id),
  -- nobody is asked twice about the same for one dataset
  UNIQUE (dataset_id, inference_id)
);
