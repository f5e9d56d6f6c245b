import type { PublishGate } from '../datasets.ts'
import type { CheckDefinition } from '../definition.ts'
import { checkCandidate } from './check-candidate.ts'
import { readRules } from './read-rules.ts'
import { type CheckReport, summarise } from './report.ts'
import type { TextDetectors } from './text-detectors.ts'

/** Adds the problems of rules to those of a definition. */
export function createDefinitionCheck(detectors: TextDetectors): CheckDefinition {
  return definition => readRules(definition, detectors).problems
}

export interface GateOptions {
  /** Address of the module whose `textDetectors` data workers use. */
  readonly detectorsModule: string
  readonly onChecked?: (report: CheckReport) => void
}

/** Profiles what is about to be published, and holds it to the rules of its definition. */
export function createPublishGate({ detectorsModule, onChecked }: GateOptions): PublishGate {
  return async (candidate, { runTask, parent, definition, signal, progress, datasets }) => {
    const { profile, report } = await checkCandidate({
      tenant: candidate.caller.tenant,
      files: candidate.files,
      parent: parent?.files,
      definition,
      datasets,
      runTask,
      detectorsModule,
      options: { signal, progress },
    })
    onChecked?.(report)
    return { profile, summaries: summarise(report), details: report }
  }
}
