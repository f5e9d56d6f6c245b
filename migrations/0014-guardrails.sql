-- The policy that held for an inference, by its hash, and what each of its checks said of each kind of text. Nothing of the
-- texts themselves.
alter table inferences add column if not exists policy_hash text;
alter table inferences add column if not exists verdicts jsonb;
alter table inferences alter column verdicts type jsonb;
-- The gravest of them, for whoever looks for what was stopped: 'block', or 'shadow block' where it would have been. Null
-- where every check passed.
alter table inferences add column verdict text;
create index inferences_by_verdict on inferences (tenant, id) where verdict is not null;

-- What checks said, an hour at a time; written in the transaction that writes the inferences. Each process writes rows of
-- its own. Reports of what a check would have done are made of them.
create table guardrail_counts (
  hour timestamptz not null,
  tenant text not null,
  service text not null,
  policy_hash text not null,
  guard text not null,
  guard_hash text not null,
  check_name text not null,
  stage text not null,
  mode text not null,
  action text not null,
  outcome text not null,
  writer uuid not null,
  inferences bigint not null,
  findings bigint not null,
  scanned_texts bigint not null,
  scanned_chars bigint not null,
  duration_us bigint not null,
  primary key (
    hour, tenant, service, policy_hash, guard, guard_hash, check_name, stage, mode, action, outcome, writer
  )
);
create index guardrail_counts_by_guard on guardrail_counts (guard_hash, hour);

-- Every policy that was ever in force, so that the hash on an old inference still says what held for it.
create table guardrail_policies (
  hash text primary key,
  name text not null,
  content jsonb not null,
  first_used_at timestamptz not null
);

-- What a check of a policy would have done, as it was written down for whoever decides to enforce it.
create table guardrail_reports (
  hash text primary key,
  policy text not null,
  guard text not null,
  guard_hash text not null,
  content jsonb not null,
  created_at timestamptz not null,
  created_by text not null
);
