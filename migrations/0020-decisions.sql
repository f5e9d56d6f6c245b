-- What was decided of an inference and is said in no other column: which limits held and what was set aside, why the cache
-- had no answer, when routing began, which price was used. Null for those recorded before.
alter table inferences add column decisions json;

-- What the checks of the policy said, and which policy it was, by its hash. Null where the service has none.
alter table inferences add column if not exists verdicts json;
alter table inferences add column if not exists policy_hash text;
