import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Failure } from '../../../foundation/platform/index.ts'
import type { NativeEvent, NativeJob } from './native-job.ts'

const childFile = fileURLToPath(new URL('./native-child.ts', import.meta.url))

/**
 * Runs a job in a process of its own, so that an abort of native code ends nothing else. Fails with `invalid_request` where
 * the library refuses, `engine_crashed` where the process dies, `client_closed` where it is stopped.
 */
export async function runNative(
  job: NativeJob,
  onEvent: (event: NativeEvent) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (isAborted(signal)) throw stopped()
  const child = spawn(process.execPath, [childFile, JSON.stringify(job)], { stdio: ['pipe', 'pipe', 'pipe'] })
  const stop = (): boolean => child.kill('SIGKILL')
  signal?.addEventListener('abort', stop, { once: true })
  let complaints = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-2_000)
  })
  const exited = new Promise<string>(resolve => {
    child.once('error', error => resolve(error.message))
    child.once('close', (code, killedBy) => resolve(killedBy ?? `exit code ${code}`))
  })
  let end: Extract<NativeEvent, { kind: 'done' | 'failed' }> | undefined
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith('{"kind":')) continue
    const event = JSON.parse(line) as NativeEvent
    if (event.kind === 'done' || event.kind === 'failed') end = event
    else onEvent(event)
  }
  const reason = await exited
  signal?.removeEventListener('abort', stop)
  if (end?.kind === 'done') return
  if (end?.kind === 'failed') throw new Failure('invalid_request', end.message)
  if (isAborted(signal)) throw stopped()
  throw new Failure('engine_crashed', `llama.cpp ended (${reason}). ${complaints.trim()}`)
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true
}

function stopped(): Failure {
  return new Failure('client_closed', 'It was stopped; nothing was written.')
}
