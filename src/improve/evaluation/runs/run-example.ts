import type { BuiltExample } from '../requests/build-request.ts'
import type { KnownAnswer } from '../answers/answer-book.ts'
import { contentHash } from '../answers/content-keys.ts'
import type { Suite } from '../suites/suite.ts'
import type { Asker } from './asker.ts'
import type { Item } from './item-store.ts'
import type { Run } from './run.ts'
import type { RunWriter } from './run-writer.ts'
import type { RunEvaluator, Scorer } from './scorer.ts'

export interface ExampleWork {
  readonly run: Run
  readonly suite: Suite
  readonly asker: Asker
  readonly scorer: Scorer
  readonly writer: RunWriter
  readonly evaluators: readonly RunEvaluator[]
  readonly onItem: (outcome: 'answered' | 'cached' | 'failed') => void
}

type Made = Extract<BuiltExample, { example: unknown }>

/**
 * Asks one example of every release and scores what they say, one after the other, so that they meet the same conditions.
 * What is answered or scored already is not done again. Throws `RunHeld` where it may not go on.
 */
export async function runExample(
  built: BuiltExample,
  items: readonly Item[],
  /** Answers of this run that are there already, by key. */
  known: ReadonlyMap<string, KnownAnswer>,
  /** `ordinal release repeat evaluator` of the scores that are there already. */
  scored: ReadonlySet<string>,
  work: ExampleWork,
): Promise<void> {
  if ('problem' in built) {
    for (const item of items)
      if (item.state === 'waiting') await fail(item, 'invalid_example', built.problem, 0, work)
    return
  }
  const exampleHash = contentHash({
    row: built.example.row,
    messages: built.example.messages,
    expected: built.example.expected ?? null,
    context: built.example.context ?? null,
  })
  const { baseline } = work.run.plan
  for (let repeat = 0; repeat < work.run.plan.repeats; repeat += 1) {
    const ofRepeat = items
      .filter(item => item.repeat === repeat)
      // what pairs are held against comes first
      .toSorted((left, right) => Number(right.release === baseline) - Number(left.release === baseline))
    let ofBaseline: KnownAnswer | undefined
    for (const item of ofRepeat) {
      const answer = await answerOf(item, built, known, work)
      if (item.release === baseline) ofBaseline = answer
      if (!answer || item.state === 'scored') continue
      for (const evaluator of work.evaluators) {
        const isPair = evaluator.planned.kind === 'pair'
        if (isPair && item.release === baseline) continue
        if (scored.has(`${item.ordinal} ${item.release} ${item.repeat} ${evaluator.index}`)) continue
        await work.scorer.score(evaluator, {
          place: item,
          example: built.example,
          exampleHash,
          answer,
          baseline: isPair ? ofBaseline : undefined,
        })
      }
      await work.writer.write({ item: { ...placeOf(item), state: 'scored' } })
    }
  }
}

async function answerOf(
  item: Item,
  { body }: Made,
  known: ReadonlyMap<string, KnownAnswer>,
  work: ExampleWork,
): Promise<KnownAnswer | undefined> {
  if (item.state === 'failed') return undefined
  const before = item.answerKey === undefined ? undefined : known.get(item.answerKey)
  if (before) return before
  const release = work.run.plan.releases[item.release]
  if (!release) return undefined
  const asked = await work.asker.ask({
    service: release.service,
    release: release.release,
    releaseHash: release.hash,
    body,
    seed: work.run.plan.seed + item.repeat,
    isSeeded: work.suite.request.sendSeed,
    isStreamed: work.suite.request.stream,
    isJudge: false,
  })
  if (asked.kind === 'failed') {
    await fail(item, asked.code, asked.message, asked.attempts, work)
    return undefined
  }
  const { answer, cache, attempts } = asked
  work.onItem(cache === 'hit' || cache === 'shared' ? 'cached' : 'answered')
  if (item.state === 'waiting')
    await work.writer.write({
      item: { ...placeOf(item), state: 'answered', answerKey: answer.key, cache, attempts },
    })
  return answer
}

async function fail(
  item: Item,
  code: string,
  message: string,
  attempts: number,
  { writer, onItem }: ExampleWork,
): Promise<void> {
  onItem('failed')
  const failureMessage = message.slice(0, 500)
  await writer.write({
    item: { ...placeOf(item), state: 'failed', failureCode: code, failureMessage, attempts },
  })
}

function placeOf({ ordinal, release, repeat }: Item) {
  return { ordinal, release, repeat }
}
