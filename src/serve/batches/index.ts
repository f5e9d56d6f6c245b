/** Batches: files of calls that are answered when there is room, and the files that are left. */
export { batchPaths } from './batch-paths.ts'
export { batchesRoutes } from './batches-routes.ts'
export { createBatchWorker } from './batch-worker.ts'
export { createFileAccess, type FileAccess } from './keep-file.ts'
export { createIdleCapacity, type IdleCapacity } from './idle-capacity.ts'
export { dropOldBatches, dropOldFiles } from './batches-jobs.ts'
export { createFilesAndBatches } from './files-and-batches.ts'
export type { BatchesOptions } from './serve-batches.ts'
