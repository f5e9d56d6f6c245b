import { createHmac } from 'node:crypto'
import type { Finding, Scan, Stage } from './check.ts'
import type { GuardMetrics } from './guard-metrics.ts'
import type { Guard, Policy } from './policy.ts'
import type { Scanned } from './run-check.ts'
import type { RecordedFinding, Verdict, VerdictOutcome } from './verdict.ts'

/** What stands in the place of what was masked. */
export interface Placeholders {
  /** For a text that the client sent: placeholders in it are its own words. */
  note(text: string): void
  /** `origin`: whether the client said it, who may have it back, or the model. `check` is what found it. */
  placeholderOf(type: string, text: string, origin: 'client' | 'model', check: string): string
  /** What finds placeholders in an answer that go back to their values; `undefined` where none can. */
  returning?(): Returning | undefined
}

/** Finds what is to be put back into a text that comes in pieces. */
export interface Returning {
  find(text: string): readonly { readonly start: number; readonly end: number; readonly value: string }[]
  openFrom(text: string): number
  readonly maxSpan: number
}

/** `[EMAIL_ADDRESS]`: for those who keep no mapping. */
export const plainPlaceholders: Placeholders = {
  note: () => undefined,
  placeholderOf: type => `[${type}]`,
}

export interface GuardingOptions {
  readonly policy: Policy
  readonly service: string
  readonly tenant: string
  /** `performance.now()` when the request came. */
  readonly startedAt: number
  /** What HMACs of findings are made with. */
  readonly hmacKey: Uint8Array
  readonly metrics: GuardMetrics
}

/** What a guard would do beyond the text at hand, or does. */
export interface Fired {
  readonly guard: Guard
  readonly stage: Stage
  /** `closed` and `fallback` follow from a failure of the check, the others from a finding. */
  readonly because: 'finding' | 'error' | 'timeout'
}

const mostFindings = 20

interface Tally {
  readonly guard: Guard
  readonly stage: Stage
  readonly startMs: number
  outcome: VerdictOutcome
  findings: RecordedFinding[]
  found: number
  scannedTexts: number
  scannedChars: number
  durationMs: number
  failure: string | undefined
  failed: Verdict['failed']
  note: string | undefined
}

const acted: Readonly<Record<Guard['action'], VerdictOutcome>> = {
  block: 'block',
  mask: 'mask',
  replace: 'replace',
  'retry-with-instruction': 'retry',
  'fall-back-to-release': 'fallback',
  escalate: 'escalate',
  annotate: 'flag',
}

/** One policy at work on one inference: what its checks have said so far. */
export class Guarding {
  readonly options: GuardingOptions
  readonly policy: Policy
  readonly #tallies = new Map<string, Tally>()
  #fired: Fired[] = []
  /** Worked out once, when all of the request is masked. */
  #returning: { readonly found: Returning | undefined } | undefined
  /** What the texts are about, for checks that compare. */
  question: string | undefined
  documents: readonly string[] = []
  /** What stands for masked values. */
  placeholders: Placeholders = plainPlaceholders

  constructor(options: GuardingOptions) {
    this.options = options
    this.policy = options.policy
  }

  scanOf(text: string, stage: Stage, tool?: string): Scan {
    const { service, tenant } = this.options
    return { text, stage, question: this.question, documents: this.documents, tool, service, tenant }
  }

  /**
   * Takes note of what a guard said of a text. `chars` is how much of it was new to the guard; `findings` are those that
   * count, with offsets in `text`.
   */
  told(
    guard: Guard,
    stage: Stage,
    text: { readonly text: string; readonly offset: number; readonly chars: number; readonly isNew: boolean },
    scanned: Scanned,
    findings: readonly Finding[],
  ): void {
    const tally = this.#tallyOf(guard, stage, scanned.tookMs)
    tally.durationMs += scanned.tookMs
    if (text.isNew) tally.scannedTexts += 1
    if (scanned.kind === 'failed') return this.#failed(tally, scanned)
    tally.scannedChars += text.chars
    for (const finding of findings) {
      tally.found += 1
      if (tally.findings.length >= mostFindings) continue
      const found = text.text.slice(finding.start, finding.end)
      tally.findings.push({
        type: finding.type,
        start: finding.start + text.offset,
        end: finding.end + text.offset,
        score: finding.score,
        hmac: this.#hmac(finding.type, found),
      })
      tally.note ??= finding.reason
    }
    if (findings.length === 0) return
    // a failure of another text says more than a finding that was dealt with
    if (tally.failure === undefined) tally.outcome = acted[guard.action]
    this.#fire({ guard, stage, because: 'finding' })
  }

  #failed(tally: Tally, { outcome, why }: Extract<Scanned, { kind: 'failed' }>): void {
    const { guard, stage } = tally
    const failed = outcome === 'error' ? guard.onError : guard.onTimeout
    tally.outcome = outcome
    tally.failure = why
    tally.failed = guard.mode === 'enforce' ? failed : 'open'
    if (failed !== 'open') this.#fire({ guard, stage, because: outcome })
  }

  #fire(fired: Fired): void {
    if (fired.guard.isGate && fired.guard.action !== 'annotate') this.#fired.push(fired)
  }

  /** What was found that is to be acted on, the first of the policy first. */
  get fired(): readonly Fired[] {
    return this.#fired.toSorted((left, right) => left.guard.order - right.guard.order)
  }

  /** Forgets what has been acted on, before another answer is looked at. */
  forgetFired(): void {
    this.#fired = []
  }

  placeholder(type: string, text: string, origin: 'client' | 'model', check: string): string {
    return this.placeholders.placeholderOf(type, text, origin, check)
  }

  /** What finds, in answers, what goes back to its value. */
  returning(): Returning | undefined {
    this.#returning ??= { found: this.placeholders.returning?.() }
    return this.#returning.found
  }

  verdicts(): Verdict[] {
    return [...this.#tallies.values()].map(tally => this.#verdictOf(tally))
  }

  #verdictOf(tally: Tally): Verdict {
    const { guard, stage, failed } = tally
    return {
      guard: guard.name,
      guardHash: guard.hash,
      check: guard.checkName,
      stage,
      mode: guard.mode,
      action: guard.action,
      outcome: tally.outcome,
      findings: tally.findings,
      found: tally.found,
      scannedTexts: tally.scannedTexts,
      scannedChars: tally.scannedChars,
      durationMs: tally.durationMs,
      startMs: tally.startMs,
      why: whyOf(tally),
      ...(failed && { failed }),
      policyHash: this.policy.hash,
    }
  }

  #tallyOf(guard: Guard, stage: Stage, tookMs: number): Tally {
    const key = `${guard.order} ${stage}`
    const known = this.#tallies.get(key)
    if (known) return known
    const tally: Tally = {
      guard,
      stage,
      startMs: performance.now() - tookMs - this.options.startedAt,
      outcome: 'pass',
      findings: [],
      found: 0,
      scannedTexts: 0,
      scannedChars: 0,
      durationMs: 0,
      failure: undefined,
      failed: undefined,
      note: undefined,
    }
    this.#tallies.set(key, tally)
    return tally
  }

  #hmac(type: string, text: string): string {
    return createHmac('sha256', this.options.hmacKey).update(`${type}\0${text}`).digest('hex').slice(0, 16)
  }
}

function whyOf({ guard, outcome, failure, failed, found, findings, note }: Tally): string {
  if (failure !== undefined) {
    const followed =
      failed === 'open'
        ? 'the text went through unchecked'
        : failed === 'closed'
          ? 'closed'
          : 'the fallback answered'
    return `${failure}; ${guard.mode === 'shadow' ? 'shadow, so nothing followed' : followed}`
  }
  if (outcome === 'pass') return 'nothing found'
  const types = [...new Set(findings.map(({ type }) => type))].join(', ')
  return `${found} of ${types}${note === undefined ? '' : `: ${note}`}`
}
