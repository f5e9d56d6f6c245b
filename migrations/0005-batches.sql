-- Files that clients bring and batches leave, and batches: many calls to services in one, answered when there is room.

CREATE TABLE files (
  id text PRIMARY KEY,
  tenant text NOT NULL,
  purpose text NOT NULL,
  filename text NOT NULL,
  size_bytes bigint NOT NULL,
  -- of a batch, where its parts are the content; else the object with the file's id is
  batch_id text,
  created_at timestamptz NOT NULL,
  expires_at timestamptz
);

CREATE INDEX files_tenant ON files (tenant, created_at DESC, id DESC);
CREATE INDEX files_expires_at ON files (expires_at);

CREATE TABLE batches (
  id text PRIMARY KEY,
  tenant text NOT NULL,
  -- the key in whose name the lines are asked
  key_id text NOT NULL,
  endpoint text NOT NULL,
  input_file_id text NOT NULL,
  completion_window text NOT NULL,
  metadata jsonb,
  state text NOT NULL,
  errors jsonb,
  total bigint NOT NULL DEFAULT 0,
  completed bigint NOT NULL DEFAULT 0,
  failed bigint NOT NULL DEFAULT 0,
  output_file_id text,
  error_file_id text,
  -- everything of the input before this byte is answered and written
  next_offset bigint NOT NULL DEFAULT 0,
  next_line bigint NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  in_progress_at timestamptz,
  finalizing_at timestamptz,
  completed_at timestamptz,
  failed_at timestamptz,
  expired_at timestamptz,
  cancelling_at timestamptz,
  cancelled_at timestamptz,
  -- the one process that works on it, while its heart beats
  lease_owner text,
  lease_until timestamptz
);

CREATE INDEX batches_tenant ON batches (tenant, created_at DESC, id DESC);
CREATE INDEX batches_open ON batches (created_at) WHERE state IN ('validating', 'in_progress', 'finalizing', 'cancelling');

-- A chunk of answers that is written; its row and the batch's offset are one transaction.
CREATE TABLE batch_parts (
  file_id text NOT NULL,
  number bigint NOT NULL,
  object_key text NOT NULL,
  PRIMARY KEY (file_id, number)
);
