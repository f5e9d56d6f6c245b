import { createHash } from 'node:crypto'
import { z } from 'zod'
import { canonicalJson, Failure } from '../../../../foundation/platform/index.ts'
import type { EvaluatorTools } from '../../evaluator.ts'
import { askTool, parseService } from '../ask-tool.ts'
import { parseAnswerJson } from '../expected.ts'
import { createFence, type Fence } from './fence.ts'

export interface JudgeQuestion<T> {
  readonly service: string
  /** Without what differs from example to example: its hash names the prompt. */
  readonly instructions: string
  readonly material: (fence: Fence) => string
  readonly schema: z.ZodType<T>
  readonly temperature: number | undefined
  /** Which of several askings this is: each has a seed and a mark of its own. */
  readonly round: number
}

export interface JudgeReply<T> {
  readonly value: T
  readonly model: string | undefined
}

/**
 * Asks a judge for JSON of one shape and takes nothing else; what it gets wrong once it may say again. The mark of the fence follows from the seed of the score, which
 * nobody who writes an answer can know. Throws `upstream_error` for prose, a refusal, an answer that was cut off.
 */
export async function askJudge<T>(tools: EvaluatorTools, question: JudgeQuestion<T>): Promise<JudgeReply<T>> {
  const first = await askOnce(tools, question)
  if (first.reply) return first.reply
  // one slip is no verdict on the judge: asked anew, with another mark and seed
  const second = await askOnce(tools, { ...question, round: question.round + 1_000 })
  if (second.reply) return second.reply
  throw new Failure('upstream_error', `The judge ${question.service} answered twice with ${second.problem}.`)
}

type Asked<T> = { readonly reply: JudgeReply<T> } | { readonly reply?: undefined; readonly problem: string }

async function askOnce<T>(tools: EvaluatorTools, question: JudgeQuestion<T>): Promise<Asked<T>> {
  const { service, instructions, schema, temperature, round } = question
  const fence = createFence(hashOf([service, tools.seed, round]).slice(0, 12))
  const { $schema: _, ...jsonSchema } = z.toJSONSchema(schema, { io: 'input' })
  const found = await askTool(
    tools,
    parseService(service),
    {
      messages: [
        { role: 'system', content: `${instructions}\n\n${fence.rule}` },
        { role: 'user', content: question.material(fence) },
      ],
      max_tokens: 800,
      ...(temperature !== undefined && { temperature }),
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'verdict', strict: true, schema: jsonSchema },
      },
    },
    (tools.seed + round) % 2_147_483_647,
  )
  const said = found.text.replace(/^\s*<think>[\s\S]*?<\/think>/, '')
  const value = schema.safeParse(parseAnswerJson(said)?.value)
  if (found.finishReason === 'length') return { problem: 'an answer that was cut off' }
  if (!value.success) return { problem: 'something else than the JSON that it was asked for' }
  return { reply: { value: value.data, model: found.model } }
}

export function hashOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex')
}
