-- What has been stored of the traffic of services that are watched and that no detector has seen yet. A row is a batch, written
-- in the transaction that stores what it is about, and removed in the one that moves the detectors: each value counts once.
create table monitor_inbox (
  id bigint generated always as identity primary key,
  service text not null,
  -- `inference`, `score` or `feedback`.
  kind text not null,
  at timestamptz not null,
  -- Numbers and ids only.
  items json not null
);

-- One row for each monitor that was ever declared: where its detectors are.
create table monitor_states (
  monitor text primary key,
  -- Rises with every change; who has an older one in memory reads again.
  version bigint not null,
  is_paused boolean not null default false,
  -- Where somebody has said from when to when the reference is to be; else it is the window of the configuration.
  reference_from timestamptz,
  reference_until timestamptz,
  changed_by text,
  changed_at timestamptz,
  state json not null,
  moved_at timestamptz
);

-- What a stream is held against: figures, hashes of words and vectors, never text.
create table monitor_references (
  monitor text not null,
  stream text not null,
  -- Of what the reference depends on in the configuration; another one needs another reference.
  declared_hash text not null,
  taken_at timestamptz not null,
  from_at timestamptz not null,
  until_at timestamptz not null,
  rows integer not null,
  reference json not null,
  primary key (monitor, stream)
);

-- The evidence of each detector over time, in minutes and later in half hours.
create table monitor_points (
  monitor text not null,
  stream text not null,
  detector text not null,
  at timestamptz not null,
  -- The highest share of what raises an alarm.
  level double precision not null,
  count integer not null,
  value_sum double precision not null,
  reference_sum double precision not null,
  primary key (monitor, stream, detector, at)
);

create table monitor_alarms (
  id uuid primary key,
  monitor text not null,
  service text not null,
  stream text not null,
  detector text not null,
  raised_at timestamptz not null,
  last_raised_at timestamptz not null,
  raises integer not null,
  -- The estimated beginning of the change.
  since_at timestamptz not null,
  ended_at timestamptz,
  -- `over`, `reset`, `reference` or `undeclared`.
  ended_because text,
  summary text not null,
  -- Numbers and ids of inferences.
  evidence json not null,
  -- What explains it, once that has been looked into.
  report json,
  report_due boolean not null default true
);

create unique index monitor_alarms_open on monitor_alarms (monitor, stream, detector) where ended_at is null;
create index monitor_alarms_by_monitor on monitor_alarms (monitor, raised_at desc);
create index monitor_alarms_unexplained on monitor_alarms (raised_at) where report_due;

-- Who moves the detectors: one over all replicas, until its lease ends.
create table monitor_mover (
  only_row boolean primary key default true check (only_row),
  holder text not null,
  until timestamptz not null
);
