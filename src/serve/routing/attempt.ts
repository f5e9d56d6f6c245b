import { totalInputTokens, totalOutputTokens, type Usage } from '../../foundation/config/index.ts'
import { Failure } from '../../foundation/platform/index.ts'
import type { Observation, StreamTranslator, UpstreamAnswer, UpstreamCall } from '../providers/index.ts'
import type { Alternative } from './alternatives.ts'
import type { CallControl } from './call-control.ts'
import { type Deadline, watchDeadline } from './deadlines.ts'
import { judge } from './failure-cause.ts'
import { peekStream } from './peek-stream.ts'
import { canConnect } from './probe-connection.ts'
import type { Target } from './target.ts'

/** A place among the calls of a target; the queue in front of it gives it, where there is one. */
export interface Place {
  /** Tokens of the answer so far. */
  progress(outputTokens: number): void
  leave(used: { readonly inputTokens: number; readonly outputTokens: number } | undefined): void
}

/** What a request asks of whichever target it goes to. */
export interface RoutedCall {
  readonly isStream: boolean
  readonly control: CallControl
  /** `performance.now()` when the request came; records count from it. */
  readonly startedAt: number
  /** In the words of the target. Throws `unsupported_parameter` where it cannot be said there. */
  address(target: Target): UpstreamCall
  /** Waits for a place at the target; throws where it is not worth waiting. */
  enter(target: Target, signal: AbortSignal): Promise<Place> | Place | undefined
  /** Sets the cost of another attempt aside, after one that may have cost something; `false` where there is no money. */
  payAgain(): Promise<boolean>
}

/** One attempt, for the record: why there, when, and how it ended. Milliseconds since the request came. */
export interface AttemptRecord {
  readonly target: string
  readonly model: string
  readonly reason: string
  readonly startMs: number
  /** How all targets stood, where there were several to choose from. */
  readonly alternatives?: readonly Alternative[] | undefined
  /** When its place in the queue was there and it was sent. */
  sentMs: number | undefined
  headersMs: number | undefined
  firstTokenMs: number | undefined
  endMs: number | undefined
  /** `ok`, the code of a failure, or `abandoned` where another was faster. */
  outcome: string | undefined
  message: string | undefined
  usage: Usage | undefined
}

export type Committed =
  | {
      readonly kind: 'reply'
      readonly attempt: Attempt
      readonly answer: Extract<UpstreamAnswer, { kind: 'reply' }>
    }
  | { readonly kind: 'stream'; readonly attempt: Attempt; readonly stream: PeekedStream }

/** A stream whose first meaningful event is there: from here on it is never switched. */
export interface PeekedStream {
  readonly contentType: string | undefined
  readonly translator: StreamTranslator
  readonly reader: ReadableStreamDefaultReader<Uint8Array>
  /** What it has said so far, translated, still to be sent. */
  readonly held: readonly Uint8Array[]
  readonly isEnded: boolean
}

const defaultConnectMs = 5_000
/** A target that has answered this recently can be connected to. */
const recentMs = 10_000

/** One call to one target, from waiting for its place to its last byte. Settles exactly once. */
export class Attempt {
  readonly target: Target
  readonly record: AttemptRecord
  readonly #call: RoutedCall
  readonly #controller: AbortController
  readonly #deadline: Deadline
  #release: (() => void) | undefined
  #place: Place | undefined
  #observation: Observation | undefined
  #sentAt: number | undefined
  #url: string | undefined
  #isProbeDue = false
  #isRefused = false
  #isSettled = false

  constructor(target: Target, reason: string, call: RoutedCall, alternatives?: readonly Alternative[]) {
    this.target = target
    this.#call = call
    this.#controller = call.control.open()
    this.#deadline = { at: Infinity, expire: () => this.#expire() }
    this.record = {
      target: target.name,
      model: target.model,
      reason,
      startMs: performance.now() - call.startedAt,
      alternatives,
      sentMs: undefined,
      headersMs: undefined,
      firstTokenMs: undefined,
      endMs: undefined,
      outcome: undefined,
      message: undefined,
      usage: undefined,
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  get observation(): Observation | undefined {
    return this.#observation
  }

  /** Whether the upstream has the request: it may have cost something. */
  get isSent(): boolean {
    return this.#sentAt !== undefined
  }

  get isStream(): boolean {
    return this.#call.isStream
  }

  /** Whether it may be charged: it runs, was answered, or ended without a word about it. A refused call is not. */
  get mayHaveCost(): boolean {
    return this.isSent && (this.#observation !== undefined || !this.#isRefused)
  }

  /** Sends, and resolves when the answer is committed: whole, or with the first meaningful event of a stream. */
  async run(): Promise<Committed> {
    try {
      const call = this.#call.address(this.target)
      const place = this.#call.enter(this.target, this.signal)
      this.#place = place instanceof Promise ? await place : place
      this.#send()
      const answer = await this.target.upstream.send(
        { ...call, sending: url => (this.#url = url) },
        this.signal,
      )
      this.record.headersMs = this.#elapsed()
      if (answer.kind === 'reply') {
        this.#observation = answer.observation
        this.#answered()
        return { kind: 'reply', attempt: this, answer }
      }
      this.#observation = answer.translator.observation
      const peeked = await peekStream(answer)
      this.#answered()
      this.touch()
      return { kind: 'stream', attempt: this, stream: { ...peeked, contentType: answer.contentType } }
    } catch (error) {
      this.fail(error)
      throw error
    }
  }

  /** Something came: the time to wait for the next begins anew. */
  touch(): void {
    this.#place?.progress(this.#observation?.outputEvents ?? 0)
    const { idleMs } = this.target.timeouts
    if (idleMs !== undefined) this.#deadline.at = Math.min(performance.now() + idleMs, this.#latest())
  }

  /** It ended well: what there was to read was read. */
  succeed(): void {
    this.#settle('ok', undefined)
  }

  /** It ended well as far as the target is concerned, and nobody reads the rest. */
  dismiss(): void {
    this.#settle('ok', undefined)
    this.#controller.abort(new DOMException('', 'AbortError'))
  }

  fail(error: unknown): void {
    if (this.#isSettled) return
    const reason: unknown = this.signal.reason
    // whatever an aborted call throws, why it was aborted says more
    const told = this.signal.aborted && reason instanceof Failure ? reason : error
    const failure = told instanceof Failure ? told : undefined
    const isOurs = this.signal.aborted && !(reason instanceof Failure)
    if (failure && !isOurs) this.target.state.failed(performance.now(), failure, judge(failure))
    this.#isRefused = failure !== undefined && !isOurs && isRefusal(failure)
    this.#settle(isOurs ? 'client_closed' : (failure?.code ?? 'bug'), failure?.message)
    this.#controller.abort(new DOMException('', 'AbortError'))
  }

  /** Another was faster, or nobody waits any longer: what the upstream still sends is for nobody. */
  abandon(outcome: 'abandoned' | 'client_closed'): void {
    if (this.#isSettled) return
    this.#settle(outcome, undefined)
    this.#controller.abort(new DOMException('', 'AbortError'))
  }

  #send(): void {
    const { timeouts, state } = this.target
    const now = performance.now()
    this.#sentAt = now
    this.record.sentMs = this.#elapsed()
    state.inFlight += 1
    state.breaker.begin(now)
    this.#isProbeDue = now - state.lastAnswerAt > recentMs
    const connectAt = this.#isProbeDue ? now + (timeouts.connectMs ?? defaultConnectMs) : Infinity
    this.#deadline.at = Math.min(connectAt, this.#firstTokenAt(), this.#latest())
    if (this.#deadline.at !== Infinity || timeouts.idleMs !== undefined) {
      this.#release = watchDeadline(this.#deadline)
    }
  }

  #firstTokenAt(): number {
    const { firstTokenMs } = this.target.timeouts
    return this.#call.isStream && firstTokenMs !== undefined ? (this.#sentAt ?? 0) + firstTokenMs : Infinity
  }

  #latest(): number {
    const { totalMs } = this.target.timeouts
    return totalMs === undefined ? Infinity : (this.#sentAt ?? 0) + totalMs
  }

  #answered(): void {
    const now = performance.now()
    this.#isProbeDue = false
    this.#deadline.at = this.#latest()
    this.target.state.answered(now, now - (this.#sentAt ?? now))
    this.record.firstTokenMs = this.#call.isStream ? this.#elapsed() : undefined
  }

  #expire(): void {
    const now = performance.now()
    if (this.#isProbeDue) {
      this.#isProbeDue = false
      this.#deadline.at = Math.min(this.#firstTokenAt(), this.#latest())
      if (this.#deadline.at > now) return this.#probe()
    }
    const { timeouts, name } = this.target
    const isTotal = this.#latest() <= now
    const isFirst = this.record.firstTokenMs === undefined
    const what = isTotal
      ? `did not finish within ${timeouts.totalMs} ms`
      : isFirst
        ? `sent no first token within ${timeouts.firstTokenMs} ms`
        : `sent nothing for ${timeouts.idleMs} ms`
    this.#give(new Failure('upstream_timeout', `The ${spoken(name)} ${what}.`))
  }

  #probe(): void {
    const url = this.#url
    const limitMs = this.target.timeouts.connectMs ?? defaultConnectMs
    if (url === undefined || this.record.headersMs !== undefined) return
    void canConnect(url, limitMs).then(isOpen => {
      if (isOpen || this.#isSettled || this.record.headersMs !== undefined) return
      const message = `The ${spoken(this.target.name)} cannot be connected to within ${limitMs} ms.`
      this.#give(new Failure('upstream_unreachable', message))
    })
  }

  #give(failure: Failure): void {
    this.#controller.abort(failure)
  }

  #elapsed(): number {
    return performance.now() - this.#call.startedAt
  }

  #settle(outcome: string, message: string | undefined): void {
    if (this.#isSettled) return
    this.#isSettled = true
    this.#release?.()
    this.#call.control.close(this.#controller)
    if (this.#sentAt !== undefined) this.target.state.inFlight -= 1
    this.#place?.leave(this.#used())
    this.record.endMs = this.#elapsed()
    this.record.outcome = outcome
    this.record.message = message
    this.record.usage = this.#observation?.usage
  }

  /** What it took of the target; `undefined` where nobody told. */
  #used(): Parameters<Place['leave']>[0] {
    if (!this.mayHaveCost) return { inputTokens: 0, outputTokens: 0 }
    const usage = this.#observation?.usage
    return usage && { inputTokens: totalInputTokens(usage), outputTokens: totalOutputTokens(usage) }
  }
}

/** Whether the upstream has surely not worked: it said no, or was never reached. */
function isRefusal({ code, details, cause }: Failure): boolean {
  if (code === 'upstream_timeout' || code === 'client_closed') return false
  if (code === 'upstream_unreachable') {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    return /refused|not_?found|dns|failedtoopensocket/i.test(why)
  }
  return details.upstreamCode !== 'truncated' && details.upstreamCode !== 'unreadable'
}

/** `provider:openai` as messages call it: `provider "openai"`. */
function spoken(name: string): string {
  return name.replace(/:(.*)/, ' "$1"')
}
