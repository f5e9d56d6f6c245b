import { setTimeout as sleep } from 'node:timers/promises'
import type { Replica } from './processes.ts'

/** What a client saw of a request of which it was told the id. */
export interface Seen {
  readonly id: string
  readonly isAnswered: boolean
}

export interface Crowd {
  readonly seen: readonly Seen[]
  readonly outcomes: Readonly<Record<string, number>>
  /** Resolves when all have left. */
  readonly ended: Promise<void>
  stop(): void
}

interface CrowdOptions {
  readonly replicas: readonly Replica[]
  readonly keys: { readonly crowd: string; readonly tight: string }
  readonly clients: number
  /** Of all clients together. */
  readonly requestsPerSecond: number
  readonly seed: number
}

interface Ask {
  readonly path: string
  readonly body: object
}

const questions = Array.from({ length: 40 }, (_, index) => `What is question ${index} of the soak about?`)

/** Clients that ask in every dialect, whole and streamed, now and then leave in the middle, and pause between. */
export function startCrowd(options: CrowdOptions): Crowd {
  const seen: Seen[] = []
  const outcomes: Record<string, number> = {}
  const random = randomFrom(options.seed)
  let isOver = false
  const pauseMs = (options.clients / options.requestsPerSecond) * 1_000

  async function runClient(): Promise<void> {
    let lastResponse: string | undefined
    while (!isOver) {
      // exponential, so that requests come as strangers do
      await sleep(Math.min(5_000, -Math.log(1 - random()) * pauseMs))
      const { path, body } = chooseAsk(random, lastResponse)
      const abort = new AbortController()
      const timer = setTimeout(() => abort.abort(), random() < 0.1 ? random() * 150 : 20_000)
      const { url = '' } = options.replicas[Math.floor(random() * options.replicas.length)] ?? {}
      const key = random() < 0.05 ? options.keys.tight : options.keys.crowd
      let id: string | null = null
      let outcome: string
      try {
        const response = await fetch(url + path, {
          method: 'POST',
          headers: { 'x-api-key': key, authorization: `Bearer ${key}`, 'content-type': 'application/json' },
          body: JSON.stringify(body),
          signal: abort.signal,
        })
        id = response.headers.get('slipway-inference-id')
        const text = await response.text()
        lastResponse = /"id":"(resp_[^"]+)"/.exec(text)?.[1]
        const code = /"(?:code|type)":"(\w+_\w+|overloaded_error)"/.exec(text)?.[1]
        const isBroken = /"error":\{|event: error|response\.failed/.test(text)
        outcome = response.ok
          ? isBroken
            ? 'broken stream'
            : 'ok'
          : `${response.status} ${code ?? ''}`.trim()
        if (id) seen.push({ id, isAnswered: response.ok })
      } catch (error) {
        outcome = abort.signal.aborted ? 'client left' : `connection lost: ${(error as Error).name}`
        if (id) seen.push({ id, isAnswered: false })
      }
      clearTimeout(timer)
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
    }
  }

  const ended = Promise.all(Array.from({ length: options.clients }, runClient)).then(() => undefined)
  return { seen, outcomes, ended, stop: () => (isOver = true) }
}

function chooseAsk(random: () => number, lastResponse: string | undefined): Ask {
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item
  const stream = random() < 0.5
  const content = `${pick(questions)} ${'Please be exact. '.repeat(Math.floor(random() ** 4 * 400))}`
  const service = pick(['chat', 'chat', 'claude', 'moody', 'moody', 'moody-claude'])
  const kind = random()
  if (kind < 0.3)
    return {
      path: '/v1/chat/completions',
      body: { model: service, stream, messages: [{ role: 'user', content }] },
    }
  if (kind < 0.55) {
    const body = { model: service, stream, max_tokens: 200, messages: [{ role: 'user', content }] }
    return { path: '/v1/messages', body }
  }
  if (kind < 0.75) {
    const previous = lastResponse && random() < 0.5 ? { previous_response_id: lastResponse } : {}
    return {
      path: '/v1/responses',
      body: { model: service, stream, input: content, store: random() < 0.5, ...previous },
    }
  }
  if (kind < 0.82) return { path: '/v1/embeddings', body: { model: 'vectors', input: content } }
  if (kind < 0.92) {
    const body = { model: 'exact', stream, messages: [{ role: 'user', content: pick(questions) }] }
    return { path: '/v1/chat/completions', body }
  }
  if (kind < 0.99)
    return {
      path: '/v1/chat/completions',
      body: { model: 'meant', stream, messages: [{ role: 'user', content: pick(questions) }] },
    }
  return { path: '/v1/chat/completions', body: { model: 'nobody', messages: 'none' } }
}

function randomFrom(seed: number): () => number {
  let state = (seed % 2_147_483_646) + 1
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
}
