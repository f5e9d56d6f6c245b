import { z } from 'zod'
import { Failure } from '../../foundation/platform/index.ts'
import type { Access } from '../../govern/access/index.ts'
import {
  findTeacher,
  type LabelParts,
  labelWithTeacher,
  recipeSchema,
} from '../../improve/distillation/index.ts'
import type { StageKind, StageWork } from '../../improve/pipelines/index.ts'
import { referenceOf } from './dataset-stages.ts'
import { principalOf } from './principal-of.ts'

const { data, answers } = recipeSchema.shape
const parameters = z.strictObject({
  recipe: z.string().min(1).max(100).describe('In whose name it is done; in the ledger as `distil-NAME`.'),
  teacher: recipeSchema.shape.teacher,
  dataset: data.shape.dataset.optional().describe('Whose prompts are asked; or the input `data`.'),
  request: data.shape.request,
  sample: data.shape.sample,
  seed: data.shape.seed,
  filters: recipeSchema.shape.filters,
  output: z.string().min(1).max(63).describe('The dataset that gets the answers.'),
  window: answers.unwrap().shape.window,
  least: answers.unwrap().shape.least,
  mostUnanswered: answers.unwrap().shape.mostUnanswered,
})
type Parameters = z.output<typeof parameters>

const pinned = z.object({ data: z.string(), teacherHash: z.string() })

/** Has a teacher answer the prompts of a dataset by a batch, and leaves what passes the filters as a version of a dataset. */
export function createTeacherAnswersStage(
  parts: LabelParts & { readonly access: Pick<Access, 'principalOf' | 'isAllowed'> },
): StageKind<Parameters> {
  async function resolve({ caller, inputs, parameters: given }: StageWork<Parameters>) {
    const reference = referenceOf(inputs, 'data') ?? given.dataset
    if (reference === undefined)
      throw new Failure('invalid_request', 'Name a dataset: `with: { dataset: … }`, or the input `data`.')
    return await parts.datasets.resolve(caller.tenant, reference)
  }

  return {
    name: 'teacher-answers',
    description:
      'Has a service answer the prompts of a dataset by a batch, and keeps what passes the filters.',
    version: 1,
    parameters,
    inputs: { data: ['dataset'] },
    outputs: { dataset: 'dataset', report: 'report' },
    goesOnElsewhere: () => true,
    async cacheKey(work) {
      const version = await resolve(work)
      const { facts, terms } = findTeacher(parts, work.parameters.teacher)
      const filter = parts.createFilter(work.parameters.filters, {
        tenant: work.caller.tenant,
        name: '',
        seed: 0,
      })
      const split = version.split === undefined ? '' : `:${version.split}`
      return {
        parts: {
          'rows of the dataset': `${version.version.manifest.contentHash}${split}`,
          'teacher and its release': `${facts.service}@${facts.release} ${facts.hash}`,
          'terms of its answers': terms,
          filters: filter.facts,
        },
        pinned: {
          data: `${version.dataset.name}@${version.version.id}${split}`,
          teacherHash: facts.hash,
        } satisfies z.output<typeof pinned>,
      }
    },
    spent: async ({ tenant, stableId }) =>
      (await parts.batches.find(tenant, stableId('teacher')))?.costNanoUsd,
    async run(context) {
      const { caller } = context
      const principal = principalOf(parts.access, context, 'batch:use', 'make batches')
      const { data: reference, teacherHash } = pinned.parse(context.pinned)
      const stableId = context.stableId('teacher')
      try {
        const labelled = await labelWithTeacher(parts, context.parameters, {
          stableId,
          principal,
          caller: { ...caller, requestId: `pipeline-run:${context.runId}` },
          version: await parts.datasets.resolve(caller.tenant, reference),
          teacherHash,
          signal: context.signal,
          progress: context.progress,
        })
        const { versionId, ...report } = labelled
        const made = await parts.datasets.resolve(caller.tenant, `${labelled.dataset}@${versionId}`)
        context.log(
          'system',
          `${labelled.kept} of ${labelled.asked} answers of ${labelled.provenance.teacher} are kept.\n`,
        )
        return {
          kind: 'done',
          outputs: {
            dataset: {
              type: 'dataset',
              digest: made.version.manifest.contentHash,
              value: {
                reference: `${labelled.dataset}@${versionId}`,
                dataset: labelled.dataset,
                version: versionId,
                number: made.version.number,
                rows: made.version.manifest.rows,
              },
            },
            report: { type: 'report', value: { ...report, version: made.version.number } },
          },
        }
      } catch (error) {
        // a server that stops leaves it: the next attempt finds it
        if (context.signal.reason === 'cancelled' || context.signal.reason === 'timeout')
          await parts.batches.cancel(caller.tenant, stableId).catch(() => undefined)
        throw error
      }
    },
  }
}
