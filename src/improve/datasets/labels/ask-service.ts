import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '../../../foundation/platform/index.ts'

/** What a service said of one text. Supplied by the composition root. */
export type AskForLabel = (call: {
  readonly tenant: string
  /** Whose spend it is within the tenant. */
  readonly subject: string
  readonly service: string
  readonly messages: readonly { readonly role: 'system' | 'user'; readonly content: string }[]
  readonly temperature: number
  readonly seed: number
  readonly signal: AbortSignal
}) => Promise<
  | { readonly kind: 'answer'; readonly text: string; readonly costNanoUsd: number | undefined }
  | { readonly kind: 'wait'; readonly seconds: number }
  | { readonly kind: 'failed'; readonly message: string; readonly isOver: boolean }
>

/** Above it, asking costs more than looking at a part would tell. */
export const mostAskedRows = 5_000
const concurrency = 4
const mostWaits = 20
/** So that what nobody said is not impossible. */
const doubt = 0.5

export interface AskedLabels {
  /** rows × labels. */
  readonly probabilities: Float32Array
  /** Whether any of the answers was one of the labels. */
  readonly isTold: readonly boolean[]
  readonly costNanoUsd: number
}

/**
 * What a service thinks of each text: asked `samples` times, each answer a vote, and p̂ = (votes + ½ / labels) / (all + ½). It is told
 * the labels and never which one was given. Four at a time; where the service is full it waits; what cannot be answered is left out
 * unless nothing can.
 */
export async function askService(
  ask: AskForLabel,
  sample: { readonly texts: readonly string[]; readonly labels: readonly string[] },
  call: {
    readonly tenant: string
    readonly subject: string
    readonly service: string
    readonly samples: number
    readonly signal: AbortSignal
    readonly progress: (share: number) => void
  },
): Promise<AskedLabels> {
  const { texts, labels } = sample
  const { samples, signal } = call
  const probabilities = new Float32Array(texts.length * labels.length)
  const isTold = texts.map(() => false)
  const system = `You label texts. Answer with exactly one of these labels and nothing else:\n${labels.join('\n')}`
  let [next, done, costNanoUsd, failures] = [0, 0, 0, 0]

  async function vote(text: string, seed: number): Promise<number | undefined> {
    for (let waits = 0; waits < mostWaits; waits += 1) {
      signal.throwIfAborted()
      const said = await ask({
        tenant: call.tenant,
        subject: call.subject,
        service: call.service,
        messages: [
          { role: 'system', content: system },
          { role: 'user', content: text },
        ],
        temperature: samples === 1 ? 0 : 1,
        seed,
        signal,
      })
      if (said.kind === 'answer') {
        costNanoUsd += said.costNanoUsd ?? 0
        return labelIn(said.text, labels)
      }
      if (said.kind === 'failed') {
        failures += 1
        // ten in a row, before anything was answered, is not the fault of a row
        if (said.isOver || (failures >= 10 && !isTold.includes(true)))
          throw new Failure('invalid_request', `\`${call.service}\` cannot be asked: ${said.message}`, {
            details: { parameter: 'service' },
          })
        return undefined
      }
      await pause(said.seconds, signal)
    }
    throw new Failure(
      'rate_limited',
      `\`${call.service}\` had no place for long. Try again when less is asked of it.`,
    )
  }

  async function work(): Promise<void> {
    for (;;) {
      const row = next
      next += 1
      if (row >= texts.length) return
      const votes = labels.map(() => 0)
      let all = 0
      for (let sampled = 0; sampled < samples; sampled += 1) {
        const label = await vote(texts[row] ?? '', sampled + 1)
        if (label === undefined) continue
        votes[label] = (votes[label] ?? 0) + 1
        all += 1
      }
      isTold[row] = all > 0
      for (const [k, count] of votes.entries())
        probabilities[row * labels.length + k] = (count + doubt / labels.length) / (all + doubt)
      done += 1
      call.progress(done / texts.length)
    }
  }

  await Promise.all(Array.from({ length: concurrency }, work))
  return { probabilities, isTold, costNanoUsd }
}

/** The label that an answer is: alone, or the only one that it names. */
export function labelIn(text: string, labels: readonly string[]): number | undefined {
  const plain = (value: string): string =>
    value
      .trim()
      .toLowerCase()
      .replaceAll(/^["'`*.\s]+|["'`*.\s]+$/g, '')
  const said = plain(text)
  const exact = labels.findIndex(label => plain(label) === said)
  if (exact !== -1) return exact
  const named = labels.flatMap((label, index) => (holds(said, plain(label)) ? [index] : []))
  return named.length === 1 ? named[0] : undefined
}

function holds(text: string, label: string): boolean {
  for (let at = text.indexOf(label); at !== -1 && label !== ''; at = text.indexOf(label, at + 1)) {
    const isWhole = [text[at - 1], text[at + label.length]].every(
      beside => beside === undefined || !/[\p{L}\p{N}_]/u.test(beside),
    )
    if (isWhole) return true
  }
  return false
}

async function pause(seconds: number, signal: AbortSignal): Promise<void> {
  await sleep(Math.min(60, Math.max(1, seconds)) * 1_000, undefined, { signal }).catch(() =>
    signal.throwIfAborted(),
  )
}
