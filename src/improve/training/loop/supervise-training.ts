import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Failure, type FailureCode } from '../../../foundation/platform/index.ts'
import type { TrainingEvent } from './training-event.ts'

export interface SupervisionOptions {
  readonly onEvent?: (event: TrainingEvent) => void
  readonly onChild?: (pid: number) => void
  readonly signal?: AbortSignal
  /** How often in a row the child may die without a new checkpoint. */
  readonly maxFruitlessStarts?: number
}

type ChildLine =
  | TrainingEvent
  | { readonly kind: 'finished' }
  | { readonly kind: 'failed'; readonly code: FailureCode | null; readonly message: string }

const childFile = fileURLToPath(new URL('./training-child.ts', import.meta.url))

/**
 * Runs the directory's training in a child process until it is finished; a child that dies (native crash, out of memory,
 * `kill -9`) is started again and goes on from its last checkpoint. Throws the child's own `Failure`, `client_closed`
 * when aborted, `unavailable_here` when the child keeps dying.
 */
export async function superviseTraining(directory: string, options: SupervisionOptions = {}): Promise<void> {
  const allowed = options.maxFruitlessStarts ?? 3
  let fruitless = 0
  let lastStep = 0
  for (let attempt = 1; ; attempt += 1) {
    if (isAborted(options.signal)) throw stopped()
    let advanced = false
    const end = await runChild(directory, options, event => {
      if (event.kind === 'checkpoint') {
        advanced = true
        lastStep = event.step
      }
      options.onEvent?.(event)
    })
    if (end.kind === 'finished') return
    if (end.kind === 'failed' && end.code !== null) throw new Failure(end.code, end.message)
    if (isAborted(options.signal)) throw stopped()
    fruitless = advanced ? 1 : fruitless + 1
    if (fruitless >= allowed) {
      throw new Failure(
        'unavailable_here',
        `The trainer died ${fruitless} times without progress after step ${lastStep}: ${end.message}`,
      )
    }
    options.onEvent?.({ kind: 'restarted', step: lastStep, attempt: attempt + 1, reason: end.message })
  }
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true
}

function stopped(): Failure {
  return new Failure('client_closed', 'The training was stopped; start it again to go on.')
}

type ChildEnd = { readonly kind: 'finished' } | Extract<ChildLine, { kind: 'failed' }>

async function runChild(
  directory: string,
  options: SupervisionOptions,
  onEvent: (event: TrainingEvent) => void,
): Promise<ChildEnd> {
  const child = spawn(process.execPath, [childFile, directory], { stdio: ['pipe', 'pipe', 'pipe'] })
  if (child.pid !== undefined) options.onChild?.(child.pid)
  const stop = (): boolean => child.kill('SIGKILL')
  options.signal?.addEventListener('abort', stop, { once: true })
  let end: ChildEnd | null = null
  let complaints = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-2000)
  })
  const exited = new Promise<string>(resolve => {
    child.once('error', error => resolve(error.message))
    child.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`))
  })
  for await (const text of createInterface({ input: child.stdout })) {
    const line = parseLine(text)
    if (line === null) continue
    if (line.kind === 'finished' || line.kind === 'failed') end = line
    else onEvent(line)
  }
  const reason = await exited
  options.signal?.removeEventListener('abort', stop)
  return (
    end ?? { kind: 'failed', code: null, message: [reason, complaints.trim()].filter(Boolean).join(': ') }
  )
}

/** A line of the child; `null` for what libraries print there. */
function parseLine(text: string): ChildLine | null {
  if (!text.startsWith('{"kind":')) return null
  try {
    return JSON.parse(text) as ChildLine
  } catch {
    return null // the last line of a child that was killed while it wrote
  }
}
