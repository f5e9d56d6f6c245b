-- Monitors and rollouts raise alerts too.
alter table alerts drop constraint alerts_source_check;
alter table alerts add constraint alerts_source_check check (source in ('slo', 'rule', 'budget', 'monitor', 'rollout'));
