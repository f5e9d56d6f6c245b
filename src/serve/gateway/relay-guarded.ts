import { eventStreamHeaders, Failure } from '../../foundation/platform/index.ts'
import type { Body } from '../dialects/index.ts'
import type { Act, GuardedStream } from '../guardrails/index.ts'
import type { Attempt, PeekedStream } from '../routing/index.ts'
import type { Exchange } from './exchange.ts'
import type { GuardedExchange } from './guards.ts'
import { watchSilence } from './relay-stream.ts'

/** A stream of an upstream, and what lets it through. */
export interface GuardedSource {
  readonly attempt: Attempt
  readonly source: PeekedStream
  readonly stream: GuardedStream
}

/** What follows where something else is done in place of giving an answer. */
export type FollowUp =
  | { readonly kind: 'source'; readonly source: GuardedSource }
  | { readonly kind: 'say'; readonly bytes: Uint8Array }
  /** Something else than a stream: only where nothing of one has been sent. */
  | { readonly kind: 'respond'; readonly response: Response }

interface GuardedRelay {
  readonly exchange: Exchange
  readonly guards: GuardedExchange
  readonly first: GuardedSource
  readonly headers: Readonly<Record<string, string>>
  readonly keep: ((answer: Body) => void) | undefined
  readonly onBug: (error: unknown) => void
  /** `tell` sends what keeps a client that waits for it. */
  readonly act: (act: Act, tell: (bytes: Uint8Array) => void) => Promise<FollowUp>
}

/**
 * Relays a stream whose events go out as the policy lets them. As long as nothing has gone out another answer may take its
 * place; what is cut ends in the words of its API, and nobody reads the upstream any longer.
 */
export function relayGuarded(relay: GuardedRelay): Response {
  return openRelay(relay, new Walk(relay), undefined)
}

/** As `relayGuarded`, but answers only when it is known what goes out first: it may be no stream then. */
export async function relayGuardedLater(relay: GuardedRelay): Promise<Response> {
  const walk = new Walk(relay)
  const first = await walk.next()
  return walk.response ?? openRelay(relay, walk, first ?? new Uint8Array(0))
}

function openRelay(relay: GuardedRelay, walk: Walk, first: Uint8Array | undefined): Response {
  let silence: ReturnType<typeof watchSilence> | undefined
  const body = new ReadableStream<Uint8Array>({
    start: controller => {
      walk.tell = bytes => controller.enqueue(bytes)
      if (first && first.byteLength > 0) controller.enqueue(first)
      if (first && walk.isOver) return controller.close()
      silence = watchSilence(controller)
    },
    pull: async controller => {
      try {
        const bytes = await walk.next()
        silence?.broken()
        if (bytes) controller.enqueue(bytes)
        if (!walk.isOver) return
        silence?.stop()
        controller.close()
      } catch (error) {
        silence?.stop()
        const words = walk.fail(error)
        if (words) controller.enqueue(words)
        controller.close()
      }
    },
    cancel: () => {
      silence?.stop()
      relay.exchange.leave()
    },
  })
  return new Response(body, { headers: { ...relay.headers, ...eventStreamHeaders } })
}

class Walk {
  readonly #relay: GuardedRelay
  #current: GuardedSource
  /** What was read before the answer was committed is read first. */
  #held = 0
  readonly #drained = new Set<PeekedStream>()
  #isKept = false
  isOver = false
  /** What is answered in place of a stream. */
  response: Response | undefined
  tell: (bytes: Uint8Array) => void = () => undefined

  constructor(relay: GuardedRelay) {
    this.#relay = relay
    this.#current = relay.first
  }

  /** The next bytes for the client; `undefined` where the stream ends without any more. */
  async next(): Promise<Uint8Array | undefined> {
    for (;;) {
      const { stream } = this.#current
      const read = await this.#read()
      const passed = read === undefined ? stream.end() : stream.push(read)
      const bytes = passed instanceof Promise ? await passed : passed
      if (this.#relay.exchange.control.reason) throw this.#relay.exchange.control.reason
      this.#keep()
      const { earlyEnd } = stream
      if (!earlyEnd) {
        if (read === undefined) return this.#succeed(bytes)
        if (bytes && bytes.byteLength > 0) return bytes
        continue
      }
      if (earlyEnd.kind === 'cut') return this.#cut(bytes)
      if (earlyEnd.kind === 'failed') {
        if (!bytes || bytes.byteLength === 0) throw earlyEnd.failure
        return Buffer.concat([bytes, this.#told(earlyEnd.failure)])
      }
      this.#settled()
      const next = await this.#relay.act(earlyEnd.act, bytes => this.tell(bytes))
      if (next.kind === 'respond') {
        this.isOver = true
        this.response = next.response
        return undefined
      }
      if (next.kind === 'say') {
        this.isOver = true
        return next.bytes
      }
      this.#current = next.source
      this.#held = 0
    }
  }

  /** What the upstream has sent, as events of a chat or of the client's API; `undefined` at its end. */
  async #read(): Promise<Uint8Array | undefined> {
    const { attempt, source } = this.#current
    const { held, reader, translator, isEnded } = source
    const piece = held[this.#held]
    this.#held += 1
    if (piece) return piece
    if (isEnded || this.#isDrained) return undefined
    for (;;) {
      if (translator.failure) throw translator.failure
      let chunk: Awaited<ReturnType<typeof reader.read>>
      try {
        chunk = await reader.read()
      } catch (cause) {
        throw this.#relay.exchange.control.reason ?? translator.interrupted(cause)
      }
      if (!chunk.value) {
        this.#drained.add(source)
        return translator.end()
      }
      attempt.touch()
      const passed = translator.push(chunk.value)
      if (passed && passed.byteLength > 0) return passed
    }
  }

  get #isDrained(): boolean {
    return this.#drained.has(this.#current.source)
  }

  #succeed(bytes: Uint8Array | undefined): Uint8Array | undefined {
    this.isOver = true
    this.#settled()
    this.#relay.exchange.succeed()
    return bytes
  }

  #cut(bytes: Uint8Array | undefined): Uint8Array | undefined {
    this.isOver = true
    this.#settled()
    this.#relay.exchange.cut()
    return bytes
  }

  /** What goes into the books of the answer that the client got. */
  #settled(): void {
    const { guards } = this.#relay
    const { stream } = this.#current
    guards.texts = stream.keptTexts()
    const { service, metrics } = guards.guarding.options
    metrics.held(service, stream.heldMs, stream.heldChars)
  }

  #keep(): void {
    const { answer } = this.#current.stream
    if (!answer || this.#isKept) return
    this.#isKept = true
    this.#relay.keep?.(answer)
  }

  #told(failure: Failure): Uint8Array {
    this.isOver = true
    this.#settled()
    this.#relay.exchange.fail(failure)
    return this.#current.stream.fail(failure) ?? new Uint8Array(0)
  }

  fail(error: unknown): Uint8Array | undefined {
    const failure =
      error instanceof Failure
        ? error
        : new Failure('upstream_error', 'The answer could not be read.', { cause: error })
    if (error !== failure) this.#relay.onBug(error)
    if (failure.code === 'client_closed') {
      this.#settled()
      this.#relay.exchange.fail(failure)
      return undefined
    }
    return this.#told(failure)
  }
}
