import { formatCount } from '../../format/number.ts'

/** `1 answer`, `1,204 answers`. */
export function countAnswers(count: number): string {
  return `${formatCount(count)} ${count === 1 ? 'answer' : 'answers'}`
}
