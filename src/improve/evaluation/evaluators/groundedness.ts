import { z } from 'zod'
import type { ChatMessage, EvaluatorKind } from '../evaluator.ts'
import { askTool, parseService } from './ask-tool.ts'
import { defineEvaluator, notApplicable } from './define-evaluator.ts'
import { asText } from './expected.ts'
import type { AssessClaims } from './ports.ts'

export function groundedness(assessClaims: AssessClaims): EvaluatorKind {
  return defineEvaluator({
    manifest: {
      name: 'groundedness',
      version: 1,
      description: 'The share of claims of the answer that the context bears out, claim by claim.',
      cost: 'model',
      needs: ['context', 'service'],
      isJudge: true,
      threshold: 1,
    },
    parameters: z.strictObject({
      service: z.string().min(1).describe('The service that compares, a chat with answers in JSON.'),
      maxContextChars: z
        .int()
        .min(1_000)
        .max(1_000_000)
        .default(24_000)
        .describe('As much of the context one question holds; of more, what is nearest to the claims.'),
    }),
    services: ({ service }) => [service],
    create: ({ service, maxContextChars }) => ({
      async evaluate(example, answer, tools) {
        const { context } = example
        const documents = (Array.isArray(context) ? context : context === undefined ? [] : [context]).map(
          asText,
        )
        if (documents.length === 0) return notApplicable('There is no context')
        let model: string | undefined
        const claims = await assessClaims(
          { answer: answer.text, question: lastText(example.messages), documents, maxContextChars },
          async body => {
            const found = await askTool(tools, parseService(service), body)
            model = found.model ?? model
            return { body: found.body, model: found.model }
          },
          tools.signal,
        )
        if (claims.length === 0) return notApplicable('The answer states nothing')
        const supported = claims.filter(({ verdict }) => verdict === 'supported').length
        const against = claims.find(({ verdict }) => verdict !== 'supported')
        const isContradicted = claims.some(({ verdict }) => verdict === 'contradicted')
        return {
          value: supported / claims.length,
          label: against === undefined ? 'grounded' : isContradicted ? 'contradicted' : 'ungrounded',
          why: `${supported} of ${claims.length} claims are borne out${against ? `; not: "${against.text.slice(0, 200)}"` : ''}.`,
          model,
        }
      },
    }),
  })
}

export function lastText(messages: readonly ChatMessage[]): string | undefined {
  const content = messages.findLast(({ role }) => role === 'user')?.content
  return typeof content === 'string' ? content : undefined
}
