-- Inferences and what hangs on them. Every table is cut into days, so that retention drops whole partitions and
-- never deletes a row. Three of them are cut by a UUIDv7, whose first 48 bits are its time in milliseconds: the
-- primary key is then the id alone, unique across all days, and a lookup by id reads one partition.

create table inferences (
  id uuid primary key,
  request_id text not null,
  -- 32 hex digits are a uuid: half the room of text, in the row and in the index.
  trace_id uuid not null,
  span_id text not null,
  parent_span_id text,
  tenant text not null,
  key_id text not null,
  service text not null,
  release text,
  target text,
  upstream_model text,
  operation text not null,
  is_stream boolean not null,
  outcome text not null,
  status smallint not null,
  failure_code text,
  failure_message text,
  finish_reason text,
  -- Disjoint buckets; all null where the upstream said nothing.
  input_tokens integer,
  cache_read_tokens integer,
  cache_write_tokens integer,
  output_tokens integer,
  reasoning_tokens integer,
  -- Null is unpriced, which is not the same as 0.
  cost_nano_usd bigint,
  started_at timestamptz not null,
  latency_ms double precision not null,
  ttft_ms double precision,
  upstream_start_ms double precision,
  upstream_headers_ms double precision,
  snapshot_hash text not null
) partition by range (id);

-- Lists walk from the newest id down; each filter that is often alone has its own path. What follows the id is
-- read off the index without a look at the rows.
create index inferences_by_tenant on inferences (tenant, id, latency_ms);
create index inferences_by_service on inferences (service, id, release);
create index inferences_by_key on inferences (key_id, id);
create index inferences_by_trace on inferences (trace_id);
create index inferences_by_request on inferences (request_id);
create index inferences_by_latency on inferences (latency_ms);
create index inferences_failed on inferences (id, status, tenant, service) where outcome <> 'ok';

-- Prompts and answers, only where the service keeps them; apart, so that lists read narrow rows.
-- `json` and not `jsonb`: the text is kept as it was sent, and escapes that jsonb refuses stay possible.
create table inference_contents (
  inference_id uuid primary key,
  request json,
  response json,
  is_truncated boolean not null
) partition by range (inference_id);

-- Cut by the inference's id and not its own: what was said of an inference goes when the inference goes.
create table inference_feedback (
  id uuid not null,
  inference_id uuid not null,
  tenant text not null,
  score double precision,
  label text,
  comment text,
  corrected_output json,
  created_at timestamptz not null,
  created_by text not null,
  primary key (inference_id, id)
) partition by range (inference_id);

-- Counts and duration sketches per minute, quarter of an hour and six hours, written in the transaction that
-- writes the inferences they count. Each process writes rows of its own, so replicas never wait for each other.
create table inference_rollups (
  bucket_seconds integer not null,
  at timestamptz not null,
  -- Empty stands for all tenants together.
  tenant text not null,
  service text not null,
  writer uuid not null,
  requests bigint not null,
  errors bigint not null,
  aborted bigint not null,
  input_tokens bigint not null,
  output_tokens bigint not null,
  priced_requests bigint not null,
  unpriced_requests bigint not null,
  cost_nano_usd bigint not null,
  -- Log-bucket sketches of the durations of successful inferences; see duration-sketch.ts.
  latency bytea not null,
  ttft bytea not null,
  primary key (bucket_seconds, at, tenant, service, writer)
) partition by range (at);
