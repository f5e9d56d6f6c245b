-- When all stored files of a version were last read and hashed, and what was found; the newest alone.

CREATE TABLE model_file_checks (
  version_id uuid PRIMARY KEY REFERENCES model_versions ON DELETE CASCADE,
  tenant text NOT NULL,
  -- null: every file is what its hash says; else what is wrong, by path
  problem text,
  by_whom text NOT NULL,
  checked_at timestamptz NOT NULL
);
