import { z } from 'zod'

/** The shape of `slipway.yaml`; also published as JSON Schema for editors. */

const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'use lower-case letters, digits, dots, dashes and underscores')
  .describe('A stable name.')

const secret = z
  .union([
    z.strictObject({ env: z.string().min(1).describe('The environment variable that holds it.') }),
    z.strictObject({
      file: z.string().min(1).describe('The file that holds it, relative to the configuration.'),
    }),
  ])
  .describe('Where a secret is read from. Secrets are never written into the configuration itself.')

export const providerKinds = [
  'openai',
  'azure-openai',
  'openai-compatible',
  'vllm',
  'ollama',
  'groq',
  'mistral',
  'together',
  'openrouter',
  'anthropic',
] as const

const provider = z.strictObject({
  kind: z.enum(providerKinds),
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Where its API is; the kind knows the usual one.'),
  apiKey: secret.optional(),
  apiVersion: z.string().optional().describe('The api-version of Azure OpenAI, or the anthropic-version.'),
  headers: z
    .record(z.string(), z.union([z.string(), secret]))
    .optional()
    .describe('Sent with every call.'),
})

const engine = z.strictObject({
  kind: z.literal('llama.cpp').default('llama.cpp'),
  model: z
    .string()
    .min(1)
    .describe(
      'A GGUF file, relative to the configuration, or `builtin:support`, the model that Slipway brings.',
    ),
  contextSize: z
    .int()
    .min(16)
    .max(1_048_576)
    .optional()
    .describe('Tokens a sequence may hold; the model knows its own.'),
  parallel: z.int().min(1).max(256).default(4).describe('Sequences decoded together.'),
  threads: z.int().min(1).max(512).optional().describe('CPU threads; all cores by default.'),
  gpu: z.enum(['auto', 'off', 'cuda', 'vulkan', 'metal']).default('auto'),
  embeddings: z.boolean().default(true).describe('Whether it also answers /v1/embeddings.'),
})

const target = z
  .union([
    z.strictObject({
      provider: name,
      model: z.string().min(1).describe('The name of the model at the provider.'),
    }),
    z.strictObject({ engine: name }),
  ])
  .describe('Where a release sends its calls.')

const release = z.strictObject({
  target,
  prompt: z
    .strictObject({ system: z.string().min(1).describe('Put before the messages of the client.') })
    .optional(),
  parameters: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('Request parameters used where the client sends none, e.g. temperature or max_tokens.'),
})

const service = z.strictObject({
  description: z.string().optional(),
  releases: z
    .record(name, release)
    .refine(releases => Object.keys(releases).length > 0, 'declare at least one release'),
  release: name.optional().describe('The release that serves; may be left out where there is only one.'),
  storeContent: z
    .boolean()
    .default(false)
    .describe('Whether prompts and answers are kept with the inference. Counts and times always are.'),
  timeoutMs: z.int().min(100).max(3_600_000).default(600_000).describe('The longest a call may take in all.'),
})

const tenant = z.strictObject({
  name: z.string().min(1).optional(),
  services: z.array(name).optional().describe('The services that its keys may call; all by default.'),
})

const usdPerMillion = z.number().min(0).max(1_000_000)

const price = z.strictObject({
  provider: name.optional(),
  engine: name.optional(),
  model: z
    .string()
    .optional()
    .describe('The upstream model; left out, the price holds for all of the provider.'),
  from: z.iso.date().describe('The first day (UTC) on which the price holds.'),
  source: z.string().optional().describe('Where the price was read.'),
  usdPerMillionTokens: z.strictObject({
    input: usdPerMillion,
    cacheRead: usdPerMillion.optional(),
    cacheWrite: usdPerMillion.optional(),
    output: usdPerMillion,
    reasoning: usdPerMillion.optional(),
  }),
})

export const configSchema = z.strictObject({
  $schema: z.string().optional(),
  providers: z.record(name, provider).default({}),
  engines: z.record(name, engine).default({}),
  services: z.record(name, service).default({}),
  tenants: z.record(name, tenant).default({}),
  prices: z.array(price).default([]),
  traces: z
    .strictObject({
      retentionDays: z.int().min(1).max(3_650).default(30),
      otlp: z
        .strictObject({
          endpoint: z
            .url({ protocol: /^https?$/ })
            .describe('An OTLP/HTTP collector; /v1/traces is appended.'),
          headers: z.record(z.string(), z.union([z.string(), secret])).optional(),
        })
        .optional(),
    })
    .prefault({}),
})

export type Config = z.output<typeof configSchema>
export type ProviderConfig = z.output<typeof provider>
export type ProviderKind = (typeof providerKinds)[number]
export type EngineConfig = z.output<typeof engine>
export type ServiceConfig = z.output<typeof service>
export type ReleaseConfig = z.output<typeof release>
export type TargetConfig = z.output<typeof target>
export type TenantConfig = z.output<typeof tenant>
export type PriceConfig = z.output<typeof price>
export type SecretReference = z.output<typeof secret>
