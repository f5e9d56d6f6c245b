import { z } from 'zod'
import { canonicalJson } from '../../../foundation/platform/index.ts'
import { defineEvaluator, notApplicable } from './define-evaluator.ts'
import { parseAnswerJson } from './expected.ts'

interface ToolCall {
  readonly name: string
  readonly arguments: unknown
}

export const toolCalls = defineEvaluator({
  manifest: {
    name: 'tool-calls',
    version: 1,
    description: 'The answer calls the expected tools, with the expected arguments: F of both sets of calls.',
    cost: 'free',
    needs: ['expected'],
    isJudge: false,
    threshold: 1,
  },
  parameters: z.strictObject({
    arguments: z
      .enum(['equal', 'include', 'ignore'])
      .default('equal')
      .describe(
        'Whether arguments have to be the same, to hold the expected ones at least, or do not matter.',
      ),
  }),
  create: ({ arguments: how }) => ({
    evaluate({ expected }, answer) {
      const wanted = callsOf(typeof expected === 'string' ? parseAnswerJson(expected)?.value : expected)
      if (!wanted) return notApplicable('No tool calls are expected')
      const said = callsOf(messageOf(answer.body)?.['tool_calls'] ?? []) ?? []
      const left = [...said]
      for (const call of wanted) {
        const at = left.findIndex(other => isMet(call, other, how))
        if (at >= 0) left.splice(at, 1)
      }
      const met = said.length - left.length
      const value = wanted.length + said.length === 0 ? 1 : (2 * met) / (wanted.length + said.length)
      return { value, why: `${met} of ${wanted.length} calls are as expected, and there are ${said.length}.` }
    },
  }),
})

function messageOf(
  body: Readonly<Record<string, unknown>> | undefined,
): Readonly<Record<string, unknown>> | undefined {
  const choices = body?.['choices']
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined
  const message = isObject(choice) ? choice['message'] : undefined
  return isObject(message) ? message : undefined
}

/** OpenAI's tool calls, or `{ name, arguments }`, one or a list. */
function callsOf(value: unknown): ToolCall[] | undefined {
  const list = Array.isArray(value) ? (value as unknown[]) : value === undefined ? undefined : [value]
  const calls = list?.map(one => {
    const call = isObject(one) && isObject(one['function']) ? one['function'] : one
    if (!isObject(call) || typeof call['name'] !== 'string') return undefined
    const given = call['arguments']
    return {
      name: call['name'],
      arguments: typeof given === 'string' ? parseAnswerJson(given)?.value : (given ?? {}),
    }
  })
  return calls?.every(call => call !== undefined) === true ? calls : undefined
}

function isMet(wanted: ToolCall, said: ToolCall, how: 'equal' | 'include' | 'ignore'): boolean {
  if (wanted.name !== said.name) return false
  if (how === 'ignore') return true
  if (how === 'equal') return canonicalJson(wanted.arguments) === canonicalJson(said.arguments)
  return includes(said.arguments, wanted.arguments)
}

function includes(whole: unknown, part: unknown): boolean {
  if (!isObject(part) || !isObject(whole)) return canonicalJson(whole) === canonicalJson(part)
  return Object.entries(part).every(
    ([name, value]) => Object.hasOwn(whole, name) && includes(whole[name], value),
  )
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
