/**
 * Which generation a model is of: 3 for `gemini-3-pro-preview`, 2.5 for `gemini-2.5-flash`. `undefined` for names
 * without a number (`gemini-flash-latest`), which always mean a new one.
 */
export function generationOf(model: string): number | undefined {
  const number = /gemini-(\d+(?:\.\d+)?)/.exec(model)?.[1]
  return number === undefined ? undefined : Number(number)
}

/** From the third generation on models check the signatures of their thoughts, and think in levels. */
export function isThirdOrLater(model: string): boolean {
  return (generationOf(model) ?? 3) >= 3
}
