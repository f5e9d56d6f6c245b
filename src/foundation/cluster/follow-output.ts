import { setTimeout as sleep } from 'node:timers/promises'
import type { KubernetesClient } from './kubernetes/kubernetes-client.ts'
import type { PodObject } from './kubernetes/objects.ts'

const pauseMs = 500

/** Tells what a container of the newest pod prints, each line once, over cuts, until the signal; then what is still there. */
export async function followOutput(options: {
  readonly client: Pick<KubernetesClient, 'readLog'>
  readonly namespace: string
  readonly container: string
  readonly pod: () => PodObject | undefined
  readonly signal: AbortSignal
  readonly onOutput: (text: string) => void
}): Promise<void> {
  const { client, namespace, container, pod, signal, onOutput } = options
  let read: { readonly pod: string; since: string | undefined; isWhole: boolean } | undefined
  for (;;) {
    const current = pod()
    const state = current?.status?.containerStatuses?.find(({ name }) => name === container)?.state
    if (current && (state?.running || state?.terminated)) {
      const { name } = current.metadata
      if (read?.pod !== name) read = { pod: name, since: undefined, isWhole: false }
      // what an ended container has printed is read once more, also when we are told to end
      const isEnded = state.terminated !== undefined
      if (!read.isWhole) {
        const until = isEnded ? AbortSignal.timeout(10_000) : signal
        try {
          for await (const { time, text } of client.readLog(namespace, name, container, {
            since: read.since,
            signal: until,
          })) {
            read.since = time
            onOutput(`${text}\n`)
          }
          if (isEnded) read.isWhole = true
        } catch {
          // it is tried again; an output that cannot be read ends no work
          if (isEnded && signal.aborted) return
        }
      }
    }
    if (signal.aborted) return
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined)
  }
}
