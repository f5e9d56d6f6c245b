/** What a span is. The first are parts of an inference; the others are what an application says of its own. */
export const spanKinds = [
  'inference',
  'read',
  'admission',
  'check',
  'cache',
  'attempt',
  'queue',
  'connect',
  'first_token',
  'stream',
  'answer',
  'settle',
  'llm',
  'embedding',
  'retriever',
  'reranker',
  'tool',
  'agent',
  'chain',
  'guardrail',
  'evaluator',
  'prompt',
  'http',
  'database',
  'messaging',
  'other',
] as const

export type SpanKind = (typeof spanKinds)[number]

export type Fact = string | number | boolean

/** One stretch of a trace, whoever said it. */
export interface TraceSpan {
  /** 16 hex digits, unique within the trace. */
  readonly id: string
  readonly parentId: string | undefined
  readonly kind: SpanKind
  readonly name: string
  /** `slipway`, or the name that an application gives itself. */
  readonly origin: string
  readonly inferenceId?: string | undefined
  /** Milliseconds since 1970. */
  readonly startedAtMs: number
  readonly durationMs: number
  readonly outcome: 'ok' | 'error' | 'ended'
  /** In a sentence: why it is there, or how it ended. */
  readonly why?: string | undefined
  readonly facts: Readonly<Record<string, Fact>>
}
