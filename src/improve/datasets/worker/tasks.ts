import type { DuckDBConnection } from '@duckdb/node-api'
import { compareBias } from './compare-bias.ts'
import { compareSamples } from './compare-samples.ts'
import { countSlices } from './count-slices.ts'
import { countSplits } from './count-splits.ts'
import { diffVersions } from './diff-versions.ts'
import { findOccurrences, findRemoved } from './find-occurrences.ts'
import { queryVersions, readQueryTables } from './query-versions.ts'
import { findCandidates } from '../drives/find-candidates.ts'
import { findNearRows } from '../duplicates/find-near-rows.ts'
import {
  findSuspects,
  measureAgreement,
  rateAnnotators,
  readConsensus,
  readLabelledTexts,
} from '../labels/label-tasks.ts'
import { checkRows } from '../validation/check-rows.ts'
import { findFile } from '../files/find-file.ts'
import { findPacks } from '../files/find-packs.ts'
import { importArchive } from '../files/import-archive.ts'
import { rewritePack } from '../files/rewrite-pack.ts'
import { writeFiles } from '../files/write-files.ts'
import { exportFile } from '../formats/export-file.ts'
import { importFile } from '../formats/import-file.ts'
import { readRows } from './read-rows.ts'
import { stageChanges } from './stage-changes.ts'
import { stageMerge } from './stage-merge.ts'

/** What a data task has beside its parameters. */
export interface DataTaskContext {
  /** An own DuckDB in memory, limited, without extensions to load. */
  readonly duckdb: DuckDBConnection
  /** Where it may put files that are gone when it ends. */
  readonly scratch: string
  readonly signal: AbortSignal
  readonly progress: (share: number, step: string) => void
}

/**
 * What data workers can do, by name. Each is a file of its own; parameters and results are JSON, files are paths. A new
 * task gets a row here.
 */
export const dataTasks = {
  'compare-bias': compareBias,
  'compare-samples': compareSamples,
  'count-slices': countSlices,
  'count-splits': countSplits,
  'diff-versions': diffVersions,
  'find-occurrences': findOccurrences,
  'find-removed': findRemoved,
  'query-versions': queryVersions,
  'read-query-tables': readQueryTables,
  'check-rows': checkRows,
  'find-candidates': findCandidates,
  'find-suspects': findSuspects,
  'measure-agreement': measureAgreement,
  'rate-annotators': rateAnnotators,
  'read-consensus': readConsensus,
  'read-labelled-texts': readLabelledTexts,
  'find-near-rows': findNearRows,
  'export-file': exportFile,
  'find-file': findFile,
  'find-packs': findPacks,
  'import-archive': importArchive,
  'rewrite-pack': rewritePack,
  'write-files': writeFiles,
  'import-file': importFile,
  'read-rows': readRows,
  'stage-changes': stageChanges,
  'stage-merge': stageMerge,
} satisfies Record<string, (parameters: never, context: DataTaskContext) => Promise<unknown>>

export type DataTasks = typeof dataTasks
export type DataTaskName = keyof DataTasks
