-- The rollout that was under way, its step, and the side that an inference is compared on; copies are answered to nobody.
alter table inferences add column rollout text;
alter table inferences add column rollout_step smallint;
alter table inferences add column arm text;
alter table inferences add column is_shadow boolean not null default false;
create index inferences_of_rollouts on inferences (rollout, id) where rollout is not null;
