import { Failure } from '../../../foundation/platform/index.ts'
import type { Datasets, ResolvedVersion, RunDataTask, RunTaskOptions, VersionFiles } from '../datasets.ts'
import type { Definition } from '../definition.ts'
import type { CheckedRows } from './check-rows.ts'
import { readRules } from './read-rules.ts'
import { ruleKindsByName } from './rule-kinds.ts'

export interface CheckCandidate {
  readonly tenant: string
  readonly files: VersionFiles
  readonly parent: VersionFiles | undefined
  readonly definition: Definition
  readonly datasets: Pick<Datasets, 'resolve' | 'withFiles'>
  readonly runTask: RunDataTask
  /** Address of the module whose `textDetectors` data workers use. */
  readonly detectorsModule: string
  readonly options: RunTaskOptions
}

/** Profiles rows and holds them to the rules, with the other datasets that these need, in a data worker. */
export async function checkCandidate(candidate: CheckCandidate): Promise<CheckedRows> {
  const { files, parent, definition, datasets, runTask, options } = candidate
  const needed = await resolveReferences(candidate)
  const references = [...needed.keys()]
  return await datasets.withFiles(
    [...needed.values()],
    async others =>
      await runTask(
        'check-rows',
        {
          files,
          parent,
          others: others.map((found, at) => ({ reference: references[at] ?? '', files: found })),
          definition,
          detectors: candidate.detectorsModule,
        },
        options,
      ),
    options.signal,
  )
}

async function resolveReferences({
  tenant,
  definition,
  datasets,
}: CheckCandidate): Promise<Map<string, ResolvedVersion>> {
  const { rules } = readRules(definition, undefined)
  const needed = new Map<string, ResolvedVersion>()
  for (const rule of rules) {
    const references = ruleKindsByName.get(rule.kind)?.references?.(rule.parameters as never) ?? []
    for (const reference of references) {
      if (needed.has(reference)) continue
      try {
        needed.set(reference, await datasets.resolve(tenant, reference))
      } catch (error) {
        if (!(error instanceof Failure) || error.code !== 'not_found') throw error
        // a rule that only warns refuses nothing: it is skipped
        if (rule.severity === 'error')
          throw new Failure(
            'invalid_request',
            `The rule ${rule.name} needs \`${reference}\`: ${error.message}`,
            {
              details: { parameter: 'definition' },
              cause: error,
            },
          )
      }
    }
  }
  return needed
}
