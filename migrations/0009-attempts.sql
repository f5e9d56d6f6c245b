-- Why a call went where it went: every attempt with its target, its reason, its times and its end. Null where there was
-- one target and one attempt, so nothing was decided.
alter table inferences add column attempts json;
-- Whether usage and cost are partly a guess, since the upstream broke off or was left before it told.
alter table inferences add column is_cost_estimate boolean not null default false;
-- When limits and budgets had let it through.
alter table inferences add column admitted_ms double precision;
