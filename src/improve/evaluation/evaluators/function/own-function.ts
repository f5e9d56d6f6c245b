import { z } from 'zod'
import { Failure, nearestName } from '../../../../foundation/platform/index.ts'
import type { EvaluatorKind } from '../../evaluator.ts'
import { defineEvaluator } from '../define-evaluator.ts'
import type { EvaluatorPorts } from '../ports.ts'
import { createFunctionProcess } from './function-process.ts'

const reply = z.object({
  value: z.number().min(0).max(1).nullish(),
  label: z.string().max(200).nullish(),
  why: z.string().max(2_000).nullish(),
})

/** Code of the operator's own, in a process of its own: which commands there are is said in the configuration, never in a suite. */
export function ownFunction(functions: EvaluatorPorts['functions']): EvaluatorKind {
  return defineEvaluator({
    manifest: {
      name: 'function',
      version: 1,
      description:
        'A command of yours reads example and answer as a line of JSON and writes `{ "value": 0.5 }`.',
      cost: 'compute',
      needs: [],
      isJudge: false,
      threshold: 0.5,
    },
    parameters: z.strictObject({
      name: z.string().min(1).describe('One of `evaluation.functions` of the configuration.'),
      version: z
        .union([z.string().min(1), z.number()])
        .describe('Of your code: scores are kept by it, so change it with the code.'),
      settings: z.unknown().optional().describe('Handed to it with every answer.'),
    }),
    create({ name, settings }) {
      const declared = functions()[name]
      if (!declared) {
        const known = Object.keys(functions())
        const meant = nearestName(name, known)
        const mend =
          meant === undefined
            ? 'Declare it under `evaluation.functions` in slipway.yaml.'
            : `Did you mean \`${meant}\`?`
        throw new Failure('invalid_request', `There is no function \`${name}\`. ${mend}`)
      }
      const process = createFunctionProcess(name, declared)
      return {
        async evaluate(example, answer, tools) {
          const said = reply.safeParse(
            await process.ask(
              { example, answer, settings: settings ?? null, seed: tools.seed },
              tools.signal,
            ),
          )
          if (!said.success)
            throw new Failure(
              'invalid_request',
              `The function ${name} answered with something else than \`{ "value": 0 … 1 }\`.`,
            )
          const { value, label, why } = said.data
          return { value: value ?? undefined, label: label ?? undefined, why: why ?? undefined }
        },
      }
    },
  })
}
