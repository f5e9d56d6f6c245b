import type { Queryable } from '../../../foundation/platform/index.ts'
import { buildReference, type ReferenceRow } from '../reference/build-reference.ts'
import type { Position } from '../reference/position.ts'
import type { Slicing, StreamReference } from '../reference/reference.ts'
import type { Missing } from '../reference/reference-ports.ts'
import {
  readReferenceFeedback,
  readReferenceInferences,
  readReferenceScores,
} from '../reference/reference-rows-store.ts'
import { featuresOfStream, type Measure, measureInference, type TextFeatures } from '../streams/measure.ts'
import type { SeenBase, SeenInference } from '../streams/seen.ts'
import type { DeclaredMonitor, DeclaredStream } from './declared-monitor.ts'
import { isLookedAt } from './monitor-run.ts'
import { readFeatures, type TextPorts } from './read-features.ts'

const mostRows = 12_000
/** Reading texts takes longer than reading numbers. */
export const mostTexts = 3_000

export type TopicOf = (vector: Float32Array, id: string) => Position | undefined

/** Takes references of the traffic in a window; what several streams need of it is read once. */
export function createTrafficTaker(
  queryable: Queryable,
  ports: TextPorts,
  declared: DeclaredMonitor,
  window: { readonly fromMs: number; readonly untilMs: number },
  signal: AbortSignal,
): { take(stream: DeclaredStream, topicOf: TopicOf | undefined): Promise<StreamReference | Missing> } {
  const { config } = declared
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

  async function take(
    stream: DeclaredStream,
    topicOf: TopicOf | undefined,
  ): Promise<StreamReference | Missing> {
    const found = await measuresOf(stream)
    if (found.length < config.reference.rows)
      return {
        missing: `It has ${found.length} of the ${config.reference.rows} values that a reference takes, in ${config.reference.window}.`,
      }
    const slices = new Set<Slicing>(config.slices)
    const needsTexts = slices.has('language') || slices.has('topic')
    const texts = needsTexts ? await textsOf(found.map(({ seen }) => seen.id)) : undefined
    const rows = found.map(({ seen, measure, own }): ReferenceRow => {
      const at = own ?? texts?.get(seen.id)
      return {
        id: seen.id,
        timeMs: seen.timeMs,
        measure,
        slices: {
          tenant: seen.tenant,
          ...(seen.release !== undefined && { release: seen.release }),
          ...slicesOfTexts(at, seen.id, needsTexts ? topicOf : undefined),
        },
      }
    })
    return buildReference(stream.config, rows, {
      ...window,
      strata: config.strata,
      effect: stream.effect,
      slices: config.slices,
      mostSlices: config.mostSlices,
      judgeHash: stream.judgeHash,
    })
  }

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
    const needs = featuresOfStream(stream).filter(name => declared.features.has(name))
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

  return { take }
}

/** The parts of the traffic that a text says it belongs to. */
export function slicesOfTexts(
  texts: TextFeatures | undefined,
  id: string,
  topicOf: TopicOf | undefined,
): Partial<Record<Slicing, string>> {
  const topic = texts?.vector && topicOf?.(texts.vector, id)
  return {
    ...(texts?.language !== undefined && { language: texts.language }),
    ...(topic !== undefined && { topic: String(topic) }),
  }
}
