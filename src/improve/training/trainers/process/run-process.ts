import { mkdir, readdir, readFile, rm, stat, truncate } from 'node:fs/promises'
import path from 'node:path'
import {
  artifactSchema,
  metricLineSchema,
  type MetricLine,
  trainerErrorSchema,
  trainerExitCodes,
  trainerFiles,
} from '../contract.ts'
import type { TrainerEnd, TrainerTask, TrainerWatch } from '../trainer.ts'
import { followLines } from './follow-lines.ts'
import { endLeftovers, keepProcess } from './keep-process.ts'

export interface ProcessSettings {
  readonly command: readonly string[]
  /** All that it gets beside PATH, HOME, LANG and TMPDIR. */
  readonly environment: Readonly<Record<string, string>>
  readonly timeoutMinutes: number
  readonly graceSeconds: number
}

/** Nothing of the server's own: keys and addresses of databases stay out of other people's code. */
const passedOn = ['PATH', 'HOME', 'LANG', 'TMPDIR']
const lookMs = 200
const mostLogBytes = 16_777_216

/** Runs a command on the folder of a task by the contract, from its last checkpoint where it has one. */
export async function runProcess(
  settings: ProcessSettings,
  { folder }: TrainerTask,
  watch: TrainerWatch,
): Promise<TrainerEnd> {
  await endLeftovers(folder)
  await mkdir(path.join(folder, trainerFiles.checkpoints), { recursive: true })
  await rm(path.join(folder, trainerFiles.artifacts), { recursive: true, force: true })
  await rm(path.join(folder, trainerFiles.error), { force: true })
  if (watch.stop.aborted) return { kind: 'stopped' }
  const kept = await keepProcess({
    command: [...settings.command, folder],
    folder,
    environment: {
      ...Object.fromEntries(
        passedOn.flatMap(key => (process.env[key] === undefined ? [] : [[key, process.env[key] ?? '']])),
      ),
      ...settings.environment,
    },
    graceSeconds: settings.graceSeconds,
  })
  const isTimedOut = { yet: false }
  const limit = setTimeout(() => {
    isTimedOut.yet = true
    kept.stop()
  }, settings.timeoutMinutes * 60_000)
  const stop = (): void => kept.stop()
  watch.stop.addEventListener('abort', stop, { once: true })
  const look = createLook(folder, watch)
  let end: number | string | undefined
  try {
    for (;;) {
      end = await Promise.race([kept.ended, pause(lookMs)])
      await look()
      if (end !== undefined) break
      if (watch.lost.aborted) kept.kill()
    }
    await look()
  } catch (error) {
    // the job is not ours any more
    kept.kill()
    await kept.ended
    throw error
  } finally {
    clearTimeout(limit)
    watch.stop.removeEventListener('abort', stop)
  }
  if (isTimedOut.yet)
    return failed(
      'timeout',
      `The training took longer than the ${settings.timeoutMinutes} minutes that it may take.`,
    )
  return await explainEnd(folder, end, watch.stop.aborted)
}

/** What an exit code and what lies in the folder come to. */
export async function explainEnd(
  folder: string,
  end: number | string,
  wasStopped: boolean,
): Promise<TrainerEnd> {
  if (end === trainerExitCodes.badSpec) {
    const read = await readJson(path.join(folder, trainerFiles.error))
    const said = trainerErrorSchema.safeParse(read)
    return said.success
      ? { ...failed('invalid_training_spec', said.data.message), param: said.data.param ?? undefined }
      : failed('invalid_training_spec', 'The trainer refused its spec and did not say why (error.json).')
  }
  if (end === trainerExitCodes.done) {
    const files = path.join(folder, trainerFiles.artifacts)
    const read = artifactSchema.safeParse(await readJson(path.join(files, trainerFiles.artifact)))
    if (read.success) return { kind: 'done', artifact: read.data, files }
    if (wasStopped) return { kind: 'stopped' }
    return failed('trainer_failed', 'The trainer ended well and left no artifacts/artifact.json.')
  }
  if (wasStopped) return { kind: 'stopped' }
  const how = typeof end === 'number' ? `exit code ${end}` : end
  const why = `The trainer ended with ${how}; its log says more.`
  // a process that was killed, or died of a native fault, is tried again; so is one that asks for it
  return end === trainerExitCodes.again || typeof end === 'string' || end > 128
    ? { kind: 'again', message: why }
    : failed('trainer_failed', why)
}

function failed(code: string, message: string): Extract<TrainerEnd, { kind: 'failed' }> {
  return { kind: 'failed', code, message }
}

/** Tells what is new: metrics, checkpoints that are whole. */
export function createLook(folder: string, watch: TrainerWatch): () => Promise<void> {
  const metrics = followLines(path.join(folder, trainerFiles.metrics))
  const known = new Set<number>()
  let unreadable = 0
  return async () => {
    const lines: MetricLine[] = []
    for (const line of await metrics.read()) {
      const read = metricLineSchema.safeParse(parse(line))
      if (read.success) lines.push(read.data)
      else unreadable += 1
    }
    if (lines.length > 0) await watch.metrics(lines)
    if (unreadable > 0)
      await watch.say(
        'warn',
        'Lines of metrics.jsonl are not as the contract has them and were left out.',
        'unreadable',
      )
    for (const step of await listCheckpoints(folder)) {
      if (known.has(step)) continue
      known.add(step)
      await watch.checkpoint({ step })
    }
    const log = path.join(folder, trainerFiles.log)
    const size = await stat(log).then(
      found => found.size,
      () => 0,
    )
    if (size > mostLogBytes) await truncate(log)
  }
}

/** The steps of checkpoints that are whole, in order. */
export async function listCheckpoints(folder: string): Promise<number[]> {
  const names = await readdir(path.join(folder, trainerFiles.checkpoints)).catch(() => [])
  return names
    .flatMap(name => {
      const [, step] = /^step-(\d{1,9})$/.exec(name) ?? []
      return step === undefined ? [] : [Number(step)]
    })
    .toSorted((left, right) => left - right)
}

async function readJson(file: string): Promise<unknown> {
  return parse(await readFile(file, 'utf8').catch(() => ''))
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function pause(milliseconds: number): Promise<undefined> {
  return new Promise(resolve => setTimeout(() => resolve(undefined), milliseconds))
}
