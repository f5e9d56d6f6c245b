import type { Stage } from '../check.ts'
import type { Guarding } from '../guarding.ts'
import { type GuardedText, openText, type Origin } from './guarded-text.ts'

/** A text that is there as a whole, through all gates of its stage. */
export function guardWhole(
  guarding: Guarding,
  text: string,
  stage: Stage,
  form: 'text' | 'json',
  origin: Origin,
  tool?: string,
): GuardedText | Promise<GuardedText> {
  const guarded = openText(form, { guarding, stage, origin, tool })
  guarded.push(text)
  guarded.end()
  const waiting = guarded.advance()
  return waiting ? waiting.then(() => guarded) : guarded
}
