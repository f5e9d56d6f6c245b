-- Work that runs as a Job of a cluster, and the files that travel to it and back.

CREATE TABLE cluster_jobs (
  id uuid PRIMARY KEY,
  -- what it is for; the same however often it is taken up
  work text NOT NULL,
  tenant text NOT NULL,
  -- the name of the Job and of its Secret
  name text NOT NULL UNIQUE,
  -- SHA-256 of tokens that its pods may come with; several where a server died while it made one
  token_hashes text[] NOT NULL DEFAULT '{}',
  -- until then; moved on while somebody watches the Job
  token_until timestamptz,
  -- what pods may leave: paths, and the bytes of all of them
  may_leave jsonb NOT NULL,
  most_bytes bigint NOT NULL,
  left_bytes bigint NOT NULL DEFAULT 0,
  files_ready_at timestamptz,
  -- the cluster it is in: kubeconfig, context, namespace, resource
  place jsonb NOT NULL,
  -- how the work ended, which is told again to who was killed before it wrote that down
  exit_code int,
  ended_at timestamptz,
  created_at timestamptz NOT NULL,
  -- what became of it was told; its files and tokens are gone
  concluded_at timestamptz
);

-- No work has two Jobs, whoever begins them.
CREATE UNIQUE INDEX cluster_jobs_open ON cluster_jobs (work) WHERE concluded_at IS NULL;

CREATE TABLE cluster_files (
  job_id uuid NOT NULL REFERENCES cluster_jobs (id) ON DELETE CASCADE,
  sequence bigint GENERATED ALWAYS AS IDENTITY,
  -- in: goes to the pod; out: came from it; whole: a folder is complete; gone: was deleted there; delivered: that was all
  kind text NOT NULL,
  path text NOT NULL,
  object_key text,
  size_bytes bigint NOT NULL DEFAULT 0,
  is_runnable boolean NOT NULL DEFAULT false,
  -- of a file that grows: where these bytes begin
  begins_at bigint,
  PRIMARY KEY (job_id, sequence)
);
