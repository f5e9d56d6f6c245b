import { Failure, type FailureCode } from '../failure.ts'

/** A way to another process of ours: what is sent arrives whole, in order, or not at all. */
export interface Channel {
  send(message: unknown): void
  onMessage(listener: (message: unknown) => void): void
  /** Called once when the other side is gone. */
  onClose(listener: () => void): void
}

/** Answers a question of the other process; what it throws is thrown there, a `Failure` as a `Failure`. */
export type Answering = (question: string, value: unknown) => unknown

type Message =
  | { readonly kind: 'ask'; readonly id: number; readonly question: string; readonly value: unknown }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | {
      readonly kind: 'refusal'
      readonly id: number
      readonly code: FailureCode | null
      readonly text: string
    }
  | { readonly kind: 'tell'; readonly topic: string; readonly value: unknown }

const usualLimitMs = 5_000

/** Questions, answers and news between two processes of one installation, over their channel. */
export interface Peer {
  /** Fails with `not_ready` where the other is gone or does not answer in time. Values are JSON. */
  ask(question: string, value?: unknown, limitMs?: number): Promise<unknown>
  /** Sends news; nobody answers. Nothing happens where the other is gone. */
  tell(topic: string, value?: unknown): void
  /** Whoever listens late hears the last of what was told before. */
  onTold(topic: string, listener: (value: unknown) => void): void
  /** Resolves when the other is gone. */
  readonly gone: Promise<void>
}

export function createPeer(channel: Channel, answer: Answering): Peer {
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: unknown) => void }>()
  const listeners = new Map<string, (value: unknown) => void>()
  /** The last news of topics that nobody listens to yet. */
  const unheard = new Map<string, unknown>()
  const { promise: gone, resolve: leave } = Promise.withResolvers<void>()
  let isGone = false
  let nextId = 0

  channel.onMessage(raw => {
    const message = raw as Message
    if (message.kind === 'ask') void reply(message.id, message.question, message.value)
    else if (message.kind === 'tell') hear(message.topic, message.value)
    else if (message.kind === 'answer') waiting.get(message.id)?.resolve(message.value)
    else waiting.get(message.id)?.reject(toError(message))
  })
  channel.onClose(() => {
    isGone = true
    leave()
    for (const { reject } of waiting.values()) reject(absent())
  })

  function hear(topic: string, value: unknown): void {
    const listener = listeners.get(topic)
    if (listener) listener(value)
    else unheard.set(topic, value)
  }

  function send(message: Message): void {
    if (!isGone) channel.send(message)
  }

  async function reply(id: number, question: string, value: unknown): Promise<void> {
    try {
      send({ kind: 'answer', id, value: (await answer(question, value)) ?? null })
    } catch (error) {
      const code = error instanceof Failure ? error.code : null
      send({ kind: 'refusal', id, code, text: error instanceof Error ? error.message : String(error) })
    }
  }

  return {
    gone,
    ask: async (question, value = null, limitMs = usualLimitMs) => {
      if (isGone) throw absent()
      const id = (nextId += 1)
      const { promise, resolve, reject } = Promise.withResolvers<unknown>()
      const timer = setTimeout(() => reject(absent()), limitMs)
      waiting.set(id, { resolve, reject })
      try {
        send({ kind: 'ask', id, question, value })
        return await promise
      } finally {
        clearTimeout(timer)
        waiting.delete(id)
      }
    },
    tell: (topic, value = null) => send({ kind: 'tell', topic, value }),
    onTold: (topic, listener) => {
      listeners.set(topic, listener)
      if (!unheard.has(topic)) return
      const value = unheard.get(topic)
      unheard.delete(topic)
      listener(value)
    },
  }
}

function absent(): Failure {
  return new Failure('not_ready', 'Another process of this server does not answer. Try again.', {
    details: { retryAfterSeconds: 1 },
  })
}

function toError({ code, text }: Extract<Message, { kind: 'refusal' }>): Error {
  return code === null ? new Error(text) : new Failure(code, text)
}
