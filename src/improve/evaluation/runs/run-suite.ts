import { type Database, Failure, LeaseLost, type Logger, Pace } from '../../../foundation/platform/index.ts'
import { type Audit, systemActor } from '../../../govern/audit/index.ts'
import type { KeyRing } from '../../../govern/privacy/index.ts'
import {
  conditionsOf,
  conditionWord,
  type Datasets,
  type KeyedRow,
  type ResolvedVersion,
  rowsWithin,
} from '../../datasets/index.ts'
import { readAnswers } from '../answers/answer-book.ts'
import type { EvaluatorCatalogue } from '../evaluator.ts'
import type { CallRelease, EmbedTexts, FindRelease } from '../ports.ts'
import { buildExample } from '../requests/build-request.ts'
import { parseSuite } from '../suites/read-suite.ts'
import { findSuite } from '../suites/suite-store.ts'
import type { Suite } from '../suites/suite.ts'
import { createAsker } from './asker.ts'
import { type Hold, type Pause, RunHeld } from './hold.ts'
import { deleteExamples, insertExamples, listItems, listOpenExamples, type RunExample } from './item-store.ts'
import { pinEvaluator } from './pin-plan.ts'
import type { Run } from './run.ts'
import { runExample } from './run-example.ts'
import { changeRun, type RunChange } from './run-store.ts'
import { createRunWriter } from './run-writer.ts'
import { createSampler, sliceWord } from './sample.ts'
import { listScores } from './score-store.ts'
import { createScorer, type RunEvaluator } from './scorer.ts'
import type { EvaluationMetrics } from './evaluation-metrics.ts'
import type { MakeReport } from '../report/make-report.ts'

export interface RunnerOptions {
  readonly database: Database
  readonly keys: Pick<KeyRing, 'seal' | 'open'>
  readonly audit: Audit
  readonly logger: Logger
  readonly datasets: Pick<Datasets, 'resolve' | 'readRows' | 'scanRows'>
  readonly evaluators: EvaluatorCatalogue
  readonly callRelease: CallRelease
  readonly findRelease: FindRelease
  readonly embedTexts: EmbedTexts
  /** Nobody of a higher class waits for a target of the service. */
  readonly isIdle: (service: string) => boolean
  readonly maxConcurrency: () => number
  readonly metrics: EvaluationMetrics
  readonly makeReport: MakeReport
}

const examplesPerWrite = 2_000
const mostExamples = 1_000_000

/** Moves a run on from wherever it is, to its end unless it is stopped. Safe to run again after any crash. */
export async function runSuite(run: Run, hold: Hold, options: RunnerOptions): Promise<void> {
  const { database } = options
  const change = async (next: RunChange): Promise<void> => {
    if (!(await changeRun(database, run.id, hold.owner, next))) throw new LeaseLost()
  }
  const pause = async ({ reason, text, resumeAt }: Pause): Promise<void> => {
    options.metrics.paused(reason)
    await change({ state: 'paused', reason, reasonText: text, ...(resumeAt && { resumeAt }) })
  }
  if (hold.isCancelWanted()) return await end(run, 'cancelled', change, options)
  const opened = await open(run, options)
  if ('pause' in opened) return await pause(opened.pause)
  const { suite, version, evaluators } = opened
  if (run.state === 'planning') {
    const total = await planExamples(run, suite, version, hold, options)
    if (total === undefined) return
    await change({ state: 'running', total: total * run.plan.releases.length * run.plan.repeats })
  }
  const held = await workThrough({ ...opened, run, hold, evaluators }, options)
  if (hold.isCancelWanted()) return await end(run, 'cancelled', change, options)
  if (held) return await pause(held)
  if (hold.isStopping()) return
  const { verdict, report } = await options.makeReport(run.id)
  await change({ report, verdict })
  await end(run, 'completed', change, options)
}

async function end(
  run: Run,
  state: 'completed' | 'cancelled',
  change: (next: RunChange) => Promise<void>,
  options: RunnerOptions,
): Promise<void> {
  await change({ state, endedAt: new Date() })
  options.metrics.ended(state)
  await options.audit.record({
    actor: systemActor('evaluation'),
    action: state === 'completed' ? 'evaluation:complete' : 'evaluation:end',
    subject: `evaluation:${run.id}`,
    tenant: run.tenant,
    after: { state, suite: run.suite },
  })
}

interface Opened {
  readonly suite: Suite
  readonly version: ResolvedVersion
  readonly evaluators: readonly RunEvaluator[]
}

/** What the plan names, as it is now; or why it is not what was pinned. */
async function open(run: Run, options: RunnerOptions): Promise<Opened | { readonly pause: Pause }> {
  const { database, datasets, findRelease } = options
  const { plan } = run
  const stored = await findSuite(database, run.tenant, run.suite, run.suiteVersion)
  if (!stored) return { pause: { reason: 'not_readable', text: 'The suite of this run is gone.' } }
  let suite: Suite
  let version: ResolvedVersion
  try {
    suite = parseSuite(stored.text, `${run.suite}.yaml`, {
      evaluators: options.evaluators,
      against: plan.releases[plan.baseline]?.name,
    })
    const split = plan.dataset.split === null ? '' : `:${plan.dataset.split}`
    version = await datasets.resolve(run.tenant, `${plan.dataset.name}@${plan.dataset.versionId}${split}`)
  } catch (error) {
    if (!(error instanceof Failure) || error.code === 'storage_unavailable') throw error
    return { pause: { reason: 'not_readable', text: error.message.slice(0, 500) } }
  }
  for (const release of plan.releases) {
    const facts = findRelease(release)
    if (facts?.hash === release.hash) continue
    const text = facts
      ? `The release ${release.service}@${release.release} is another now than when the run began. Put it back and resume, or begin a new run.`
      : `The release ${release.service}@${release.release} is not in the configuration any more. Put it back and resume, or begin a new run.`
    return { pause: { reason: 'release_changed', text } }
  }
  const evaluators: RunEvaluator[] = []
  for (const [index, planned] of plan.evaluators.entries()) {
    const declared = suite.evaluators.find(({ name }) => name === planned.name)
    const now = declared && pinEvaluator(declared, findRelease)
    if (!declared || now?.version !== planned.version || now.parametersHash !== planned.parametersHash) {
      const text = `The evaluator ${planned.name} is another now than when the run began: begin a new run. Answers that are kept are not asked for again.`
      return { pause: { reason: 'evaluator_changed', text } }
    }
    evaluators.push({ index, planned, declared, made: declared.kind.create(declared.parameters) })
  }
  return { suite, version, evaluators }
}

/** Draws the examples and writes them; how many, or `undefined` where it was stopped. */
async function planExamples(
  run: Run,
  suite: Suite,
  version: ResolvedVersion,
  hold: Hold,
  { database, datasets }: RunnerOptions,
): Promise<number | undefined> {
  const sampler = createSampler(Math.min(run.plan.sample ?? mostExamples, mostExamples), run.plan.seed)
  const conditions = conditionsOf(version, suite.slices)
  const within = await rowsWithin(datasets, version, conditions, hold.signal)
  const sliced = suite.slices.filter(name => conditions[name] === undefined)
  const columns = sliced.length > 0 ? sliced : keyColumns(version)
  for await (const { key, row } of datasets.scanRows(version, {
    columns,
    signal: hold.signal,
    limit: 5_000,
  })) {
    if (hold.isStopping() || hold.isCancelWanted()) return undefined
    const slices = Object.fromEntries(
      suite.slices.map(slice => {
        const keys = within.get(slice)
        return [slice, keys ? conditionWord(slice, keys.has(key)) : sliceWord(row[slice])]
      }),
    )
    sampler.add({ rowKey: key, slices })
  }
  const examples = sampler.take().map((one, ordinal): RunExample => ({ ordinal, ...one }))
  const { releases, repeats } = run.plan
  await database.transaction(async transaction => {
    await deleteExamples(transaction, run.id)
    for (let from = 0; from < examples.length; from += examplesPerWrite)
      await insertExamples(transaction, run.id, examples.slice(from, from + examplesPerWrite), {
        releases: releases.length,
        repeats,
      })
  })
  return examples.length
}

/** The least that has to be read of a row. */
function keyColumns({ version }: ResolvedVersion): readonly string[] {
  const { key, columns } = version.manifest.schema
  return key.length > 0 ? key : columns.slice(0, 1).map(({ name }) => name)
}

/** Works on what is open, window after window. Returns why it paused, if it did. */
async function workThrough(
  { run, suite, version, evaluators, hold }: Opened & { readonly run: Run; readonly hold: Hold },
  options: RunnerOptions,
): Promise<Pause | undefined> {
  const { database, keys, datasets, metrics } = options
  let paused: Pause | undefined
  const isHeld = (): boolean => paused !== undefined || hold.isStopping() || hold.isCancelWanted()
  const writer = createRunWriter(database, run, hold.owner)
  const most = (): number => Math.min(suite.concurrency, options.maxConcurrency())
  const pace = new Pace(most)
  const onPause = (why: Pause): void => {
    paused ??= why
  }
  const asker = createAsker({
    ...options,
    run,
    writer,
    pace,
    hold,
    onPause,
    isPaused: () => paused !== undefined,
  })
  const onScore = metrics.scored
  const scorer = createScorer({ ...options, run, writer, asker, hold, onScore })
  const work = { run, suite, asker, scorer, writer, evaluators, onItem: metrics.item }
  const { expected, context } = run.plan.columns
  const columns = { expected: expected ?? undefined, context: context ?? undefined }

  for (let from = 0; !isHeld();) {
    const window = await listOpenExamples(database, run.id, from, Math.max(50, 4 * most()))
    const last = window.at(-1)
    if (!last) break
    from = last.ordinal + 1
    const ordinals = window.map(({ ordinal }) => ordinal)
    const [rows, items, scores] = await Promise.all([
      readRows(datasets, version, window, hold.signal),
      listItems(database, run.id, ordinals),
      listScores(database, run.id, ordinals),
    ])
    const answerKeys = items.flatMap(({ answerKey }) => answerKey ?? [])
    const known = await readAnswers(database, keys, run.tenant, answerKeys)
    const scored = new Set(scores.map(one => `${one.ordinal} ${one.release} ${one.repeat} ${one.evaluator}`))
    await eachOf(window, most(), isHeld, async ({ ordinal, rowKey }) => {
      const row = rows.get(rowKey)
      const built = row
        ? buildExample(suite, columns, rowKey, row.row)
        : { problem: 'The version of the dataset has no such row.' }
      const ofExample = items.filter(item => item.ordinal === ordinal)
      await runExample(built, ofExample, known, scored, work)
    })
  }
  await writer.settled()
  return paused
}

async function readRows(
  datasets: Pick<Datasets, 'readRows'>,
  version: ResolvedVersion,
  examples: readonly RunExample[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, KeyedRow>> {
  const keys = examples.map(({ rowKey }) => rowKey)
  const found = new Map<string, KeyedRow>()
  for (let after: string | undefined; ;) {
    const page = await datasets.readRows(version, { keys, limit: keys.length, after, signal })
    for (const row of page.rows) found.set(row.key, row)
    if (page.next === undefined) return found
    after = page.next
  }
}

/** Does so many at once. Whoever may not go on ends quietly; the first real error ends all. */
async function eachOf<One>(
  list: readonly One[],
  atOnce: number,
  isHeld: () => boolean,
  work: (one: One) => Promise<void>,
): Promise<void> {
  let next = 0
  const errors: unknown[] = []
  async function worker(): Promise<void> {
    while (next < list.length && !isHeld() && errors.length === 0) {
      const one = list[next]
      next += 1
      if (one === undefined) return
      try {
        await work(one)
      } catch (thrown) {
        if (!(thrown instanceof RunHeld)) errors.push(thrown)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, list.length) }, worker))
  const [error] = errors
  if (error instanceof Error) throw error
  if (errors.length > 0) throw new Error('An example failed.', { cause: error })
}
