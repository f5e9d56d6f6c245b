/** What a label is of: the question that an evaluator of a suite asks, whichever judge answers it. */
export function labelNameOf(suite: string, evaluator: string): string {
  return `${suite}/${evaluator}`
}
