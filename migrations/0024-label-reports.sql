-- What was found of the labels of a version: agreement, annotators, suspects.

CREATE TABLE dataset_label_reports (
  -- that of the task that made it
  id uuid PRIMARY KEY,
  tenant text NOT NULL,
  dataset_id uuid NOT NULL REFERENCES datasets ON DELETE CASCADE,
  version_id text NOT NULL REFERENCES dataset_versions ON DELETE CASCADE,
  kind text NOT NULL,
  split text,
  -- JSON
  parameters text NOT NULL,
  result text NOT NULL,
  author text NOT NULL,
  created_at timestamptz NOT NULL
);

CREATE INDEX dataset_label_reports_dataset ON dataset_label_reports (dataset_id, created_at DESC, id DESC);
CREATE INDEX dataset_label_reports_version ON dataset_label_reports (version_id);
