-- Who looked at the values behind the placeholders of a conversation, and why. Written before they are shown.
create table unmaskings (
  id uuid primary key,
  at timestamptz not null,
  actor text not null,
  actor_name text not null,
  tenant text not null,
  conversation text not null,
  -- Null where those of every key were asked for.
  key_id text,
  reason text not null,
  -- How many values were shown.
  shown integer not null
);

create index unmaskings_tenant on unmaskings (tenant, id);
