export const explainKinds = [
  'access',
  'service',
  'limits',
  'check',
  'cache',
  'queue',
  'route',
  'attempt',
  'review',
  'answer',
  'price',
] as const

/** One decision, for machines (`kind`, `decision`, `ground`, `evidence`) and in words. */
export interface ExplainStep {
  readonly kind: (typeof explainKinds)[number]
  /** What was decided, as a name: `allowed`, `hit`, `sent`, `block`. */
  readonly decision: string
  /** Milliseconds since the request came. */
  readonly atMs: number
  readonly text: string
  readonly reason: string
  /** What it rests on, by its hash. */
  readonly ground: { readonly kind: 'configuration' | 'policy'; readonly hash: string } | undefined
  readonly evidence: Readonly<Record<string, unknown>>
}
