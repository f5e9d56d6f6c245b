/** What a run tells while it runs; the lines of `metrics.jsonl` are the events of kind `step` and `evaluation`. */
export type TrainingEvent =
  | {
      readonly kind: 'step'
      readonly step: number
      readonly steps: number
      /** Mean cross-entropy of the step's batch, in nats per token, weighted as the spec says. */
      readonly loss: number
      readonly learningRate: number
      /** Before clipping. */
      readonly gradientNorm: number
      /** Without padding. */
      readonly tokensSeen: number
      readonly seconds: number
    }
  | {
      readonly kind: 'evaluation'
      readonly step: number
      readonly steps: number
      /** Nats per token of the outputs. */
      readonly heldOutLoss: number
      /** Share of the held-out examples whose whole output greedy decoding would give. */
      readonly heldOutExactMatch: number
      readonly examples: number
    }
  | { readonly kind: 'checkpoint'; readonly step: number; readonly steps: number }
  /** The held-out loss falls no more: the run ends with the weights of `bestStep`. */
  | {
      readonly kind: 'stopped_early'
      readonly step: number
      readonly steps: number
      readonly bestStep: number
    }
  | { readonly kind: 'restarted'; readonly step: number; readonly attempt: number; readonly reason: string }
