import { z } from 'zod'
import { secondsOf } from '../../foundation/config/index.ts'
import { Failure } from '../../foundation/platform/index.ts'
import {
  checkVersionKind,
  collection,
  collectionFilter,
  type Datasets,
  type DatasetTask,
  formatReference,
  parseReference,
  removeNearBody,
  removeNearKind,
  type ResolvedVersion,
  type TaskRunner,
} from '../../improve/datasets/index.ts'
import type {
  NewArtifact,
  StageContext,
  StageInputs,
  StageKind,
  StageWork,
} from '../../improve/pipelines/index.ts'
import { poll } from './poll.ts'

interface DatasetParts {
  readonly datasets: Pick<Datasets, 'resolve' | 'tasks'>
  readonly tasks: Pick<TaskRunner, 'find' | 'cancel'>
}

const datasetValue = z.object({ reference: z.string() })

/** The version that an input names; `undefined` where there is no such input. */
export function referenceOf(inputs: StageInputs, name: string): string | undefined {
  const input = inputs[name]
  if (!input) return undefined
  if ('each' in input)
    throw new Failure('invalid_request', `\`${name}\` is what a whole matrix has left; name one dataset.`)
  return datasetValue.parse(input.value).reference
}

/** The same version, or one split of it. */
export function splitOf(reference: string, split: string | undefined): string {
  const parsed = parseReference(reference)
  return formatReference({ ...parsed, split: split ?? parsed.split })
}

/** As training and quantization name data. */
export const datasetFile = (reference: string, split: string | undefined): string =>
  `dataset:${splitOf(reference, split)}`

/** A version as an artifact: its digest is that of its rows, so that the same rows are the same input. */
function toArtifact({ dataset, version, split }: ResolvedVersion): NewArtifact {
  const reference = `${dataset.name}@${version.id}${split === undefined ? '' : `:${split}`}`
  const { rows, contentHash } = version.manifest
  return {
    type: 'dataset',
    digest: contentHash,
    value: { reference, dataset: dataset.name, version: version.id, number: version.number, rows },
  }
}

/** Waits for the end of a task on datasets; where the stage is told to end for good, so is the task. */
async function endOf(
  context: StageContext<unknown>,
  { tasks }: DatasetParts,
  task: DatasetTask,
): Promise<DatasetTask> {
  try {
    return await poll(async () => {
      const now = await tasks.find(task.id)
      if (!now) throw new Failure('not_found', `The task ${task.id} is gone.`)
      context.progress(now.progress, now.step)
      return now.state === 'waiting' || now.state === 'running' ? undefined : now
    }, context.signal)
  } catch (error) {
    // a server that stops leaves it: the next attempt finds it
    if (context.signal.reason === 'cancelled' || context.signal.reason === 'timeout')
      await tasks.cancel(task).catch(() => undefined)
    throw error
  }
}

function refuseEnd(task: DatasetTask): void {
  if (task.state === 'done') return
  if (task.error) throw new Failure(task.error.code, task.error.message)
  throw new Failure('conflict', `The task ${task.id} was cancelled.`)
}

const callerOf = ({ caller, runId }: StageWork<unknown>) => ({
  ...caller,
  requestId: `pipeline-run:${runId}`,
})

const checkParameters = z.strictObject({
  dataset: z
    .string()
    .min(1)
    .max(300)
    .optional()
    .describe('The version: `name`, `name@branch`, `name@12`; or the input `data`.'),
})
const checkResult = z.looseObject({ report: z.string(), outcome: z.string() })
const pinnedVersion = z.object({ reference: z.string() })

/** Holds a version of a dataset to the rules that are in force. */
export function createDatasetCheck(parts: DatasetParts): StageKind<z.output<typeof checkParameters>> {
  const resolve = async ({ caller, parameters, inputs }: StageWork<z.output<typeof checkParameters>>) => {
    const reference = referenceOf(inputs, 'data') ?? parameters.dataset
    if (reference === undefined)
      throw new Failure('invalid_request', 'Name a dataset: `with: { dataset: … }`, or the input `data`.')
    return await parts.datasets.resolve(caller.tenant, reference)
  }
  return {
    name: 'dataset-check',
    description: 'Holds a version of a dataset to its rules; fails where one of severity `error` does.',
    version: 1,
    parameters: checkParameters,
    inputs: { data: ['dataset'] },
    outputs: { dataset: 'dataset', report: 'report' },
    goesOnElsewhere: () => true,
    async cacheKey(work) {
      const version = await resolve(work)
      return {
        parts: {
          'rows of the dataset': version.version.manifest.contentHash,
          'rules of the dataset': version.dataset.definition.hash,
        },
        standsFor: ['with.dataset', 'inputs.data'],
        pinned: {
          reference: `${version.dataset.name}@${version.version.id}${version.split === undefined ? '' : `:${version.split}`}`,
        },
      }
    },
    async run(context) {
      const { reference } = pinnedVersion.parse(context.pinned)
      const version = await parts.datasets.resolve(context.caller.tenant, reference)
      const started = await parts.datasets.tasks.start(callerOf(context), {
        id: context.stableId('check'),
        kind: checkVersionKind,
        dataset: version.dataset.name,
        parameters: { dataset: version.dataset.name, version: version.version.id },
      })
      const task = await endOf(context, parts, started)
      refuseEnd(task)
      const result = checkResult.parse(task.result)
      const outputs: Record<string, NewArtifact> = {
        dataset: toArtifact(version),
        report: { type: 'report', value: result },
      }
      if (result.outcome !== 'failed') return { kind: 'done', outputs }
      return {
        kind: 'failed',
        code: 'checks_failed',
        message: `Version ${version.version.number} of \`${version.dataset.name}\` does not hold to its rules; the report ${result.report} names the rows.`,
        isRetryable: false,
        outputs,
      }
    },
  }
}

const span = z
  .string()
  .regex(/^[1-9]\d{0,4}[smhd]$/, 'Write a time (`2026-11-01T00:00:00Z`) or a span before the run: `30d`.')
const moment = z.union([z.iso.datetime(), span])

const buildParameters = z
  .strictObject({
    dataset: z.string().min(1).max(200).describe('The dataset that gets the version; made where it is new.'),
    branch: z.string().min(1).max(100).default('main'),
    collect: collection
      .extend({
        filter: collectionFilter.extend({
          since: moment.describe('A time, or a span before the run: `30d`.'),
        }),
        mode: z
          .enum(['all', 'upsert'])
          .default('all')
          .describe(
            '`all`: the version holds these examples alone. `upsert`: they come in beside what is there.',
          ),
      })
      .optional()
      .describe('Makes the version of traffic: `filter`, `sample` and `mode`.'),
    removeNearDuplicates: removeNearBody
      .omit({ branch: true, dry_run: true, message: true })
      .optional()
      .describe('Makes it of the branch, without rows that are nearly the same.'),
  })
  .refine(
    ({ collect, removeNearDuplicates }) => (collect === undefined) !== (removeNearDuplicates === undefined),
    'Write `collect` or `removeNearDuplicates`, one of the two.',
  )
type BuildParameters = z.output<typeof buildParameters>
const buildPinned = z.object({ parent: z.string().optional(), since: z.iso.datetime().optional() })

/** As a time, where it is written as a span before now. */
const sinceTime = (since: string): string =>
  span.safeParse(since).success ? new Date(Date.now() - 1_000 * secondsOf(since)).toISOString() : since

/** Publishes a version: of traffic, or of a branch without its near-duplicates. */
export function createDatasetBuild(parts: DatasetParts): StageKind<BuildParameters> {
  return {
    name: 'dataset-build',
    description: 'Publishes a version of a dataset: of traffic, or of a branch without its near-duplicates.',
    version: 1,
    parameters: buildParameters,
    inputs: { after: ['dataset', 'model', 'report', 'file', 'folder', 'value'] },
    outputs: { dataset: 'dataset', report: 'report' },
    goesOnElsewhere: () => true,
    async cacheKey({ caller, parameters, runId }) {
      const { dataset, branch, collect } = parameters
      const head = await parts.datasets
        .resolve(caller.tenant, `${dataset}@${branch}`)
        .catch((error: unknown) => {
          if (error instanceof Failure && error.code === 'not_found') return undefined
          throw error
        })
      const pinned = {
        parent: head?.version.id,
        ...(collect && { since: sinceTime(collect.filter.since) }),
      }
      // traffic goes on: what it would give is not known before
      if (collect) return { parts: { 'traffic, looked at by run': runId }, pinned }
      return { parts: { 'rows of the branch': head?.version.manifest.contentHash ?? 'none' }, pinned }
    },
    async run(context) {
      const { parameters, caller } = context
      const { dataset, branch, collect, removeNearDuplicates } = parameters
      const { parent, since } = buildPinned.parse(context.pinned)
      const started = await parts.datasets.tasks.start(callerOf(context), {
        id: context.stableId('build'),
        kind: collect ? 'collect-examples' : removeNearKind,
        dataset,
        parameters: collect
          ? {
              ...collect,
              filter: { ...collect.filter, since: since ?? sinceTime(collect.filter.since) },
              branch,
              parent,
              message: messageOf(context),
            }
          : { ...removeNearDuplicates, dataset, branch, parent, message: messageOf(context) },
      })
      const task = await endOf(context, parts, started)
      refuseEnd(task)
      const version = await parts.datasets.resolve(caller.tenant, `${dataset}@${versionOf(task) ?? branch}`)
      return {
        kind: 'done',
        outputs: { dataset: toArtifact(version), report: { type: 'report', value: task.result } },
      }
    },
  }
}

const messageOf = ({ pipeline, runId }: StageWork<unknown>): string => `Pipeline ${pipeline}, run ${runId}`

const publishedResult = z.union([
  z.object({ version: z.string().nullable() }).transform(({ version }) => version ?? undefined),
  z
    .object({ published: z.looseObject({ version: z.looseObject({ id: z.string() }) }) })
    .transform(({ published }) => published.version.id),
])

/** What the task published; where nothing had changed, the branch is where it was. */
function versionOf(task: DatasetTask): string | undefined {
  const read = publishedResult.safeParse(task.result)
  return read.success ? read.data : undefined
}
