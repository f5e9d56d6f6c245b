-- What came of what: the way on from a version of a dataset.

-- canonical JSON has its keys in order, and text in it cannot look like this
CREATE INDEX dataset_versions_derived ON dataset_versions
  (tenant, (substring(manifest FROM '"source":\{(?:"by":"[^"]*",)?"kind":"(?:derived|merge)","of":"([0-9a-f]{64})')));
CREATE INDEX evaluation_runs_dataset ON evaluation_runs (tenant, (plan #>> '{dataset,versionId}'), created_at DESC);
CREATE INDEX evaluation_runs_ended ON evaluation_runs (tenant, ended_at);
CREATE INDEX training_jobs_dataset ON training_jobs (tenant, (data #>> '{train,source,versionId}'));
CREATE INDEX training_jobs_validation ON training_jobs (tenant, (data #>> '{validation,source,versionId}'));
CREATE INDEX pipeline_artifacts_dataset ON pipeline_artifacts (tenant, (value ->> 'version')) WHERE type = 'dataset';
