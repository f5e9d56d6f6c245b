-- What judges found of inferences after they were given. Cut like feedback, by the id of the inference: a score goes when
-- the inference goes. What people said is in inference_feedback.
create table inference_scores (
  id uuid not null,
  inference_id uuid not null,
  tenant text not null,
  service text not null,
  -- Of the judge.
  name text not null,
  -- From 0 to 1; null where the judge could not tell, and `failure` says why.
  value double precision,
  label text,
  rationale text,
  failure text,
  -- What the judge went by: its configuration without how often and how dear.
  judge_hash text not null,
  model text,
  -- Null is unpriced.
  cost_nano_usd bigint,
  created_at timestamptz not null,
  primary key (inference_id, name, judge_hash)
) partition by range (inference_id);

create index inference_scores_by_name on inference_scores (name, service, inference_id);

-- What is still to be judged. A row is written with its inference, in the same transaction, and goes with its score.
create table judgements (
  inference_id uuid not null,
  judge text not null,
  tenant text not null,
  service text not null,
  attempts integer not null default 0,
  -- Not before; whoever works on it moves it on, so that it is taken up again where they die.
  due_at timestamptz not null,
  primary key (inference_id, judge)
);

create index judgements_due on judgements (due_at);

-- What a judge did and spent in a day (UTC), for its budget and for the overview of judges.
create table judge_days (
  day date not null,
  judge text not null,
  service text not null,
  tenant text not null,
  judged bigint not null default 0,
  failed bigint not null default 0,
  -- Not judged: the queue was full, the budget spent, the judge or the content gone.
  skipped bigint not null default 0,
  -- How many of those judged had a value, and the sum of the values.
  valued bigint not null default 0,
  value_sum double precision not null default 0,
  cost_nano_usd bigint not null default 0,
  primary key (day, judge, service, tenant)
);
