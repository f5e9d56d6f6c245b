-- who had a model trained is its maker; until now our own part was, which nobody could tell apart from another
UPDATE model_versions SET author_key = training_jobs.key_id
FROM training_jobs
WHERE model_versions.author_key = 'system' AND model_versions.source->>'kind' = 'training'
  AND training_jobs.tenant = model_versions.tenant AND training_jobs.id = model_versions.source->>'job';
