import type { SupportExample } from './corpus/corpus-spec.ts'
import { answerAll, type AnswerOptions } from './evaluation/answer-all.ts'
import { answerFields, parseAnswer, scoreAnswers, type SupportScores } from './evaluation/score-answers.ts'
import { wilsonInterval, type Share } from '../../foundation/statistics/index.ts'

export interface ModelEvaluation {
  readonly messages: number
  readonly scores: SupportScores
  /** Intent, product and urgency all right, per writing style. */
  readonly allFieldsByStyle: Readonly<Record<string, Share>>
  /** What was answered, example by example. */
  readonly outputs: readonly string[]
}

/** Answers the examples with llama.cpp (greedy, in a child process) and scores what comes. */
export async function evaluateModel(
  modelFile: string,
  examples: readonly SupportExample[],
  options: AnswerOptions = {},
): Promise<ModelEvaluation> {
  const outputs = await answerAll(
    modelFile,
    examples.map(({ message }) => message),
    options,
  )
  const isRight = examples.map((example, index) => {
    const answer = parseAnswer(outputs[index] ?? '')
    return answer !== null && answerFields.every(field => answer[field] === example.answer[field])
  })
  const styles = [...new Set(examples.map(({ style }) => style))].sort()
  const allFieldsByStyle = Object.fromEntries(
    styles.map(style => {
      const inStyle = isRight.filter((_, index) => examples[index]?.style === style)
      return [style, wilsonInterval(inStyle.filter(Boolean).length, inStyle.length)]
    }),
  )
  return { messages: examples.length, scores: scoreAnswers(examples, outputs), allFieldsByStyle, outputs }
}
