-- How often a semantic cache would have been wrong, summed over all replicas: what lets it serve. One row for each
-- service, the settings that were measured, and the process that counted.
create table cache_trials (
  service text not null,
  -- SHA-256 in hex of the settings that decide what counts as the same.
  settings text not null,
  writer uuid not null,
  trials bigint not null,
  wrong bigint not null,
  primary key (service, settings, writer)
);

-- How the answer came from a cache, and what it cost the first time. Null where the model was asked.
alter table inferences add column cache text;
alter table inferences add column saved_nano_usd bigint;
