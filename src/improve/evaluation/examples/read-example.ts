import { type Database, Failure } from '../../../foundation/platform/index.ts'
import type { KeyRing } from '../../../govern/privacy/index.ts'
import type { Datasets, KeyedRow } from '../../datasets/index.ts'
import { type KnownAnswer, readAnswers } from '../answers/answer-book.ts'
import { derivedSeed } from '../answers/content-keys.ts'
import type { WireExampleDetail } from '../api/example-wire.ts'
import type { EvaluatorCatalogue } from '../evaluator.ts'
import { labelNameOf } from '../labels/label-name.ts'
import { listLabelFigures } from '../labels/label-store.ts'
import { buildExample } from '../requests/build-request.ts'
import { type Item, type ItemPlace, listExamples, listItems, type RunExample } from '../runs/item-store.ts'
import type { Run } from '../runs/run.ts'
import { listScores, type StoredScore } from '../runs/score-store.ts'
import { whyPlace } from '../runs/scorer.ts'
import { parseSuite } from '../suites/read-suite.ts'
import { findSuite } from '../suites/suite-store.ts'

export interface ReadExampleOptions {
  readonly database: Database
  readonly keys: Pick<KeyRing, 'open'>
  readonly datasets: Pick<Datasets, 'resolve' | 'readRows'>
  readonly evaluators: EvaluatorCatalogue
}

/** All of one example: its row, what was asked, what each release said and what was found of it. */
export async function readRunExample(
  run: Run,
  ordinal: number,
  options: ReadExampleOptions,
): Promise<WireExampleDetail> {
  const [example] = await readRunExamples(run, [ordinal], options)
  if (example) return example
  throw new Failure('not_found', `The run ${run.id} has no example ${ordinal}.`)
}

/** Of several at once, in the order of their ordinals. */
export async function readRunExamples(
  run: Run,
  ordinals: readonly number[],
  options: ReadExampleOptions,
): Promise<WireExampleDetail[]> {
  const { database, keys } = options
  const examples = await listExamples(database, run.id, ordinals)
  const names = run.plan.evaluators.map(({ name }) => labelNameOf(run.suite, name))
  const [items, scores, labels, asked] = await Promise.all([
    listItems(database, run.id, ordinals),
    listScores(database, run.id, ordinals),
    listLabelFigures(database, run.id, names),
    readAsked(run, examples, options),
  ])
  const answerKeys = items.flatMap(({ answerKey }) => answerKey ?? [])
  const answers = await readAnswers(database, keys, run.tenant, answerKeys)
  const placeOf = (one: ItemPlace): string => `${one.ordinal} ${one.release} ${one.repeat}`
  const scoresOf = Map.groupBy(scores, placeOf)
  const labelOf = new Map(labels.map(one => [`${placeOf(one)} ${one.evaluator}`, one.value]))
  const itemsOf = Map.groupBy(items, ({ ordinal }) => ordinal)
  return await Promise.all(
    examples.map(async example => ({
      ordinal: example.ordinal,
      key: example.rowKey,
      slices: { ...example.slices },
      ...(asked.get(example.rowKey) ?? nothingAsked),
      items: await Promise.all(
        (itemsOf.get(example.ordinal) ?? []).map(async item => ({
          ...toItem(run, item, item.answerKey === undefined ? undefined : answers.get(item.answerKey)),
          scores: await Promise.all(
            (scoresOf.get(placeOf(item)) ?? []).map(async score => {
              const why = await wordsOf(run.tenant, score, keys)
              return toScore(run, example, score, why, labelOf.get(`${placeOf(item)} ${score.evaluator}`))
            }),
          ),
        })),
      ),
    })),
  )
}

type AskedParts = Pick<WireExampleDetail, 'row' | 'messages' | 'expected' | 'context'>

const nothingAsked: AskedParts = { row: null, messages: null, expected: null, context: null }

/** What was asked, made once more from the rows; nothing where the version or its key is gone. */
async function readAsked(
  run: Run,
  examples: readonly RunExample[],
  { database, datasets, evaluators }: ReadExampleOptions,
): Promise<ReadonlyMap<string, AskedParts>> {
  const rows = await readRows(run, examples, datasets)
  const stored = await findSuite(database, run.tenant, run.suite, run.suiteVersion)
  if (!stored) return new Map()
  const against = run.plan.releases[run.plan.baseline]?.name
  const suite = parseSuite(stored.text, `${run.suite}.yaml`, { evaluators, against })
  const { expected, context } = run.plan.columns
  const columns = { expected: expected ?? undefined, context: context ?? undefined }
  return new Map(
    rows.map(({ key, row }) => {
      const built = buildExample(suite, columns, key, row)
      if ('problem' in built) return [key, { ...nothingAsked, row: { ...row } }]
      return [
        key,
        {
          row: { ...row },
          messages: built.example.messages.map(message => ({ ...message })),
          expected: built.example.expected ?? null,
          context: built.example.context ?? null,
        },
      ]
    }),
  )
}

async function readRows(
  { tenant, plan }: Run,
  examples: readonly RunExample[],
  datasets: ReadExampleOptions['datasets'],
): Promise<readonly KeyedRow[]> {
  if (examples.length === 0) return []
  try {
    const version = await datasets.resolve(tenant, `${plan.dataset.name}@${plan.dataset.versionId}`)
    const keys = examples.map(({ rowKey }) => rowKey)
    const found: KeyedRow[] = []
    for (let after: string | undefined; ;) {
      const page = await datasets.readRows(version, { keys, limit: keys.length, after })
      found.push(...page.rows)
      if (page.next === undefined) return found
      after = page.next
    }
  } catch (error) {
    if (error instanceof Failure && error.code === 'not_found') return []
    throw error
  }
}

function toItem(run: Run, item: Item, answer: KnownAnswer | undefined) {
  return {
    release: run.plan.releases[item.release]?.name ?? '',
    repeat: item.repeat,
    state: item.state,
    cache: item.cache ?? null,
    failure_code: item.failureCode ?? null,
    failure_message: item.failureMessage ?? null,
    latency_ms: answer?.latencyMs ?? null,
    cost_nano_usd: answer?.costNanoUsd ?? null,
    answer: answer?.text ?? null,
    body: answer?.body === undefined ? null : { ...answer.body },
    answer_key: item.answerKey ?? null,
    inference_id: answer?.inferenceId ?? null,
    model: answer?.model ?? null,
    finish_reason: answer?.finishReason ?? null,
    first_token_ms: answer?.firstTokenMs ?? null,
    input_tokens: answer?.usage?.input ?? null,
    output_tokens: answer?.usage?.output ?? null,
    seed: run.plan.seed + item.repeat,
    answered_at: answer?.createdAt.toISOString() ?? null,
    attempts: item.attempts,
  }
}

async function wordsOf(
  tenant: string,
  { dataKey, sealed, scoreKey }: StoredScore,
  keys: Pick<KeyRing, 'open'>,
): Promise<string | undefined> {
  if (dataKey === undefined || sealed === undefined) return undefined
  return await keys.open(whyPlace(tenant, scoreKey), { keyId: dataKey, bytes: Buffer.from(sealed) })
}

function toScore(
  run: Run,
  example: RunExample,
  score: StoredScore,
  why: string | undefined,
  labelMean: number | undefined,
): WireExampleDetail['items'][number]['scores'][number] {
  const planned = run.plan.evaluators[score.evaluator]
  const name = planned?.name ?? ''
  return {
    evaluator: name,
    value: score.value ?? null,
    passed: score.isPassed ?? null,
    label: score.label ?? null,
    failure: score.failure ?? null,
    cache: score.cache,
    why: why ?? null,
    use: score.use,
    version: planned?.version ?? 0,
    parameters_hash: planned?.parametersHash ?? '',
    threshold: planned?.threshold ?? 0,
    model: score.model ?? null,
    prompt_hash: score.promptHash ?? null,
    seed: derivedSeed(run.plan.seed, example.rowKey, score.repeat, name),
    repeat: score.repeat,
    cost_nano_usd: score.costNanoUsd,
    label_mean: labelMean ?? null,
    created_at: score.createdAt.toISOString(),
  }
}
