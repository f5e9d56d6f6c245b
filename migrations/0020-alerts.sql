-- Troubles, from their beginning to their end. Whatever is decided of one stands here, so that an evaluator that is killed
-- is followed by another that goes on where it was.
create table alerts (
  id uuid primary key,
  -- The same for the same trouble: of what raised it and its labels.
  fingerprint text not null,
  source text not null check (source in ('slo', 'rule', 'budget')),
  name text not null,
  labels json not null,
  severity text not null check (severity in ('page', 'ticket', 'info')),
  state text not null check (state in ('pending', 'firing', 'acknowledged', 'resolved')),
  summary text not null,
  value double precision not null,
  threshold double precision not null,
  -- Numbers and ids of inferences, never content.
  evidence json not null,
  runbook text,
  started_at timestamptz not null,
  fired_at timestamptz,
  acknowledged_at timestamptz,
  acknowledged_by text,
  resolved_at timestamptz,
  resolution text,
  last_true_at timestamptz not null,
  keep_firing_ms bigint not null,
  returns integer not null,
  sent_at timestamptz,
  muted_by text
);

-- One trouble is open once, whoever evaluates.
create unique index alerts_open on alerts (fingerprint) where state <> 'resolved';
create index alerts_resolved on alerts (resolved_at) where state = 'resolved';
create index alerts_returns on alerts (fingerprint, resolved_at);

-- What happened to an alert, in order.
create table alert_events (
  id uuid primary key,
  alert_id uuid not null references alerts on delete cascade,
  at timestamptz not null,
  kind text not null,
  -- Who did it; the evaluator itself where it is null.
  actor text,
  note text
);

create index alert_events_of on alert_events (alert_id, at);

create table alert_silences (
  id uuid primary key,
  -- Labels and the values that an alert must have; `*` at the end stands for anything.
  matchers json not null,
  reason text not null,
  created_by text not null,
  created_at timestamptz not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  -- Ended by hand before its time.
  ended_by text
);

create index alert_silences_until on alert_silences (ends_at);

-- What is to be sent, written with the step that caused it: nothing is sent that did not happen, and nothing that
-- happened is forgotten.
create table alert_notifications (
  id uuid primary key,
  channel text not null,
  group_key text not null,
  kind text not null check (kind in ('firing', 'reminder', 'resolved', 'test')),
  alert_ids uuid[] not null,
  created_at timestamptz not null,
  due_at timestamptz not null,
  state text not null check (state in ('waiting', 'sent', 'failed')),
  attempts integer not null default 0,
  -- Nobody else sends it before then.
  claimed_until timestamptz,
  last_error text,
  settled_at timestamptz
);

create index alert_notifications_due on alert_notifications (due_at) where state = 'waiting';
create index alert_notifications_by_channel on alert_notifications (channel, created_at desc);

-- Who evaluates: one over all replicas, until its lease ends.
create table alert_evaluator (
  only_row boolean primary key default true check (only_row),
  holder text not null,
  until timestamptz not null,
  evaluated_at timestamptz
);
