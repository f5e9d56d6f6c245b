import type { SupportAnswer, SupportExample } from '../corpus/corpus-spec.ts'
import { wilsonInterval, type Share } from '../../../foundation/statistics/index.ts'

export const answerFields = ['intent', 'product', 'urgency'] as const

export interface SupportScores {
  /** The output is one line of JSON with the four fields, all texts. */
  readonly isJson: Share
  readonly intent: Share
  readonly product: Share
  readonly urgency: Share
  /** Intent, product and urgency all right. */
  readonly allFields: Share
  /** The reply letter by letter. */
  readonly reply: Share
  /** The reply repeats what a grounded one repeats: above all, the product. */
  readonly replyGrounding: Share
  /** The whole line. */
  readonly wholeAnswer: Share
}

/** Compares outputs with the answers of their examples, in the same order. */
export function scoreAnswers(examples: readonly SupportExample[], outputs: readonly string[]): SupportScores {
  const counts = {
    isJson: 0,
    intent: 0,
    product: 0,
    urgency: 0,
    allFields: 0,
    reply: 0,
    replyGrounding: 0,
    wholeAnswer: 0,
  }
  examples.forEach((example, index) => {
    const output = outputs[index] ?? ''
    const answer = parseAnswer(output)
    if (answer === null) return
    counts.isJson += 1
    for (const field of answerFields) if (answer[field] === example.answer[field]) counts[field] += 1
    if (answerFields.every(field => answer[field] === example.answer[field])) counts.allFields += 1
    if (answer.reply === example.answer.reply) counts.reply += 1
    if (example.grounding.every(mention => answer.reply.includes(mention))) counts.replyGrounding += 1
    if (output === JSON.stringify(example.answer)) counts.wholeAnswer += 1
  })
  const share = (name: keyof typeof counts): Share => wilsonInterval(counts[name], examples.length)
  return {
    isJson: share('isJson'),
    intent: share('intent'),
    product: share('product'),
    urgency: share('urgency'),
    allFields: share('allFields'),
    reply: share('reply'),
    replyGrounding: share('replyGrounding'),
    wholeAnswer: share('wholeAnswer'),
  }
}

/** The answer that the output spells, `null` where it spells none. */
export function parseAnswer(output: string): SupportAnswer | null {
  try {
    const value: unknown = JSON.parse(output)
    if (typeof value !== 'object' || value === null) return null
    const fields = value as Record<string, unknown>
    const isWhole = [...answerFields, 'reply'].every(field => typeof fields[field] === 'string')
    return isWhole ? (value as SupportAnswer) : null
  } catch {
    return null
  }
}
