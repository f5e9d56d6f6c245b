import { z } from 'zod'

/** What Cohere's API (version 2) accepts, as far as these tests go; anything else is refused, as Cohere does. */

const text = z.strictObject({ type: z.literal('text'), text: z.string() })
const image = z.strictObject({
  type: z.literal('image_url'),
  image_url: z.strictObject({ url: z.string(), detail: z.enum(['auto', 'low', 'high']).optional() }),
})
const document = z.strictObject({ type: z.literal('document'), document: z.looseObject({}) })
const call = z.strictObject({
  id: z.string(),
  type: z.literal('function'),
  function: z.strictObject({ name: z.string(), arguments: z.string() }),
})
const message = z.discriminatedUnion('role', [
  z.strictObject({ role: z.literal('system'), content: z.union([z.string(), z.array(text)]) }),
  z.strictObject({
    role: z.literal('user'),
    content: z.union([z.string(), z.array(z.discriminatedUnion('type', [text, image])).min(1)]),
  }),
  z
    .strictObject({
      role: z.literal('assistant'),
      content: z.union([z.string(), z.array(text)]).optional(),
      tool_calls: z.array(call).optional(),
      tool_plan: z.string().optional(),
    })
    .refine(
      one => one.content !== undefined || one.tool_calls !== undefined,
      'content or tool_calls is needed',
    ),
  z.strictObject({
    role: z.literal('tool'),
    tool_call_id: z.string(),
    content: z.union([z.string(), z.array(z.discriminatedUnion('type', [text, document]))]),
  }),
])

export const chatSchema = z
  .strictObject({
    model: z.string(),
    messages: z.array(message).min(1),
    stream: z.boolean().optional(),
    tools: z
      .array(
        z.strictObject({
          type: z.literal('function'),
          function: z.strictObject({
            name: z.string(),
            description: z.string().optional(),
            parameters: z.record(z.string(), z.unknown()),
          }),
        }),
      )
      .optional(),
    strict_tools: z.boolean().optional(),
    tool_choice: z.enum(['REQUIRED', 'NONE']).optional(),
    documents: z.array(z.unknown()).optional(),
    citation_options: z.strictObject({ mode: z.string() }).optional(),
    response_format: z
      .strictObject({
        type: z.enum(['text', 'json_object']),
        json_schema: z.record(z.string(), z.unknown()).optional(),
      })
      .optional(),
    safety_mode: z.enum(['CONTEXTUAL', 'STRICT', 'OFF']).optional(),
    max_tokens: z.int().min(1).optional(),
    stop_sequences: z.array(z.string()).max(5).optional(),
    temperature: z.number().min(0).optional(),
    seed: z.int().optional(),
    frequency_penalty: z.number().min(0).max(1).optional(),
    presence_penalty: z.number().min(0).max(1).optional(),
    k: z.int().min(0).max(500).optional(),
    p: z.number().min(0.01).max(0.99).optional(),
    logprobs: z.boolean().optional(),
    priority: z.int().optional(),
    thinking: z
      .strictObject({ type: z.enum(['enabled', 'disabled']), token_budget: z.int().optional() })
      .optional(),
  })
  .refine(one => !(one.response_format?.type === 'json_object' && one.tools), {
    message: 'cannot specify both response_format and tools',
    path: ['response_format'],
  })

export const embedSchema = z.strictObject({
  model: z.string(),
  texts: z.array(z.string()).min(1).max(96),
  input_type: z.enum(['search_document', 'search_query', 'classification', 'clustering', 'image']),
  embedding_types: z.array(z.literal('float')),
  output_dimension: z.int().optional(),
  truncate: z.enum(['NONE', 'START', 'END']).optional(),
})

export const rerankSchema = z.strictObject({
  model: z.string(),
  query: z.string(),
  documents: z.array(z.string()).min(1),
  top_n: z.int().min(1).optional(),
  max_tokens_per_doc: z.int().optional(),
})

export type ChatRequest = z.output<typeof chatSchema>
