-- More disjoint buckets, null where the upstream said nothing and in rows from before.
alter table inferences
  add column cache_write_hour_tokens integer,
  add column audio_input_tokens integer,
  add column image_input_tokens integer,
  add column audio_output_tokens integer,
  add column image_output_tokens integer,
  -- What is charged beside tokens, e.g. {"searches": 1}.
  add column usage_units json,
  -- What the upstream itself said that the inference cost; cost_nano_usd is what is charged.
  add column reported_cost_nano_usd bigint,
  -- The tier that the upstream says it served, e.g. flex, priority or batch.
  add column service_tier text,
  -- The upstream's own id of the answer, which its usage exports name.
  add column upstream_id text;
