import type { CorpusMix, CorpusSpec, Intent, Product, Style } from './corpus-spec.ts'
import { laterIntents } from './support-intents.ts'
import { laterStyles } from './support-language.ts'
import { laterProducts } from './support-products.ts'

/** A change of what customers write about and how: new rows for the tables, and other weights. */
export interface CorpusShift {
  readonly products?: readonly Product[]
  readonly intents?: readonly Intent[]
  readonly styles?: readonly Style[]
  readonly mix?: Partial<CorpusMix>
}

/**
 * The corpus after the shift: rows are added to its tables and weights replaced one by one. Of what was there before nothing
 * is taken away but by a weight of 0.
 */
export function shiftCorpus(spec: CorpusSpec, shift: CorpusShift): CorpusSpec {
  const { desk, mix } = spec
  return {
    ...spec,
    desk: {
      ...desk,
      products: [...desk.products, ...(shift.products ?? [])],
      intents: [...desk.intents, ...(shift.intents ?? [])],
      styles: [...desk.styles, ...(shift.styles ?? [])],
    },
    mix: {
      ...mix,
      ...shift.mix,
      products: { ...mix.products, ...shift.mix?.products },
      intents: { ...mix.intents, ...shift.mix?.intents },
      styles: { ...mix.styles, ...shift.mix?.styles },
      nameGroups: { ...mix.nameGroups, ...shift.mix?.nameGroups },
    },
  }
}

/** Shifts that the built-in model has not been trained for. */
export const supportShifts = {
  newProducts: {
    products: laterProducts,
    mix: { products: Object.fromEntries(laterProducts.map(({ label }) => [label, 3])) },
  },
  newIntents: {
    intents: laterIntents,
    mix: { intents: Object.fromEntries(laterIntents.map(({ label }) => [label, 3])) },
  },
  newPhrasing: {
    styles: laterStyles,
    mix: { styles: Object.fromEntries(laterStyles.map(({ label }) => [label, 8])) },
  },
  personalData: { mix: { personalData: 0.6 } },
} as const satisfies Record<string, CorpusShift>
