import type { DatasetReferenceConfig } from '../../../foundation/config/index.ts'
import { buildReference, type ReferenceRow } from '../reference/build-reference.ts'
import type { StreamReference } from '../reference/reference.ts'
import type { Missing, ReferencePorts } from '../reference/reference-ports.ts'
import { measureTexts } from '../streams/measure.ts'
import type { DeclaredMonitor, DeclaredStream } from './declared-monitor.ts'
import { makeFeatures, type TextPorts } from './read-features.ts'
import { mostTexts, slicesOfTexts, type TopicOf } from './take-traffic.ts'

/** The reference of questions by the prompts of a version of a dataset: no times of the week, and no slices but those of texts. */
export async function takeDataset(
  ports: Pick<ReferencePorts, 'readPrompts'> & Pick<TextPorts, 'embed'>,
  { config, features, embedder }: DeclaredMonitor,
  stream: DeclaredStream,
  { tenant, dataset, column }: DatasetReferenceConfig,
  topicOf: TopicOf | undefined,
  signal: AbortSignal,
): Promise<StreamReference | Missing> {
  const found = await ports.readPrompts({ tenant, dataset, column }, mostTexts, signal)
  if ('missing' in found) return found
  const tooFew = (rows: number): Missing => ({
    missing: `${found.version} has ${rows} prompts of the ${config.reference.rows} that a reference takes.`,
  })
  // asked again until there are enough, and an embedder would be asked as often
  if (found.prompts.length < config.reference.rows) return tooFew(found.prompts.length)
  const texts = await makeFeatures(
    ports,
    found.prompts.map(({ id, text }) => [id, { question: text, answer: undefined, isRefusal: false }]),
    { names: features, embedder },
    signal,
  )
  const rows = found.prompts.flatMap(({ id }): ReferenceRow[] => {
    const own = texts.get(id)
    const measure = measureTexts(stream.config, own)
    return measure === undefined
      ? []
      : [{ id, timeMs: found.madeAtMs, measure, slices: slicesOfTexts(own, id, topicOf) }]
  })
  if (rows.length < config.reference.rows) return tooFew(rows.length)
  return buildReference(stream.config, rows, {
    fromMs: found.madeAtMs,
    untilMs: found.madeAtMs,
    strata: 'none',
    effect: stream.effect,
    slices: config.slices,
    mostSlices: config.mostSlices,
    origin: { kind: 'dataset', version: found.version, column: found.column, tenant },
  })
}
