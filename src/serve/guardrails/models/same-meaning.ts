import { z } from 'zod'
import { askForJson } from './ask-for-json.ts'
import type { AskService, ServiceCall } from './ask-service.ts'
import { classify } from './classify.ts'
import { createFence } from './fence.ts'

export type Compare = (first: string, second: string) => Promise<boolean>

type Asker = Pick<ServiceCall, 'tenant' | 'check' | 'service' | 'signal' | 'priority'>

/**
 * Whether each of two answers entails the other, in the light of the question: the bidirectional entailment of Kuhn, Gal and
 * Farquhar (ICLR 2023). Asks a chat once for both directions.
 */
export function compareByModel(
  ask: AskService,
  asker: Asker,
  question: string,
  temperature: number | undefined,
): Compare {
  return async (first, second) => {
    const fence = createFence()
    const { value } = await askForJson(ask, {
      ...asker,
      system: `${instructions}\n${fence.rule}`,
      user: [
        fence.around('question', question.slice(0, 4_000)),
        fence.around('answer', first, 1),
        fence.around('answer', second, 2),
      ].join('\n'),
      schema: z.strictObject({ first_entails_second: z.boolean(), second_entails_first: z.boolean() }),
      maxTokens: 100,
      temperature,
    })
    return value.first_entails_second && value.second_entails_first
  }
}

/** The same with an NLI classifier of pairs; the question stands before each answer, as in the paper. */
export function compareByClassifier(
  ask: AskService,
  asker: Asker,
  question: string,
  entailment: ReadonlySet<string>,
): Compare {
  return async (first, second) => {
    const [one, two] = [`${question} ${first}`, `${question} ${second}`]
    const classes = await classify(ask, { ...asker, input: [[one, two] as const, [two, one] as const] })
    return classes.every(found => found.probabilityOf(entailment) >= 0.5)
  }
}

/** As short answers compare: without case, accents, punctuation and articles. */
export function normalisedAnswer(answer: string): string {
  return answer
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/(?<![\p{L}\p{N}])(?:the|an?|der|die|das|le|la|les|el|los|las|il|lo)(?![\p{L}\p{N}])/gu, ' ')
    .replace(/(?<=\d)[.,](?=\d)/g, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

const instructions = `You are given a question and two answers to it. Say for each direction whether one answer entails the other: whether, in the context of the question, whoever accepts the one must accept the other. Answers that differ in a fact, a number or a name do not entail each other; answers that differ in wording only do.`
