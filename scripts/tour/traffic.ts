import { setTimeout as sleep } from 'node:timers/promises'
import { createRandom } from '../../src/foundation/statistics/index.ts'
import { isRight, type Message, type Messages } from './customers.ts'

/** One request, as those outside of the product know it. */
export interface Answered {
  readonly at: number
  readonly inference: string
  readonly release: string
  readonly message: Message
  readonly isRight: boolean
  /** What the customer said of it, 1 or 0. */
  readonly said: 0 | 1 | undefined
}

export interface TrafficOptions {
  readonly url: string
  readonly key: string
  readonly messages: Messages
  readonly seed: number
  readonly pace: Pace
  /** Customers who write at once. */
  readonly customers: number
  readonly service: string
  /** Who says of an answer whether it was right, and how many of those are mistaken. */
  readonly feedback: { readonly share: number; readonly mistaken: number }
  readonly signal: AbortSignal
}

/** Requests a second; fewer where the engine is slower. */
export interface Pace {
  readonly busy: number
  readonly quiet: number
}

export interface Traffic {
  /** So many customers come at the busy pace, and then some at the quiet one. */
  come(customers: number): void
  /** Whether nobody comes for now. */
  isHeld: () => boolean
  readonly answered: readonly Answered[]
  readonly failures: readonly { readonly at: number; readonly why: string }[]
  readonly ended: Promise<void>
  /** From now on messages of later days come, and within so many requests no others. */
  change(within: number): void
}

/** Hardly anybody writes twice: bounds of rollouts take requests as independent. */
const people = 100_000
const mostBehindMs = 1_000
/** How soon those who wait for their turn see that another pace was set. */
const glanceMs = 100

/** Customers who write, and some of whom say what they think of the answer, until the signal. */
export function startTraffic(options: TrafficOptions): Traffic {
  const { pace, signal } = options
  const answered: Answered[] = []
  const failures: { at: number; why: string }[] = []
  const traffic: Traffic & { ended: Promise<void> } = {
    answered,
    failures,
    come(customers) {
      quietFrom = next + customers
    },
    isHeld: () => false,
    ended: Promise.resolve(),
    change(within) {
      const from = next
      shareOf = index => Math.min(1, (index - from) / within)
    },
  }
  let shareOf: (index: number) => number = () => 0
  let [next, quietFrom] = [0, 0]
  let lastAt = Date.now()

  async function turn(): Promise<void> {
    for (;;) {
      const dueAt = lastAt + 1_000 / (next < quietFrom ? pace.busy : pace.quiet)
      if (dueAt <= Date.now() && !traffic.isHeld()) {
        lastAt = Math.max(dueAt, Date.now() - mostBehindMs)
        return
      }
      await sleep(Math.min(Math.max(1, dueAt - Date.now()), glanceMs), undefined, { signal })
    }
  }

  async function customer(): Promise<void> {
    while (!signal.aborted) {
      await turn()
      const index = next
      next += 1
      try {
        answered.push(await ask(options, index, options.messages.at(index, shareOf(index))))
      } catch (error) {
        if (signal.aborted) return
        failures.push({ at: Date.now(), why: String(error) })
        await sleep(250, undefined, { signal })
      }
    }
  }

  traffic.ended = Promise.all(Array.from({ length: options.customers }, customer)).then(
    () => undefined,
    (error: unknown) => {
      if (!signal.aborted) throw error
    },
  )
  return traffic
}

async function ask(options: TrafficOptions, index: number, message: Message): Promise<Answered> {
  const random = createRandom(options.seed, index, 'customer')
  const post = (place: string, body: unknown): Promise<Response> =>
    fetch(options.url + place, {
      method: 'POST',
      headers: { authorization: `Bearer ${options.key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: options.signal,
    })
  const response = await post('/v1/chat/completions', {
    model: options.service,
    messages: [{ role: 'user', content: message.text }],
    user: `customer-${random.below(people)}`,
  })
  if (!response.ok) throw new Error(`${response.status} ${(await response.text()).slice(0, 300)}`)
  const { choices } = (await response.json()) as { choices: { message: { content: string } }[] }
  const right = isRight(choices[0]?.message.content ?? '', message.truth)
  const inference = response.headers.get('slipway-inference-id') ?? ''
  const speaks = random.next() < options.feedback.share
  const isMistaken = random.next() < options.feedback.mistaken
  const said = speaks ? (right !== isMistaken ? 1 : 0) : undefined
  const at = Date.now()
  if (said !== undefined) {
    const told = await post(`/api/inferences/${inference}/feedback`, { score: said })
    if (!told.ok) throw new Error(`feedback: ${told.status} ${(await told.text()).slice(0, 300)}`)
  }
  const release = response.headers.get('slipway-release') ?? ''
  return { at, inference, release, message, isRight: right, said }
}
