-- What applications say of their own work: the spans that they send over OTLP, beside the inferences of the same trace.
-- Cut into days by their start, so that retention drops whole partitions. A span that comes twice, since its answer was
-- lost, has the same key.
create table spans (
  trace_id uuid not null,
  span_id text not null,
  tenant text not null,
  started_at timestamptz not null,
  parent_span_id text,
  key_id text not null,
  name text not null,
  kind text not null,
  -- `service.name` of the application, and the library that made the span.
  application text not null,
  scope text not null,
  duration_ms double precision not null,
  outcome text not null,
  failure text,
  attributes json not null,
  events json,
  -- Attributes that were not kept, since they may be content or were too many.
  left_out integer not null,
  primary key (trace_id, span_id, tenant, started_at)
) partition by range (started_at);
