import { z } from 'zod'
import { awsFields, awsSecrets } from './aws.ts'
import { breaker, timeouts } from './failure.ts'
import { providerCapacity } from './capacity.ts'
import { googleFields, googleSecrets } from './google.ts'
import { headers, httpUrl, secret } from './parts.ts'
import { trainingOnOutput } from './training-on-output.ts'

export const providerKinds = [
  'openai',
  'azure-openai',
  'openai-compatible',
  'vllm',
  'tei',
  'ollama',
  'groq',
  'mistral',
  'together',
  'openrouter',
  'anthropic',
  'bedrock',
  'gemini',
  'vertex',
  'cohere',
] as const

const openAiOperations = [
  'chat',
  'completion',
  'embedding',
  'responses',
  'moderation',
  'rerank',
  'classification',
  'image',
  'image_edit',
  'image_variation',
  'speech',
  'transcription',
  'translation',
] as const

/** The fields of a provider that name secrets. */
export const providerSecrets = ['apiKey', ...awsSecrets, ...googleSecrets] as const

export const provider = z
  .strictObject({
    kind: z
      .enum(providerKinds)
      .describe(
        'Which API it speaks, and with which peculiarities. `openai-compatible` is any other server.',
      ),
    baseUrl: httpUrl
      .optional()
      .describe('Where its API is, up to and with `/v1`; the kind knows the usual one where there is one.'),
    apiKey: secret.optional().describe('The key: `{ env: NAME }` or `{ file: path }`.'),
    apiVersion: z
      .string()
      .min(1)
      .optional()
      .describe('The `api-version` of Azure OpenAI, or the `anthropic-version`.'),
    operations: z
      .array(z.enum(openAiOperations))
      .min(1)
      .optional()
      .describe(
        'What an OpenAI-compatible server answers, where it is not what its kind usually does. A conversation in an API that is not in the list reaches it as `chat`.',
      ),
    ...awsFields,
    ...googleFields,
    headers: headers.optional().describe('Sent with every call. Secret ones come from `env` or `file`.'),
    costs: z
      .enum(['prices', 'reported'])
      .optional()
      .describe(
        'What is charged: `prices` (the default), or what the provider itself says that an answer cost where it says so (`reported`: OpenRouter, xAI), and the prices else.',
      ),
    timeouts: timeouts.optional(),
    breaker: breaker.optional(),
    capacity: providerCapacity.optional(),
    trainingOnOutput: trainingOnOutput.optional(),
    metrics: z
      .union([
        z.literal(false).describe('Its metrics are left alone.'),
        z.strictObject({ url: httpUrl.describe('Where it writes them in the format of Prometheus.') }),
      ])
      .optional()
      .describe(
        'Whether queue, cache and pace of the server are read every 10 seconds and shown beside our own: `{ url }`, or `false`. vLLM is read by itself, at `/metrics` beside its `/v1`.',
      ),
  })
  .describe('A hosted API or any OpenAI-compatible server.')

export type ProviderConfig = z.output<typeof provider>
export type ProviderKind = (typeof providerKinds)[number]
