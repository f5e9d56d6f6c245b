import { loggable, type Loggable } from '../../foundation/platform/index.ts'

/**
 * How a value came to be fit for what is kept. `policy`: an enforced policy masked it. `stored`: it was masked before it was
 * kept. `none`: somebody has decided that it is kept as it is.
 */
export const maskings = ['none', 'stored', 'policy'] as const
export type Masking = (typeof maskings)[number]

/**
 * Content that may be written down: what traces, caches, reviews, judges and data sets take. Only this file makes one, so a
 * raw text does not compile into any of them, and `declareUnmasked` is where to look for what is kept in the clear.
 */
export class Masked<Value> implements Loggable {
  readonly [loggable] = true as const
  readonly masking: Masking
  readonly #value: Value

  private constructor(value: Value, masking: Masking) {
    this.#value = value
    this.masking = masking
  }

  get value(): Value {
    return this.#value
  }

  /** The same content in another form. What `change` returns must come out of what it is given. */
  map<Other>(change: (value: Value) => Other): Masked<Other> {
    return new Masked(change(this.#value), this.masking)
  }

  /** In a log or a JSON text it stands as its content. */
  toJSON(): Value {
    return this.#value
  }

  static make<Value>(value: Value, masking: Masking): Masked<Value> {
    return new Masked(value, masking)
  }
}

/** Each of its texts was masked before it is kept; the mask of this domain calls it. */
export function maskedForStorage<Value>(value: Value): Masked<Value> {
  return Masked.make(value, 'stored')
}

/** What was kept, as it was kept: `masking` stands beside it. */
export function maskedAsKept<Value>(value: Value, masking: Masking): Masked<Value> {
  return Masked.make(value, masking)
}

/** An enforced policy has looked at every text of it, and masked what it masks. `policyHash` says which. */
export function maskedByPolicy<Value>(value: Value, _policyHash: string): Masked<Value> {
  return Masked.make(value, 'policy')
}

/** Kept as it is, since somebody with the right to has decided so: `reason` is for whoever reads the code. */
export function declareUnmasked<Value>(value: Value, _reason: string): Masked<Value> {
  return Masked.make(value, 'none')
}
