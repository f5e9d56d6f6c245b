import { z } from 'zod'
import { createId } from '../../../foundation/platform/index.ts'
import type { VersionFiles } from '../datasets.ts'
import type { DatasetsContext } from '../datasets-context.ts'
import { parseDefinition } from '../definition.ts'
import { insertReport } from '../stores/report-store.ts'
import type { TaskKind } from '../task.ts'
import { checkCandidate } from './check-candidate.ts'
import type { GateOptions } from './publish-gate.ts'
import { summarise } from './report.ts'

const parameters = z.object({
  dataset: z.string(),
  version: z.string().describe('Its id.'),
  definition: z.string().optional().describe('Instead of the one that is in force now.'),
})

export const checkVersionKind = 'check-version'

/** Holds a version that is published to rules once more: to those of now, or to others before they are put in force. */
export function createCheckVersion(
  context: DatasetsContext,
  { detectorsModule, onChecked }: GateOptions,
): TaskKind<z.infer<typeof parameters>> {
  return {
    kind: checkVersionKind,
    parameters,
    async run(given, { caller, signal, progress }) {
      const datasets = context.door()
      const version = await datasets.resolve(caller.tenant, `${given.dataset}@${given.version}`)
      const [parentId] = version.version.manifest.parents
      const parent =
        parentId === undefined
          ? undefined
          : await datasets.resolve(caller.tenant, `${given.dataset}@${parentId}`)
      const definition =
        given.definition === undefined
          ? version.dataset.definition.parsed
          : parseDefinition(given.definition, context.checkDefinition)
      const check = async ([files, parentFiles]: readonly [VersionFiles, ...VersionFiles[]]) =>
        await checkCandidate({
          tenant: caller.tenant,
          files,
          parent: parentFiles,
          definition,
          datasets,
          runTask: context.runTask,
          detectorsModule,
          options: { signal, progress },
        })
      const { profile, report } = await datasets.withFiles(
        [version, ...(parent ? [parent] : [])],
        check,
        signal,
      )
      onChecked?.(report)
      const summaries = summarise(report)
      const id = createId()
      await insertReport(context.database, {
        id,
        tenant: caller.tenant,
        datasetId: version.dataset.id,
        branch: version.branch ?? '',
        versionId: version.version.id,
        contentHash: version.version.manifest.contentHash,
        isRefused: false,
        profile,
        summaries,
        details: report,
        createdAt: new Date(context.now()),
      })
      const failed = summaries.filter(({ outcome }) => outcome === 'failed')
      return {
        report: id,
        outcome: report.outcome,
        checks: summaries.length,
        failed: failed
          .slice(0, 50)
          .map(({ check: name, severity, rows }) => ({ check: name, severity, rows: rows ?? null })),
      }
    },
  }
}
