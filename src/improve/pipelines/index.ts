/** Pipelines: declared stages, the runs of them, and what moves those on whatever breaks. */
export type * from './stage-kind.ts'
export { tellEvent } from './events/tell-event.ts'
export { listDatasetsOfRun, listRunsOfDataset } from './artifacts/artifact-store.ts'
export { findRun } from './runs/run-store.ts'
export { planStage } from './executors/plan-stage.ts'
export { openPipelines } from './open-pipelines.ts'
export type { OpenPipelines, OpenPipelinesOptions } from './open-pipelines.ts'
export type { Pipelines } from './pipelines.ts'
