-- Rollouts of releases, the verdicts that moved them, and what every process sends where.

-- What the gateway follows for a service. A row is there once something differs from what slipway.yaml says; `state` is one that
-- a rollout or a person declared, replaced as a whole.
create table service_traffic (
  service text primary key,
  -- rises with every change, also over several rollouts
  revision bigint not null,
  -- live, declared (the release of slipway.yaml when this was decided) and rollout
  state jsonb not null,
  changed_at timestamptz not null
);

-- Which release was live from when on, and why.
create table service_releases (
  id uuid primary key,
  service text not null,
  release text not null,
  at timestamptz not null,
  -- file, promotion or by-hand
  cause text not null,
  rollout_id uuid,
  actor text not null,
  actor_name text not null,
  reason text not null
);

create index service_releases_of on service_releases (service, at desc, id desc);

create table rollouts (
  id uuid primary key,
  tenant text not null,
  service text not null,
  baseline text not null,
  -- names of releases; those of a test that were left out on the way stay in it
  candidates jsonb not null,
  -- of those, the ones that still get traffic
  arms jsonb not null,
  plan jsonb not null,
  -- what the releases were when it began: another configuration or another version of a model ends it
  pinned jsonb not null,
  -- running, paused, approval, promoting, blocked; or ended: promoted, rolled-back, concluded, aborted, superseded
  state text not null,
  step int not null,
  -- rises with every change: who decided on an older one has decided nothing
  revision bigint not null,
  reason text not null,
  -- who began it
  author text not null,
  key_id text not null,
  created_at timestamptz not null,
  step_started_at timestamptz not null,
  deadline_at timestamptz not null,
  paused_at timestamptz,
  -- of a promotion: which candidate, and since when the alias's engines are waited for
  winner text,
  promoting_at timestamptz,
  -- how many requests the last verdict of the step rests on
  judged bigint not null default 0,
  ended_at timestamptz,
  -- nobody looks before
  look_at timestamptz not null,
  lease_owner text,
  lease_until timestamptz
);

create unique index rollouts_open on rollouts (service)
  where state in ('running', 'paused', 'approval', 'promoting', 'blocked');
create index rollouts_due on rollouts (look_at)
  where state in ('running', 'paused', 'approval', 'promoting', 'blocked');
create index rollouts_recent on rollouts (created_at desc, id desc);
create index rollouts_of on rollouts (service, created_at desc, id desc);

-- Everything that was decided by numbers, with the numbers.
create table rollout_verdicts (
  id uuid primary key,
  rollout_id uuid not null references rollouts on delete cascade,
  step int not null,
  at timestamptz not null,
  -- promote, hold or roll-back
  decision text not null,
  reasons jsonb not null,
  -- one of each candidate, with its metrics and the sample ratio
  candidates jsonb not null,
  -- which requests: from, to, how many, the first and the last id
  rests_on jsonb not null
);

create index rollout_verdicts_of on rollout_verdicts (rollout_id, at desc, id desc);

-- What happened, in order: by the controller, by a person, by a replica that saw a burst.
create table rollout_events (
  id uuid primary key,
  rollout_id uuid not null references rollouts on delete cascade,
  at timestamptz not null,
  kind text not null,
  step int not null,
  -- the state after it, and the revision of the traffic that it declared
  state text not null,
  traffic_revision bigint,
  verdict_id uuid,
  actor text not null,
  actor_name text not null,
  reason text not null
);

create index rollout_events_of on rollout_events (rollout_id, at, id);

-- What a replica saw of a candidate and acted on at once.
create table rollout_bursts (
  id uuid primary key,
  rollout_id uuid not null references rollouts on delete cascade,
  step int not null,
  release text not null,
  at timestamptz not null,
  -- the process that saw it
  seen_by text not null,
  evidence jsonb not null
);

create index rollout_bursts_of on rollout_bursts (rollout_id, step);
