import { createRandom, drawUnequally } from '../../../foundation/statistics/index.ts'
import type { ItemPlace } from '../runs/item-store.ts'

/** An answer with the judge's opinion of it. */
export interface JudgedAnswer extends ItemPlace {
  readonly value: number
}

/**
 * Draws the answers that people shall look at: whole examples, so that the same question is labelled for all releases and differences are
 * known too, the likelier the less sure the judge is of them (the deviation of a yes that is as likely as its opinion, √(f(1 − f))).
 * Of several repeats one is asked about. The lot of an example depends on the seed and its place alone: whoever asks for more gets most of
 * what was drawn before.
 */
export function chooseAnswers<T extends JudgedAnswer>(
  answers: readonly T[],
  wanted: number,
  seed: string,
): readonly { readonly answer: T; readonly probability: number }[] {
  const examples = [...Map.groupBy(answers, ({ ordinal }) => ordinal)].toSorted(([a], [b]) => a - b)
  const shown = examples.map(([ordinal, ofExample]) => ({ ordinal, answers: oneRepeat(ofExample, seed) }))
  const asked = shown.reduce((sum, one) => sum + one.answers.length, 0)
  const count = asked === 0 ? 0 : Math.ceil((Math.min(wanted, asked) * shown.length) / asked)
  const weights = shown.map(one =>
    Math.sqrt(
      one.answers.reduce((sum, { value }) => sum + value * (1 - value), 0) / Math.max(1, one.answers.length),
    ),
  )
  const lot = (index: number) => createRandom('evaluation-labels', seed, shown[index]?.ordinal ?? 0)
  return drawUnequally(weights, count, lot).flatMap(({ index, probability }) =>
    (shown[index]?.answers ?? []).map(answer => ({ answer, probability })),
  )
}

function oneRepeat<T extends JudgedAnswer>(answers: readonly T[], seed: string): T[] {
  return [...Map.groupBy(answers, ({ release }) => release).values()].flatMap(repeats => {
    const random = createRandom('evaluation-labels', seed, repeats[0]?.ordinal ?? 0, 'repeat')
    const sorted = repeats.toSorted((a, b) => a.repeat - b.repeat)
    return sorted[Math.floor(random.next() * sorted.length)] ?? []
  })
}
