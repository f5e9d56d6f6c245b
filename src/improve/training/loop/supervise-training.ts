import { fileURLToPath } from 'node:url'
import { Failure, type FailureCode } from '../../../foundation/platform/index.ts'
import { runChild } from '../run-child.ts'
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
    const end = await trainInChild(directory, options, event => {
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

type TrainingEnd = { readonly kind: 'finished' } | Extract<ChildLine, { kind: 'failed' }>

async function trainInChild(
  directory: string,
  { onChild, signal }: SupervisionOptions,
  onEvent: (event: TrainingEvent) => void,
): Promise<TrainingEnd> {
  const ends: TrainingEnd[] = []
  const { reason, complaints } = await runChild([childFile, directory], {
    firstKey: 'kind',
    onLine: said => {
      const line = said as ChildLine
      if (line.kind === 'finished' || line.kind === 'failed') ends.push(line)
      else onEvent(line)
    },
    ...(onChild && { onStart: onChild }),
    signal,
  })
  return (
    ends.at(-1) ?? { kind: 'failed', code: null, message: [reason, complaints].filter(Boolean).join(': ') }
  )
}
