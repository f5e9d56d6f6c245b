import { createHash } from 'node:crypto'
import { z } from 'zod'
import { canonicalJson } from '../../../foundation/platform/index.ts'
import { german } from './lexicon-de.ts'
import { english } from './lexicon-en.ts'

/**
 * Words that differ in one attribute of a person and in nothing else. `terms` are rows: the same word in each group (`she`, `he`);
 * `names` are lists of one length, and the name at a place stands for that at the same place in each other group. A form
 * that two words of another group may stand for is resolved by `resolve-pronoun.ts` or left out.
 */
export interface Attribute {
  readonly name: string
  readonly language: string
  readonly groups: readonly string[]
  /** Each row has a form for each group, in the order of `groups`; phrases may have several words. */
  readonly terms: readonly (readonly string[])[]
  /** One list for each group, all of one length; empty where nobody's name is of a group. */
  readonly names: readonly (readonly string[])[]
  /** How somebody says who he is, with `{}` for the name, where a text gives none: used only where it is asked for. */
  readonly introduction?: string | undefined
}

const attributeText = z
  .strictObject({
    name: z.string().regex(/^[a-z][a-z0-9-]{0,40}$/),
    language: z
      .string()
      .regex(/^[a-z]{2}$/)
      .default('en'),
    groups: z.array(z.string().min(1).max(60)).min(2).max(20),
    terms: z.array(z.array(z.string().min(1).max(100))).default([]),
    names: z.array(z.array(z.string().min(1).max(60))).default([]),
    introduction: z.string().includes('{}').max(200).optional(),
  })
  .refine(({ groups, terms }) => terms.every(row => row.length === groups.length), {
    message: 'Each row of `terms` has one form for each group.',
  })
  .refine(({ groups, names }) => names.length === 0 || names.length === groups.length, {
    message: '`names` has one list for each group.',
  })
  .refine(({ names }) => new Set(names.map(list => list.length)).size <= 1, {
    message: 'The lists of `names` are of one length.',
  })

/** What a user adds, as YAML or JSON: attributes with their groups, terms and names. */
export const lexiconText = z.array(attributeText).max(50)

/** What ships; names in both languages stand in one attribute each. */
export const builtinAttributes: readonly Attribute[] = [...english, ...german]

/** Names what a substitution was made with. */
export function hashLexicon(attributes: readonly Attribute[]): string {
  return createHash('sha256').update(canonicalJson(attributes)).digest('hex').slice(0, 16)
}
