import { secondsOf } from '../../../foundation/config/index.ts'
import type { Queryable } from '../../../foundation/platform/index.ts'
import { buildReference, type ReferenceRow } from '../reference/build-reference.ts'
import { createPositioner } from '../reference/position.ts'
import type { Slicing } from '../reference/reference.ts'
import {
  readReferenceFeedback,
  readReferenceInferences,
  readReferenceScores,
} from '../reference/reference-rows-store.ts'
import type { StoredMonitor, StoredReference } from '../state-store.ts'
import { featuresOfKind, type Measure, measureInference, type TextFeatures } from '../streams/measure.ts'
import type { SeenBase, SeenInference } from '../streams/seen.ts'
import type { DeclaredMonitor, DeclaredStream } from './declared-monitor.ts'
import { isLookedAt } from './monitor-run.ts'
import { readFeatures, type TextPorts } from './read-features.ts'

const mostRows = 12_000
/** Reading texts takes longer than reading numbers. */
const mostTexts = 3_000

export interface TakenReferences {
  readonly taken: readonly StoredReference[]
  /** How many values streams have that have too few. */
  readonly waiting: ReadonlyMap<string, number>
}

/** Takes the references of streams that have none and enough rows for one; topics come first, since slices may go by them. */
export async function takeReferences(
  queryable: Queryable,
  ports: TextPorts,
  declared: DeclaredMonitor,
  wanted: {
    readonly streams: readonly DeclaredStream[]
    readonly stored: Pick<StoredMonitor, 'referenceFrom' | 'referenceUntil'>
    readonly known: readonly StoredReference[]
    readonly nowMs: number
    readonly signal: AbortSignal
  },
): Promise<TakenReferences> {
  const { config } = declared
  const { streams, stored, nowMs, signal } = wanted
  const untilMs = stored.referenceUntil?.getTime() ?? nowMs
  const fromMs = stored.referenceFrom?.getTime() ?? untilMs - secondsOf(config.reference.window) * 1_000
  const window = { fromMs, untilMs }
  let inferences: Promise<SeenInference[]> | undefined
  const readInferences = (): Promise<SeenInference[]> =>
    (inferences ??= readReferenceInferences(queryable, config.service, window, mostRows))
  let features: Promise<Map<string, TextFeatures>> | undefined
  const readTexts = async (): Promise<Map<string, TextFeatures>> => {
    const looked = (await readInferences()).filter(seen => seen.hasContent && isLookedAt(seen.id, declared))
    const step = Math.max(1, looked.length / mostTexts)
    const ids = Array.from(
      { length: Math.min(mostTexts, looked.length) },
      (_, index) => looked[Math.floor(index * step)]?.id ?? '',
    )
    return await (features ??= readFeatures(
      queryable,
      ports,
      ids,
      { names: declared.features, embedder: declared.embedder },
      signal,
    ))
  }
  const taken: StoredReference[] = []
  const waiting = new Map<string, number>()

  for (const stream of streams.toSorted((left, right) => topicsFirst(right) - topicsFirst(left))) {
    const found = await measuresOf(stream)
    if (found.length < config.reference.rows) {
      waiting.set(stream.name, found.length)
      continue
    }
    const slices = new Set<Slicing>(config.slices)
    const needsTexts = slices.has('language') || slices.has('topic')
    const texts = needsTexts ? await textsOf(found.map(({ seen }) => seen.id)) : undefined
    const topicOf = needsTexts ? topicReader([...taken, ...wanted.known]) : undefined
    const rows = found.map(({ seen, measure, own }): ReferenceRow => {
      const at = own ?? texts?.get(seen.id)
      const topic = at?.vector && topicOf?.(at.vector, seen.id)
      return {
        id: seen.id,
        timeMs: seen.timeMs,
        measure,
        slices: {
          tenant: seen.tenant,
          ...(seen.release !== undefined && { release: seen.release }),
          ...(at?.language !== undefined && { language: at.language }),
          ...(topic !== undefined && { topic: String(topic) }),
        },
      }
    })
    const reference = buildReference(stream.config, rows, {
      ...window,
      strata: config.strata,
      effect: stream.effect,
      slices: config.slices,
      mostSlices: config.mostSlices,
      judgeHash: stream.judgeHash,
    })
    taken.push({ stream: stream.name, declaredHash: stream.hash, takenAt: new Date(nowMs), reference })
  }
  return { taken, waiting }

  /** The values of a stream in the order of time. */
  async function measuresOf({
    config: stream,
    judgeHash: hash,
  }: DeclaredStream): Promise<
    { readonly seen: SeenBase; readonly measure: Measure; readonly own?: TextFeatures | undefined }[]
  > {
    if (stream.kind === 'score' || stream.kind === 'feedback') {
      const opinions =
        stream.kind === 'feedback'
          ? await readReferenceFeedback(queryable, config.service, window, mostRows)
          : await readReferenceScores(
              queryable,
              { name: stream.judge, hash: hash ?? '' },
              config.service,
              window,
              mostRows,
            )
      return opinions.map(seen => ({ seen, measure: seen.value }))
    }
    const seen = await readInferences()
    const needs = featuresOfKind[stream.kind].filter(name => declared.features.has(name))
    const texts = needs.length > 0 && seen.length >= config.reference.rows ? await readTexts() : undefined
    return seen.flatMap(one => {
      const own = texts?.get(one.id)
      const measure = measureInference(stream, one, own, declared.features)
      return measure === undefined ? [] : [{ seen: one, measure, own }]
    })
  }

  async function textsOf(ids: readonly string[]): Promise<Map<string, TextFeatures>> {
    const known = await readTexts()
    const rest = ids.filter(id => !known.has(id) && isLookedAt(id, declared)).slice(0, mostTexts)
    const more = await readFeatures(
      queryable,
      ports,
      rest,
      { names: declared.features, embedder: declared.embedder },
      signal,
    )
    return new Map([...known, ...more])
  }

  function topicReader(
    references: readonly StoredReference[],
  ): ((vector: Float32Array, id: string) => string | number | undefined) | undefined {
    const topics = declared.streams.find(({ config: { kind } }) => kind === 'input-topic')
    const found = references.find(
      ({ stream, declaredHash }) => stream === topics?.name && declaredHash === topics.hash,
    )
    return found && createPositioner('input-topic', found.reference.learned)
  }
}

const topicsFirst = ({ config }: DeclaredStream): number => Number(config.kind === 'input-topic')
