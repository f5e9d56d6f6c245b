import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Failure } from '../../../foundation/platform/index.ts'
import { quantileOf } from '../../../foundation/statistics/index.ts'
import {
  type AnswerChange,
  compareAnswers,
  comparePerplexity,
  type GateOutcome,
  judgeChange,
  type PerplexityChange,
} from './compare-models.ts'
import type { CacheType, CheckExample, NativeEvent } from './native-job.ts'
import type { QuantizationType } from './quantization-types.ts'
import { runNative } from './run-native.ts'

export interface QuantizeOptions {
  /** A GGUF file in floats. */
  readonly from: string
  /** Where the result goes; its report goes beside it, as `<to>.report.json`. */
  readonly to: string
  readonly type: QuantizationType
  /** What the importance of weights is taken from; without it all count the same. Best of the kind that the model is used for, and not of `check`. */
  readonly calibration?: readonly CheckExample[]
  /** What both are compared on. */
  readonly check: readonly CheckExample[]
  /** Of how many examples of `check` the answers are written and compared; 100 where it is left out. */
  readonly answers?: number
  readonly answerTokens?: number
  readonly contextSize?: number
  /** How the result's keys and values are held while it is compared; the original's are in f16. */
  readonly cache?: CacheType
  readonly limits: QuantizationLimits
  /** Write the result also where the gate does not hold. */
  readonly isKeptAnyway?: boolean
  readonly threads?: number
  readonly onProgress?: (event: QuantizeProgress) => void
  readonly signal?: AbortSignal
}

export interface QuantizationLimits {
  /** What the perplexity may rise at most, as a share of what it was. */
  readonly perplexityRise: number
  /** What the share of right answers may fall at most. */
  readonly answerDrop: number
}

export interface QuantizeProgress {
  readonly step: 'importance' | 'quantize' | 'original' | 'result' | 'speed'
  readonly done: number
  readonly total: number
}

export interface QuantizationReport {
  readonly type: QuantizationType
  readonly importanceFrom: number
  readonly cache: CacheType
  readonly original: ModelFigures
  readonly result: ModelFigures
  readonly perplexity: PerplexityChange
  /** Left out where no example has an answer. */
  readonly answers: AnswerChange | undefined
  readonly limits: QuantizationLimits
  readonly gates: { readonly perplexity: GateOutcome; readonly answers: GateOutcome | undefined }
  readonly outcome: GateOutcome
  /** The file that was written; `undefined` where the gate kept it from being. */
  readonly file: string | undefined
}

export interface ModelFigures {
  readonly sha256: string
  readonly bytes: number
  readonly parameters: number
  readonly bitsPerWeight: number
  /** Tokens a second on this machine, medians of three rounds taken in turn. */
  readonly reading: number
  readonly writing: number
}

/** Below this size more threads only wait for each other (see the engine). */
const singleThreadBytes = 64 * 1024 * 1024
/** Below this size both models are loaded at once: starting a process for each turn would cost more than what it measures. */
const togetherBytes = 256 * 1024 * 1024
const speedRounds = 3
const speedTokens = 400

/**
 * Writes a model with fewer bits a weight, measures what that costs on `check` and gains, and puts the file in place only if the
 * loss is within its limits with 95 % confidence. Everything native runs in child processes. Fails with `invalid_request` where the file or
 * an example is not what it should be.
 */
export async function quantizeModel(options: QuantizeOptions): Promise<QuantizationReport> {
  const { from, to, type, check, signal, limits, cache = 'f16' } = options
  if (path.resolve(from) === path.resolve(to))
    throw new Failure('invalid_request', 'The result would overwrite the original. Name another file.')
  const { size } = await stat(from).catch((cause: unknown) => {
    throw new Failure('invalid_request', `There is no model at ${from}.`, { cause })
  })
  const threads = options.threads ?? (size < singleThreadBytes ? 1 : Math.max(1, availableParallelism() - 1))
  const folder = await mkdtemp(path.join(path.dirname(path.resolve(to)), '.quantize-'))
  try {
    const files = { result: path.join(folder, 'model.gguf'), check: path.join(folder, 'check.json') }
    await writeFile(files.check, JSON.stringify(check))
    const importance = await takeImportance(options, folder, threads)
    options.onProgress?.({ step: 'quantize', done: 0, total: 1 })
    await runNative(
      { kind: 'quantize', from, to: files.result, type, threads, ...(importance && { importance }) },
      () => undefined,
      signal,
    )
    options.onProgress?.({ step: 'quantize', done: 1, total: 1 })
    const original = await measure(
      options,
      { model: from, cache: 'f16', step: 'original' },
      files.check,
      threads,
    )
    const result = await measure(
      options,
      { model: files.result, cache, step: 'result' },
      files.check,
      threads,
    )
    const speeds = await takeSpeeds(
      options,
      { files: [from, files.result], areTogether: size < togetherBytes },
      files.check,
      threads,
    )
    const perplexity = comparePerplexity(
      original.losses.map((loss, index) => ({
        ...loss,
        before: loss.loss,
        after: result.losses[index]?.loss ?? 0,
      })),
    )
    if (!perplexity)
      throw new Failure(
        'invalid_request',
        'At least two examples have to fit the context. Give more, or shorter ones.',
      )
    const answers = compareAnswers(
      check.flatMap((example, index) => {
        const [before, after] = [original.answers.get(index), result.answers.get(index)]
        if (!('messages' in example) || before === undefined || after === undefined) return []
        return [{ before: before === example.answer, after: after === example.answer }]
      }),
    )
    const gates = {
      perplexity: judgeChange(perplexity.rise, limits.perplexityRise),
      answers: answers && judgeChange(answers.drop, limits.answerDrop),
    }
    const outcome = worst([gates.perplexity, ...(gates.answers ? [gates.answers] : [])])
    const figures = async (file: string, found: Measured, speed: Speed): Promise<ModelFigures> => ({
      sha256: await hashFile(file),
      bytes: (await stat(file)).size,
      parameters: found.parameters,
      bitsPerWeight: (8 * found.weightBytes) / found.parameters,
      ...speed,
    })
    const isWritten = outcome === 'passed' || options.isKeptAnyway === true
    const report: QuantizationReport = {
      type,
      importanceFrom: importance === undefined ? 0 : (options.calibration?.length ?? 0),
      cache,
      original: await figures(from, original, speeds[0]),
      result: await figures(files.result, result, speeds[1]),
      perplexity,
      answers,
      limits,
      gates,
      outcome,
      file: isWritten ? to : undefined,
    }
    if (isWritten) await rename(files.result, to)
    await writeFile(`${to}.report.json`, `${JSON.stringify(report, null, 2)}\n`)
    return report
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function worst(outcomes: readonly GateOutcome[]): GateOutcome {
  return outcomes.find(one => one === 'failed') ?? outcomes.find(one => one === 'undecided') ?? 'passed'
}

async function takeImportance(
  options: QuantizeOptions,
  folder: string,
  threads: number,
): Promise<string | undefined> {
  const { calibration = [], from, contextSize, signal } = options
  if (calibration.length === 0) return undefined
  const examples = path.join(folder, 'calibration.json')
  const output = path.join(folder, 'importance.gguf')
  await writeFile(examples, JSON.stringify(calibration))
  await runNative(
    {
      kind: 'importance',
      model: from,
      examples,
      output,
      threads,
      ...(contextSize !== undefined && { contextSize }),
    },
    event => show(options, 'importance', event),
    signal,
  )
  return output
}

function show(options: QuantizeOptions, step: QuantizeProgress['step'], event: NativeEvent): void {
  if (event.kind === 'progress') options.onProgress?.({ step, done: event.done, total: event.total })
}

interface Measured {
  readonly parameters: number
  readonly weightBytes: number
  readonly losses: readonly { readonly tokens: number; readonly loss: number }[]
  readonly answers: ReadonlyMap<number, string>
}

async function measure(
  options: QuantizeOptions,
  of: { readonly model: string; readonly cache: CacheType; readonly step: 'original' | 'result' },
  examples: string,
  threads: number,
): Promise<Measured> {
  const { answers: wanted = 100, answerTokens = 256, contextSize, signal } = options
  const { model, cache, step } = of
  const losses: { tokens: number; loss: number }[] = []
  const answers = new Map<number, string>()
  let size = { parameters: 0, weightBytes: 0 }
  await runNative(
    {
      kind: 'measure',
      model,
      cache,
      examples,
      threads,
      answers: wanted,
      answerTokens,
      ...(contextSize !== undefined && { contextSize }),
    },
    event => {
      if (event.kind === 'loss') losses[event.index] = event
      else if (event.kind === 'answer') answers.set(event.index, event.output)
      else if (event.kind === 'model') size = event
      else show(options, step, event)
    },
    signal,
  )
  return { ...size, losses, answers }
}

interface Speed {
  readonly reading: number
  readonly writing: number
}

/** In turn, so that whatever else the machine does meets both. */
async function takeSpeeds(
  options: QuantizeOptions,
  models: { readonly files: readonly [string, string]; readonly areTogether: boolean },
  examples: string,
  threads: number,
): Promise<readonly [Speed, Speed]> {
  const { contextSize, signal, cache = 'f16' } = options
  const taken: [Speed[], Speed[]] = [[], []]
  const all = models.files.map((file, index) => ({ file, cache: index === 0 ? ('f16' as const) : cache }))
  const run = async (from: number, some: typeof all, rounds: number): Promise<void> =>
    await runNative(
      {
        kind: 'speed',
        models: some,
        rounds,
        examples,
        threads,
        tokens: speedTokens,
        ...(contextSize !== undefined && { contextSize }),
      },
      event => {
        if (event.kind !== 'speed') return
        const index = from + event.index === 0 ? 0 : 1
        taken[index].push({ reading: event.reading, writing: event.writing })
        if (index === 1) options.onProgress?.({ step: 'speed', done: taken[1].length, total: speedRounds })
      },
      signal,
    )
  if (models.areTogether) await run(0, all, speedRounds)
  else
    for (let round = 0; round < speedRounds; round += 1)
      for (const [index, model] of all.entries()) await run(index, [model], 1)
  const median = (values: readonly number[]): number =>
    quantileOf(
      values.toSorted((one, other) => one - other),
      0.5,
    )
  const middle = (speeds: readonly Speed[]): Speed => ({
    reading: median(speeds.map(({ reading }) => reading)),
    writing: median(speeds.map(({ writing }) => writing)),
  })
  return [middle(taken[0]), middle(taken[1])]
}

async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}
