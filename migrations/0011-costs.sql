-- What was charged a day, by everything that costs are asked by; written in the transaction that writes the inferences,
-- so that each is counted once. Each process writes rows of its own, so replicas never wait for each other. Costs
-- outlive the inferences: these rows are few, and no retention drops them.
create table cost_rollups (
  day date not null,
  tenant text not null,
  service text not null,
  key_id text not null,
  -- `provider:openai`, `engine:support`; empty where nothing was called.
  target text not null,
  -- The name that prices are declared for, and the one that the upstream said.
  model text not null,
  upstream_model text not null,
  service_tier text not null,
  writer uuid not null,
  -- An inference that was charged by two targets (a fallback, a hedge) is a call of both.
  calls bigint not null,
  unpriced_calls bigint not null,
  estimated_calls bigint not null,
  -- Answered from our own cache, which sends nothing and costs nothing.
  cached_calls bigint not null,
  cost_nano_usd bigint not null,
  -- What the prompt caches of providers saved, and what our own cache did.
  cache_saved_nano_usd bigint not null,
  answers_saved_nano_usd bigint not null,
  input_tokens bigint not null,
  cache_read_tokens bigint not null,
  cache_write_tokens bigint not null,
  cache_write_hour_tokens bigint not null,
  audio_input_tokens bigint not null,
  image_input_tokens bigint not null,
  output_tokens bigint not null,
  reasoning_tokens bigint not null,
  audio_output_tokens bigint not null,
  image_output_tokens bigint not null,
  searches bigint not null,
  images bigint not null,
  characters bigint not null,
  seconds bigint not null,
  primary key (day, tenant, service, key_id, target, model, upstream_model, service_tier, writer)
);
