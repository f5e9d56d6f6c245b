-- The keys that personal data is sealed with: one for each tenant, purpose and month, random, and wrapped by a master key
-- that is not in the database. Taking one away makes all that it has sealed unreadable, wherever that was copied to.
create table data_keys (
  id uuid primary key,
  tenant text not null,
  purpose text not null,
  -- The month that it was made for, UTC: '2026-11'.
  period text not null,
  -- Counts the keys of one month: more than one where it was rotated.
  generation integer not null,
  -- Which master key wraps it.
  master_key_id text not null,
  -- Null once it was shredded.
  wrapped bytea,
  created_at timestamptz not null,
  shredded_at timestamptz,
  unique (tenant, purpose, period, generation)
);

-- What stands behind a placeholder, sealed. Bound to its row: copied into another conversation it does not open.
create table pseudonyms (
  tenant text not null,
  -- The key that asked: nobody else gets the value back.
  key_id text not null,
  conversation text not null,
  -- Without its brackets: 'EMAIL_ADDRESS_1f3a9c'.
  placeholder text not null,
  data_key uuid not null references data_keys,
  sealed bytea not null,
  created_at timestamptz not null,
  primary key (tenant, conversation, key_id, placeholder)
);

create index pseudonyms_created_at on pseudonyms (created_at);
create index pseudonyms_data_key on pseudonyms (data_key);

-- How what is kept was made fit for it: by a policy on its way, before it was stored, or not at all, which is what was done
-- before there was a choice.
alter table inference_contents add column masking text not null default 'none'
  check (masking in ('none', 'stored', 'policy'));

-- Responses are sealed from here on; those from before stay as they are until they are past retention.
alter table responses alter column input drop not null;
alter table responses alter column response drop not null;
-- The key, and what it has sealed: the conversation and the answer, as JSON.
alter table responses add column data_key uuid;
alter table responses add column sealed bytea;
