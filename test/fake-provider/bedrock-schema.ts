import { z } from 'zod'

/** What Bedrock's Converse accepts, as far as these tests go; anything else is refused, as Bedrock does. */

const cachePoint = z.strictObject({
  cachePoint: z.strictObject({ type: z.literal('default'), ttl: z.enum(['5m', '1h']).optional() }),
})
const text = z.strictObject({ text: z.string().min(1, 'text content blocks must be non-empty') })
const source = z.strictObject({ bytes: z.base64() })
const image = z.strictObject({
  image: z.strictObject({ format: z.enum(['png', 'jpeg', 'gif', 'webp']), source }),
})
const document = z.strictObject({
  document: z.strictObject({
    format: z.enum(['pdf', 'csv', 'doc', 'docx', 'xls', 'xlsx', 'html', 'txt', 'md']),
    name: z.string().regex(/^[a-zA-Z0-9\s\-()[\]]{1,200}$/),
    source,
  }),
})
const toolName = z.string().regex(/^[\w-]{1,64}$/)
const toolUse = z.strictObject({
  toolUse: z.strictObject({
    toolUseId: z.string().regex(/^[\w-]{1,64}$/),
    name: toolName,
    input: z.record(z.string(), z.unknown()),
  }),
})
const toolResult = z.strictObject({
  toolResult: z.strictObject({
    toolUseId: z.string(),
    content: z.array(z.union([text, image, document, z.strictObject({ json: z.unknown() })])),
    status: z.enum(['success', 'error']).optional(),
  }),
})
const reasoning = z.strictObject({
  reasoningContent: z.union([
    z.strictObject({
      reasoningText: z.strictObject({ text: z.string(), signature: z.string().optional() }),
    }),
    z.strictObject({ redactedContent: z.base64() }),
  ]),
})

export const converseSchema = z.strictObject({
  messages: z
    .array(
      z.discriminatedUnion('role', [
        z.strictObject({
          role: z.literal('user'),
          content: z.array(z.union([text, image, document, toolResult, cachePoint])).min(1),
        }),
        z.strictObject({
          role: z.literal('assistant'),
          content: z.array(z.union([text, toolUse, reasoning, cachePoint])).min(1),
        }),
      ]),
    )
    .min(1),
  system: z.array(z.union([text, cachePoint])).optional(),
  inferenceConfig: z
    .strictObject({
      maxTokens: z.int().min(1).optional(),
      temperature: z.number().min(0).max(1).optional(),
      topP: z.number().min(0).max(1).optional(),
      stopSequences: z.array(z.string().min(1)).optional(),
    })
    .optional(),
  toolConfig: z
    .strictObject({
      tools: z
        .array(
          z.union([
            z.strictObject({
              toolSpec: z.strictObject({
                name: toolName,
                description: z.string().min(1).optional(),
                inputSchema: z.strictObject({ json: z.looseObject({ type: z.literal('object') }) }),
                strict: z.boolean().optional(),
              }),
            }),
            cachePoint,
          ]),
        )
        .min(1),
      toolChoice: z
        .union([
          z.strictObject({ auto: z.strictObject({}) }),
          z.strictObject({ any: z.strictObject({}) }),
          z.strictObject({ tool: z.strictObject({ name: toolName }) }),
        ])
        .optional(),
    })
    .optional(),
  additionalModelRequestFields: z.record(z.string(), z.unknown()).optional(),
  requestMetadata: z.record(z.string(), z.string().max(256)).optional(),
  serviceTier: z.strictObject({ type: z.enum(['default', 'flex', 'priority']) }).optional(),
  outputConfig: z
    .strictObject({
      textFormat: z.strictObject({
        type: z.literal('json_schema'),
        structure: z.strictObject({
          jsonSchema: z.strictObject({
            schema: z.string(),
            name: z.string().optional(),
            description: z.string().optional(),
          }),
        }),
      }),
    })
    .optional(),
})

export const titanSchema = z.strictObject({
  inputText: z.string().min(1),
  dimensions: z.union([z.literal(256), z.literal(512), z.literal(1024)]).optional(),
  normalize: z.boolean().optional(),
})

export const cohereEmbedSchema = z.strictObject({
  texts: z.array(z.string()).min(1).max(96),
  input_type: z.enum(['search_document', 'search_query', 'classification', 'clustering']),
  embedding_types: z.array(z.enum(['float', 'int8'])).optional(),
  output_dimension: z.int().optional(),
  truncate: z.enum(['NONE', 'LEFT', 'RIGHT']).optional(),
})

export type ConverseRequest = z.output<typeof converseSchema>
