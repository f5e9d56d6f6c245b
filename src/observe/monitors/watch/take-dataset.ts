import type { DatasetReferenceConfig } from '../../../foundation/config/index.ts'
import { buildReference, type ReferenceRow } from '../reference/build-reference.ts'
import type { StreamReference } from '../reference/reference.ts'
import type { Missing, FoundPrompts, ReferencePorts } from '../reference/reference-ports.ts'
import { measureTexts, type TextFeatures } from '../streams/measure.ts'
import type { DeclaredMonitor, DeclaredStream } from './declared-monitor.ts'
import { makeFeatures, type TextPorts } from './read-features.ts'
import { mostTexts, slicesOfTexts, type TopicOf } from './take-traffic.ts'

interface ReadDataset {
  readonly found: FoundPrompts
  readonly texts: ReadonlyMap<string, TextFeatures>
}

/**
 * References of questions by the prompts of versions of datasets: no times of the week, and no slices but those of texts. What several streams need
 * of a version is read, and sent to an embedder, once.
 */
export function createDatasetTaker(
  ports: Pick<ReferencePorts, 'readPrompts'> & Pick<TextPorts, 'embed'>,
  { config, features, embedder }: DeclaredMonitor,
  signal: AbortSignal,
): {
  take(
    stream: DeclaredStream,
    wanted: DatasetReferenceConfig,
    topicOf: TopicOf | undefined,
  ): Promise<StreamReference | Missing>
} {
  const versions = new Map<string, Promise<ReadDataset | Missing>>()
  const tooFew = ({ version }: FoundPrompts, rows: number): Missing => ({
    missing: `${version} has ${rows} prompts of the ${config.reference.rows} that a reference takes.`,
  })

  async function read({ tenant, dataset, column }: DatasetReferenceConfig): Promise<ReadDataset | Missing> {
    const found = await ports.readPrompts({ tenant, dataset, column }, mostTexts, signal)
    if ('missing' in found) return found
    // asked again until there are enough, and an embedder would be asked as often
    if (found.prompts.length < config.reference.rows) return tooFew(found, found.prompts.length)
    const texts = await makeFeatures(
      ports,
      found.prompts.map(({ id, text }) => [id, { question: text, answer: undefined, isRefusal: false }]),
      { names: features, embedder },
      signal,
    )
    return { found, texts }
  }

  return {
    async take(stream, wanted, topicOf) {
      const { tenant, dataset, column } = wanted
      const key = JSON.stringify([tenant, dataset, column])
      const reading = versions.get(key) ?? read(wanted)
      versions.set(key, reading)
      const known = await reading
      if ('missing' in known) return known
      const { found, texts } = known
      const rows = found.prompts.flatMap(({ id }): ReferenceRow[] => {
        const own = texts.get(id)
        const measure = measureTexts(stream.config, own)
        return measure === undefined
          ? []
          : [{ id, timeMs: found.madeAtMs, measure, slices: slicesOfTexts(own, id, topicOf) }]
      })
      if (rows.length < config.reference.rows) return tooFew(found, rows.length)
      return buildReference(stream.config, rows, {
        fromMs: found.madeAtMs,
        untilMs: found.madeAtMs,
        strata: 'none',
        effect: stream.effect,
        slices: config.slices,
        mostSlices: config.mostSlices,
        origin: { kind: 'dataset', version: found.version, column: found.column, tenant },
      })
    },
  }
}
