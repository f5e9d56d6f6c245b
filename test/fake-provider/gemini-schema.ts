import { z } from 'zod'

/** What Gemini's API accepts, as far as these tests go; anything else is refused, as Google does. */

const data = {
  inlineData: z.strictObject({ mimeType: z.string().regex(/^\w+\/[\w.+-]+$/), data: z.base64() }).optional(),
  fileData: z.strictObject({ mimeType: z.string().optional(), fileUri: z.string() }).optional(),
}
const part = z.strictObject({
  text: z.string().optional(),
  thought: z.boolean().optional(),
  thoughtSignature: z.string().min(1).optional(),
  functionCall: z
    .strictObject({ id: z.string().optional(), name: z.string(), args: z.record(z.string(), z.unknown()) })
    .optional(),
  functionResponse: z
    .strictObject({
      id: z.string().optional(),
      name: z.string(),
      response: z.record(z.string(), z.unknown()),
      parts: z.array(z.strictObject(data)).optional(),
    })
    .optional(),
  ...data,
})
const content = z.strictObject({ role: z.enum(['user', 'model']), parts: z.array(part).min(1) })

const generationConfig = z.strictObject({
  temperature: z.number().min(0).max(2).optional(),
  topP: z.number().optional(),
  topK: z.int().optional(),
  candidateCount: z.int().min(1).max(8).optional(),
  maxOutputTokens: z.int().min(1).optional(),
  stopSequences: z.array(z.string().min(1)).max(5).optional(),
  seed: z.int().optional(),
  presencePenalty: z.number().optional(),
  frequencyPenalty: z.number().optional(),
  responseLogprobs: z.boolean().optional(),
  logprobs: z.int().max(20).optional(),
  responseMimeType: z.enum(['text/plain', 'application/json']).optional(),
  responseJsonSchema: z.record(z.string(), z.unknown()).optional(),
  thinkingConfig: z
    .strictObject({
      includeThoughts: z.boolean().optional(),
      thinkingBudget: z.int().optional(),
      thinkingLevel: z.enum(['MINIMAL', 'LOW', 'MEDIUM', 'HIGH']).optional(),
    })
    .refine(given => given.thinkingBudget === undefined || given.thinkingLevel === undefined, {
      message: 'You can only set only one of thinking budget and thinking level.',
    })
    .optional(),
})

export const generateSchema = z.strictObject({
  contents: z.array(content).min(1),
  systemInstruction: z
    .strictObject({ parts: z.array(z.strictObject({ text: z.string().min(1) })) })
    .optional(),
  tools: z
    .array(
      z.strictObject({
        functionDeclarations: z
          .array(
            z.strictObject({
              name: z.string().regex(/^[a-zA-Z_][\w.:-]{0,127}$/),
              description: z.string().optional(),
              parametersJsonSchema: z.looseObject({ type: z.literal('object') }).optional(),
            }),
          )
          .min(1),
      }),
    )
    .optional(),
  toolConfig: z
    .strictObject({
      functionCallingConfig: z.strictObject({
        mode: z.enum(['AUTO', 'ANY', 'NONE', 'VALIDATED']),
        allowedFunctionNames: z.array(z.string()).optional(),
      }),
    })
    .optional(),
  generationConfig: generationConfig.optional(),
  cachedContent: z.string().optional(),
  safetySettings: z.array(z.strictObject({ category: z.string(), threshold: z.string() })).optional(),
})

export const batchEmbedSchema = z.strictObject({
  requests: z
    .array(
      z.strictObject({
        model: z.string().startsWith('models/'),
        content: z.strictObject({ parts: z.array(z.strictObject({ text: z.string() })).length(1) }),
        outputDimensionality: z.int().optional(),
        taskType: z.string().optional(),
        title: z.string().optional(),
      }),
    )
    .min(1)
    .max(100, 'at most 100 requests can be in one batch'),
})

export const predictSchema = z.strictObject({
  instances: z
    .array(
      z.strictObject({
        content: z.string(),
        task_type: z.string().optional(),
        title: z.string().optional(),
      }),
    )
    .min(1),
  parameters: z.strictObject({ outputDimensionality: z.int().optional() }).optional(),
})

export type GenerateRequest = z.output<typeof generateSchema>
