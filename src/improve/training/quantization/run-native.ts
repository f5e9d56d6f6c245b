import { fileURLToPath } from 'node:url'
import { Failure } from '../../../foundation/platform/index.ts'
import { runChild } from '../run-child.ts'
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
  const ends: Extract<NativeEvent, { kind: 'done' | 'failed' }>[] = []
  const { reason, complaints } = await runChild([childFile, JSON.stringify(job)], {
    firstKey: 'kind',
    onLine: line => {
      const event = line as NativeEvent
      if (event.kind === 'done' || event.kind === 'failed') ends.push(event)
      else onEvent(event)
    },
    signal,
  })
  const end = ends.at(-1)
  if (end?.kind === 'done') return
  if (end?.kind === 'failed') throw new Failure('invalid_request', end.message)
  if (isAborted(signal)) throw stopped()
  throw new Failure('engine_crashed', `llama.cpp ended (${reason}). ${complaints}`)
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true
}

function stopped(): Failure {
  return new Failure('client_closed', 'It was stopped; nothing was written.')
}
