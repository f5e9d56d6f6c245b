import { z } from 'zod'
import type { Feedback } from '../feedback.ts'
import type { Inference } from '../inference.ts'
import { inferenceSchema, roundMs, toWire } from '../inference-wire.ts'
import type { Conversation } from './conversation-store.ts'

const conversationSchema = z
  .object({
    id: z
      .string()
      .describe('As the client named it, or a hash that begins with `~`; unique within the tenant.'),
    tenant: z.string(),
    is_guessed: z
      .boolean()
      .describe('Whether nobody named it: the same key began with the same words. Two may be taken for one.'),
    services: z.array(z.string()),
    turns: z.int(),
    errors: z.int(),
    started_at: z.iso.datetime(),
    last_at: z.iso.datetime(),
    cost_nano_usd: z.int().describe('Of the turns that have a price.'),
    unpriced_turns: z.int(),
    input_tokens: z.int(),
    output_tokens: z.int(),
    latency_ms: z.number().describe('Of all turns together.'),
  })
  .meta({ id: 'Conversation' })

export const conversationListSchema = z
  .object({ data: z.array(conversationSchema), next_cursor: z.string().nullable() })
  .meta({ id: 'ConversationList' })

const turnSchema = inferenceSchema
  .extend({
    verdicts: z
      .array(
        z.object({
          guard: z.string(),
          stage: z.string(),
          mode: z.enum(['shadow', 'enforce']),
          outcome: z.string(),
          found: z.int(),
        }),
      )
      .describe('What the checks said that did not simply pass.'),
    feedback: z.array(z.object({ score: z.number().nullable(), label: z.string().nullable() })),
    scores: z
      .array(z.object({ name: z.string(), value: z.number().nullable(), label: z.string().nullable() }))
      .describe('What judges found.'),
  })
  .meta({ id: 'ConversationTurn' })

export const conversationDetailSchema = conversationSchema
  .extend({
    inferences: z.array(turnSchema).describe('The turns in their order; the first 200.'),
    is_truncated: z.boolean(),
  })
  .meta({ id: 'ConversationDetail' })

export function toWireConversation(conversation: Conversation): z.output<typeof conversationSchema> {
  return {
    id: conversation.id,
    tenant: conversation.tenant,
    is_guessed: conversation.id.startsWith('~'),
    services: [...conversation.services],
    turns: conversation.turns,
    errors: conversation.errors,
    started_at: conversation.startedAt.toISOString(),
    last_at: conversation.lastAt.toISOString(),
    cost_nano_usd: conversation.costNanoUsd,
    unpriced_turns: conversation.unpricedTurns,
    input_tokens: conversation.inputTokens,
    output_tokens: conversation.outputTokens,
    latency_ms: roundMs(conversation.latencyMs),
  }
}

/** What a judge found of an inference, as the domain of scores says it. */
export interface TurnScore {
  readonly name: string
  readonly value: number | undefined
  readonly label: string | undefined
}

export function toWireTurn(
  inference: Inference,
  feedback: readonly Feedback[],
  scores: readonly TurnScore[],
): z.output<typeof turnSchema> {
  return {
    ...toWire(inference),
    verdicts: (inference.verdicts ?? [])
      .filter(({ outcome }) => outcome !== 'pass')
      .map(({ guard, stage, mode, outcome, found }) => ({ guard, stage, mode, outcome, found })),
    feedback: feedback.map(({ score, label }) => ({ score: score ?? null, label: label ?? null })),
    scores: scores.map(({ name, value, label }) => ({ name, value: value ?? null, label: label ?? null })),
  }
}
