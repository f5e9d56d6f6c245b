-- Limits and budgets. What a window allows is in the rules; here is what was taken of it. A window is named by what it
-- counts and when: `tenant:acme/usd/month/2026-11`, so that it ends with its name and never by a timer that is pushed on.

create table admission_windows (
  name text primary key,
  -- Requests, tokens or nano-dollars that settled entries of the ledger have used.
  spent bigint not null default 0,
  -- The highest share of a soft budget, in percent, that somebody was told of.
  alerted_percent integer not null default 0,
  ends_at timestamptz not null
);

-- One row for each process that admits. Its leases are its own until it gives them back or its journal is recovered.
create table admission_replicas (
  id uuid primary key,
  seen_at timestamptz not null
);

-- What a process may still spend of a window without asking again. The sum of `spent` and of all leases never exceeds
-- what the rule allows: that is what keeps N processes together within it.
create table admission_leases (
  window_name text not null references admission_windows on delete cascade,
  replica uuid not null references admission_replicas on delete cascade,
  amount bigint not null check (amount >= 0),
  primary key (window_name, replica)
);

create index admission_leases_replica on admission_leases (replica);

-- What every inference used and cost, exactly once: the truth for money. Written from a journal that outlives a kill of
-- the process.
create table ledger_entries (
  -- The id of the inference.
  id uuid primary key,
  at timestamptz not null,
  request_id text not null,
  tenant text not null,
  key_id text not null,
  service text not null,
  target text,
  model text,
  -- Null is unpriced, which is not 0.
  cost_nano_usd bigint,
  usage json,
  -- Part of it is a guess: the upstream broke off or was left before it told.
  is_estimate boolean not null,
  -- The process died while the call was under way; what is written is its worst case.
  is_interrupted boolean not null
);

create index ledger_entries_at on ledger_entries (at);
create index ledger_entries_tenant on ledger_entries (tenant, at);

-- Limits and budgets that were set through the API; those of the configuration are not here.
create table admission_rules (
  scope text not null check (scope in ('tenant', 'key', 'service')),
  id text not null,
  limits json not null,
  budgets json not null,
  updated_at timestamptz not null,
  primary key (scope, id)
);
