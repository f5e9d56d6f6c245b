import { z } from 'zod'
import { Failure } from '../../../foundation/platform/index.ts'
import type { AskService, ServiceCall } from './ask-service.ts'

export interface JsonQuestion<T> extends Pick<
  ServiceCall,
  'tenant' | 'check' | 'service' | 'signal' | 'priority'
> {
  readonly system: string
  readonly user: string
  /** What the answer must be; becomes the JSON schema that the model is held to, and is checked all the same. */
  readonly schema: z.ZodType<T>
  readonly maxTokens: number
  /** `undefined` sends none, for models that take none. */
  readonly temperature?: number | undefined
}

export interface JsonAnswer<T> {
  readonly value: T
  readonly model: string | undefined
  readonly costNanoUsd: number | undefined
}

/**
 * Asks a chat service for JSON of one shape, and takes nothing else: prose, a refusal, an answer that was cut off or one of
 * another shape throw `upstream_error`. A code fence around the JSON is forgiven, and what a model
 * thinks aloud before it.
 */
export async function askForJson<T>(ask: AskService, question: JsonQuestion<T>): Promise<JsonAnswer<T>> {
  const { system, user, schema, maxTokens, temperature, ...call } = question
  const { $schema: _, ...jsonSchema } = z.toJSONSchema(schema, {
    io: 'input',
    // what a whole number can be at most; not every provider takes bounds in a schema
    override: ({ jsonSchema: part }) => {
      delete part.minimum
      delete part.maximum
    },
  })
  const { body, model, costNanoUsd } = await ask({
    ...call,
    path: '/v1/chat/completions',
    body: {
      messages: [
        { role: 'system', content: system },
        { role: 'user', content: user },
      ],
      max_completion_tokens: maxTokens,
      ...(temperature !== undefined && { temperature }),
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'verdict', strict: true, schema: jsonSchema },
      },
    },
  })
  const value = schema.safeParse(parse(answerText(body, call)))
  if (!value.success) throw notAsAsked(call, 'something else than the JSON that it was asked for')
  return { value: value.data, model, costNanoUsd }
}

type Asker = Pick<ServiceCall, 'check' | 'service'>

/** The text of a chat completion, or of a completion, that ended in order. */
export function answerText(
  body: Readonly<Record<string, unknown>>,
  call: Asker,
  { mayBeCut = false }: { readonly mayBeCut?: boolean } = {},
): string {
  const choice = (body['choices'] as readonly Readonly<Record<string, unknown>>[] | undefined)?.[0]
  const message = choice?.['message'] as Readonly<Record<string, unknown>> | undefined
  const text = message?.['content'] ?? choice?.['text']
  if (choice?.['finish_reason'] === 'length' && !mayBeCut)
    throw notAsAsked(call, 'an answer that was cut off')
  if (typeof message?.['refusal'] === 'string' && message['refusal'] !== '')
    throw notAsAsked(call, 'a refusal')
  if (typeof text !== 'string' || text.trim() === '') throw notAsAsked(call, 'no text')
  return text
}

/** Nothing of the answer is in the words: it may repeat what was checked. */
export function notAsAsked({ check, service }: Asker, what: string): Failure {
  return new Failure('upstream_error', `The service ${service} answered the check ${check} with ${what}.`)
}

function parse(text: string): unknown {
  const said = text.replace(/^\s*<think>[\s\S]*?<\/think>/, '')
  const inner = /^\s*```(?:json)?\s*\n([\s\S]*?)\n?```\s*$/i.exec(said)?.[1] ?? said
  try {
    return JSON.parse(inner)
  } catch {
    return undefined
  }
}
