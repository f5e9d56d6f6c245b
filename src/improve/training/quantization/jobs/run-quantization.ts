import { mkdir, readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { type Claim, Failure, LeaseLost } from '../../../../foundation/platform/index.ts'
import { systemActor } from '../../../../govern/audit/index.ts'
import { quantizeModel, type QuantizationReport, type QuantizeProgress } from '../quantize-model.ts'
import type { Quantization, QuantizationState } from './quantization.ts'
import type { QuantizationContext } from './quantization-context.ts'
import { changeQuantization, type QuantizationChange } from './quantization-store.ts'
import { readSource } from './read-source.ts'

/** Of servers that were killed, which is not its doing: a bound for the worst case alone. */
const mostTries = 100
const mostDeaths = 3
const progressMs = 500

/** Quantizes one model and puts it into the registry; what comes of it is written once. Safe to run again after any crash. */
export async function runQuantization(
  row: Quantization,
  claim: Claim<QuantizationState>,
  context: QuantizationContext,
): Promise<void> {
  const stop = new AbortController()
  const askToStop = (): void => {
    if (claim.isStopping() || claim.signal.aborted) stop.abort()
  }
  claim.onNews(askToStop)
  claim.signal.addEventListener('abort', askToStop)
  askToStop()
  const folder = path.join(context.folder, row.id)
  try {
    // what an earlier try has left is not looked at
    await rm(folder, { recursive: true, force: true })
    await mkdir(path.join(folder, 'result'), { recursive: true, mode: 0o700 })
    if (row.tries > mostTries)
      throw new Failure('conflict', `It was cut off ${row.tries} times, so it is not begun again.`)
    const report = await quantize(row, claim, folder, stop.signal, context)
    if (report.outcome !== 'passed' && !row.options.keep) {
      const code = report.outcome === 'failed' ? 'gate_failed' : 'not_enough'
      await end(row, claim, context, {
        state: 'failed',
        report,
        error: { code, message: sayOutcome(report) },
      })
      return
    }
    const result = await context.publishQuantized({ job: row, folder: path.join(folder, 'result'), report })
    await end(row, claim, context, { state: 'succeeded', report, result })
  } catch (error) {
    // it is taken up again
    if (stop.signal.aborted || error instanceof LeaseLost) return
    if (!(error instanceof Failure)) throw error
    const { code, message, kind } = error
    if (code === 'engine_crashed' && row.deaths + 1 < mostDeaths) {
      await changeQuantization(context.database, row.id, claim.owner, { deaths: row.deaths + 1 })
      return
    }
    if (kind.status >= 500 && code !== 'engine_crashed') throw error
    await end(row, claim, context, { state: 'failed', error: { code, message: message.slice(0, 4_000) } })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function quantize(
  row: Quantization,
  claim: Claim<QuantizationState>,
  folder: string,
  signal: AbortSignal,
  context: QuantizationContext,
): Promise<QuantizationReport> {
  const { options, tenant, base } = row
  const check = await readSource(context, tenant, options.check, options.examples, signal)
  const calibration =
    options.calibrate === null
      ? []
      : await readSource(context, tenant, options.calibrate, options.examples, signal)
  const original = path.join(folder, 'base')
  await context.models.lay(tenant, base, original)
  const [file, second] = (await readdir(original)).filter(name => name.endsWith('.gguf'))
  if (file === undefined || second !== undefined)
    throw new Failure('invalid_request', `${base} is not one GGUF file, and only such a one is quantized.`)
  let progress = { progress: 0, step: '' }
  let saved = progress
  const saving = setInterval(() => {
    if (progress === saved) return
    saved = progress
    changeQuantization(context.database, row.id, claim.owner, progress).catch(() => undefined)
  }, progressMs)
  const to = path.join(folder, 'result', `${path.parse(file).name}-${row.type}.gguf`)
  try {
    const report = await quantizeModel({
      from: path.join(original, file),
      to,
      type: row.type,
      check,
      calibration,
      answers: options.answers,
      cache: options.cache,
      limits: {
        perplexityRise: options.max_rise_percent / 100,
        answerDrop: options.max_drop_percent / 100,
      },
      isKeptAnyway: options.keep,
      ...(options.context_size !== undefined && { contextSize: options.context_size }),
      onProgress: event => {
        progress = toProgress(event)
      },
      signal,
    })
    // it goes beside the version, not into it: it says other speeds each time
    await rm(`${to}.report.json`, { force: true })
    return report
  } finally {
    clearInterval(saving)
  }
}

/** Which part of the whole each step is, from what they took with the built-in model. */
const steps = {
  importance: { from: 0, to: 0.1, words: 'looks at what matters' },
  quantize: { from: 0.1, to: 0.15, words: 'writes' },
  original: { from: 0.15, to: 0.5, words: 'the original on the examples' },
  result: { from: 0.5, to: 0.85, words: 'the result on the examples' },
  speed: { from: 0.85, to: 1, words: 'takes speeds' },
} as const satisfies Record<QuantizeProgress['step'], unknown>

function toProgress({ step, done, total }: QuantizeProgress): { progress: number; step: string } {
  const { from, to, words } = steps[step]
  return { progress: from + ((to - from) * done) / Math.max(total, 1), step: `${words}: ${done} of ${total}` }
}

function sayOutcome({ outcome, gates, perplexity, answers }: QuantizationReport): string {
  const percent = (share: number): string => `${(100 * share).toFixed(2)} %`
  const which = [
    ...(gates.perplexity === 'passed'
      ? []
      : [`the perplexity rises by ${percent(perplexity.rise.low)} to ${percent(perplexity.rise.high)}`]),
    ...(answers === undefined || gates.answers === 'passed'
      ? []
      : [`right answers fall by ${percent(answers.drop.low)} to ${percent(answers.drop.high)}`]),
  ].join(', and ')
  return outcome === 'failed'
    ? `The loss is beyond its limit: ${which}. Choose a larger type, or calibrate.`
    : `The examples are too few to say that the loss is within its limit: ${which}. Compare on more.`
}

async function end(
  row: Quantization,
  claim: Claim<QuantizationState>,
  context: QuantizationContext,
  change: QuantizationChange & { readonly state: 'succeeded' | 'failed' },
): Promise<void> {
  const { state, result, error } = change
  await context.database.transaction(async transaction => {
    const written = {
      ...change,
      step: '',
      ...(state === 'succeeded' && { progress: 1 }),
      finishedAt: new Date(),
    }
    if (!(await changeQuantization(transaction, row.id, claim.owner, written))) throw new LeaseLost()
    await context.audit.record(
      {
        actor: systemActor('training'),
        action: state === 'succeeded' ? 'training:quantized' : 'training:quantize-failed',
        subject: `quantization:${row.id}`,
        tenant: row.tenant,
        after: { base: row.base, type: row.type, result: result ?? null, code: error?.code ?? null },
      },
      transaction,
    )
  })
  await context.letGo(row)
  context.metrics.quantized(row.type, state)
}
