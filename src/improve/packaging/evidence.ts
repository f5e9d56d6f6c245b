import { z } from 'zod'
import type { LineageModel, ModelAttachment, ModelVersion } from '../registry/index.ts'
import type { PackagingContext } from './packaging-context.ts'
import type { EvaluationFacts, TrainingFacts } from './ports.ts'

/** All that is known of a version, from where it is kept: a card and a bill of materials say this and nothing else. */
export interface VersionEvidence {
  readonly version: ModelVersion
  readonly training: readonly TrainingFacts[]
  readonly evaluations: readonly (EvaluationFacts & {
    /** Whether an engine answered it that had this very version all the time. */
    readonly isMeasured: boolean
  })[]
  readonly bases: readonly (LineageModel & {
    /** SHA-256 of its manifest; `undefined` where it was deleted. */
    readonly digest: string | undefined
  })[]
  readonly quantization: QuantizationFacts | undefined
}

const gate = z.enum(['passed', 'failed', 'undecided'])
const figures = z.looseObject({ sha256: z.string(), bytes: z.number(), bitsPerWeight: z.number() })
const change = z.looseObject({ low: z.number(), high: z.number() })
const reportShape = z.looseObject({
  type: z.string(),
  original: figures,
  result: figures,
  perplexity: z.looseObject({ before: z.number(), after: z.number(), rise: change.optional() }),
  answers: z.looseObject({ before: z.number(), after: z.number(), drop: change.optional() }).optional(),
  outcome: gate,
})
/** What is told of a report of quantization. */
export type QuantizationFacts = z.output<typeof reportShape>

const mostReportBytes = 1024 * 1024

/**
 * Gathers what is known of a version. Evaluations are those that are named, and those that its newest card named before.
 */
export async function gatherEvidence(
  context: PackagingContext,
  version: ModelVersion,
  named: readonly string[],
): Promise<VersionEvidence> {
  const { registry, ports } = context
  const { tenant, lineage } = version
  const attachments = await registry.listAttachments(version)
  const decisions = await registry.listDecisions(version)
  const ids = new Set([
    ...namedBefore(attachments),
    ...decisions.flatMap(({ evidence }) =>
      evidence.filter(({ kind }) => kind === 'evaluation').map(({ id }) => id),
    ),
    ...named,
  ])
  const evaluations: VersionEvidence['evaluations'][number][] = []
  for (const id of ids) {
    const run = await ports.findEvaluation(tenant, id)
    if (run) evaluations.push({ ...run, isMeasured: await registry.wasMeasured(version, run) })
  }
  const training: TrainingFacts[] = []
  for (const { kind, id } of lineage.runs) {
    const job = kind === 'training' ? await ports.findTraining(tenant, id) : undefined
    if (job) training.push(job)
  }
  const bases: VersionEvidence['bases'][number][] = []
  for (const base of lineage.models) {
    const found = await registry.resolve(tenant, `${base.model}@${base.version}`).catch(() => undefined)
    bases.push({ ...base, digest: found?.digest })
  }
  return {
    version,
    training,
    evaluations,
    bases,
    quantization: await findQuantization(context, version, attachments),
  }
}

/** The runs that the newest card names. */
function namedBefore(attachments: readonly ModelAttachment[]): string[] {
  const details = attachments.find(({ kind }) => kind === 'card')?.details['evaluations']
  return Array.isArray(details) ? details.filter(one => typeof one === 'string') : []
}

/** A report of quantization, attached or among the files, whose result is a file of this version. */
async function findQuantization(
  { registry }: PackagingContext,
  version: ModelVersion,
  attachments: readonly ModelAttachment[],
): Promise<QuantizationFacts | undefined> {
  const { files } = version.manifest
  const candidates = [
    ...attachments
      .filter(({ kind, bytes }) => kind.startsWith('quantization') && bytes <= mostReportBytes)
      .map(attachment => async () => await registry.readAttachment(version, attachment)),
    ...files
      .filter(({ path, bytes }) => path.endsWith('.report.json') && bytes <= mostReportBytes)
      .map(
        ({ path }) =>
          async () =>
            await registry.readFile(version, path),
      ),
  ]
  for (const read of candidates) {
    const text = await new Response(await read()).text()
    const parsed = reportShape.safeParse(parseJson(text))
    if (parsed.success && files.some(({ sha256 }) => sha256 === parsed.data.result.sha256)) return parsed.data
  }
  return undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
