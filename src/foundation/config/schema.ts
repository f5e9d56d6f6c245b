import { z } from 'zod'

/** The shape of `slipway.yaml`; also published as JSON Schema for editors. */

const name = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,62}$/,
    'A name begins with a lower-case letter or a digit, goes on with those, `.`, `_` and `-`, and has at most 63 characters.',
  )
  .describe('A stable name: lower-case letters, digits, dots, dashes and underscores, at most 63 characters.')

const secret = z
  .union([
    z.strictObject({ env: z.string().min(1).describe('The environment variable that holds it.') }),
    z.strictObject({
      file: z
        .string()
        .min(1)
        .describe('The file that holds it, relative to the configuration; blank ends are cut off.'),
    }),
  ])
  .describe(
    'Where a secret is read from: `{ env: NAME }` or `{ file: path }`. Secrets are never written into the configuration itself.',
  )

/** A whole section may be left empty, as it is when all its lines are commented out. */
function section<Item extends z.ZodType>(item: Item, description: string) {
  return z
    .record(name, item)
    .nullish()
    .transform(items => items ?? {})
    .describe(description)
}

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

const httpUrl = z.url({ protocol: /^https?$/ })

const headers = z.record(
  z
    .string()
    .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'A header name has letters, digits and dashes, and no blanks.'),
  z.union([z.string().regex(/^[^\r\n]*$/, 'A header value is one line.'), secret]),
)

const provider = z
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
    headers: headers.optional().describe('Sent with every call. Secret ones come from `env` or `file`.'),
  })
  .describe('A hosted API or any OpenAI-compatible server.')

const engine = z
  .strictObject({
    kind: z.literal('llama.cpp').default('llama.cpp').describe('What runs the model.'),
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
      .describe('Tokens that one sequence may hold; the model knows its own.'),
    parallel: z.int().min(1).max(256).default(4).describe('Sequences decoded together.'),
    threads: z
      .int()
      .min(1)
      .max(512)
      .optional()
      .describe('CPU threads; by default one for a file below 64 MB, else all cores but one.'),
    gpu: z
      .enum(['auto', 'off', 'cuda', 'vulkan', 'metal'])
      .default('auto')
      .describe('Where to compute; `slipway doctor` says when a GPU build would help.'),
    embeddings: z.boolean().default(true).describe('Whether it also answers /v1/embeddings.'),
  })
  .describe('An inference process that Slipway starts and supervises.')

const target = z
  .union([
    z.strictObject({
      provider: name.describe('One of `providers`.'),
      model: z.string().min(1).describe('The name of the model at the provider.'),
    }),
    z.strictObject({ engine: name.describe('One of `engines`.') }),
  ])
  .describe('Where a release sends its calls: `{ provider, model }` or `{ engine }`.')

const release = z
  .strictObject({
    target,
    prompt: z
      .strictObject({ system: z.string().min(1).describe('Put before the messages of the client.') })
      .optional()
      .describe('What the release adds to the prompt.'),
    parameters: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('Request parameters used where the client sends none, e.g. temperature or max_tokens.'),
  })
  .describe('One version of a service: where calls go, and with what prompt and parameters.')

const service = z
  .strictObject({
    description: z.string().optional().describe('One line for people.'),
    releases: z
      .record(name, release)
      .refine(releases => Object.keys(releases).length > 0, 'No release is declared here.')
      .describe('The versions of the service, by name.'),
    release: name.optional().describe('The release that serves; may be left out where there is only one.'),
    storeContent: z
      .boolean()
      .default(false)
      .describe('Whether prompts and answers are kept with the inference. Counts and times always are.'),
    timeoutMs: z
      .int()
      .min(100)
      .max(3_600_000)
      .default(600_000)
      .describe('The longest a call may take in all, in milliseconds.'),
  })
  .describe('What a client names in `model`.')

const tenant = z
  .strictObject({
    name: z.string().min(1).optional().describe('Its name for people.'),
    services: z
      .array(name)
      .optional()
      .describe('The services that its keys may call; all where this is left out.'),
  })
  .nullable()
  .transform(value => value ?? {})
  .describe('The unit of isolation: keys, traces and figures belong to one tenant.')

/** Six decimals are one pico-dollar per token, the unit that costs are computed in, so nothing is rounded here. */
const usdPerMillion = z
  .number()
  .min(0)
  .max(1_000_000)
  .refine(
    value => Math.round(value * 1_000_000) / 1_000_000 === value,
    'A price has at most 6 decimals (US dollars per million tokens).',
  )

const price = z
  .strictObject({
    provider: name.optional().describe('The provider it holds for; or name an `engine`.'),
    engine: name.optional().describe('The engine it holds for; or name a `provider`.'),
    model: z
      .string()
      .min(1)
      .optional()
      .describe('The upstream model; left out, the price holds for all models that have none of their own.'),
    from: z.iso
      .date()
      .describe('The first day (UTC) on which the price holds; it ends where the next one begins.'),
    source: z.string().optional().describe('Where the price was read, e.g. a URL.'),
    usdPerMillionTokens: z
      .strictObject({
        input: usdPerMillion.describe('Prompt tokens.'),
        cacheRead: usdPerMillion
          .optional()
          .describe('Prompt tokens read from a cache; as `input` by default.'),
        cacheWrite: usdPerMillion
          .optional()
          .describe('Prompt tokens written to a cache; as `input` by default.'),
        output: usdPerMillion.describe('Answer tokens.'),
        reasoning: usdPerMillion.optional().describe('Reasoning tokens; as `output` by default.'),
      })
      .describe('US dollars for a million tokens, at most 6 decimals.'),
  })
  .describe(
    'What tokens cost from a day on. Inferences without a price are recorded as unpriced, never as 0.',
  )

const traces = z
  .strictObject({
    retentionDays: z
      .int()
      .min(1)
      .max(3_650)
      .default(30)
      .describe('Days that inferences are kept; whole day partitions are dropped then.'),
    otlp: z
      .strictObject({
        endpoint: httpUrl.describe('An OTLP/HTTP collector; /v1/traces is appended.'),
        headers: headers.optional().describe('Sent with every export, e.g. a collector key from `env`.'),
      })
      .optional()
      .describe('Sends every inference as an OpenTelemetry span with `gen_ai.*` attributes.'),
  })
  .describe('How inferences are recorded.')

export const configSchema = z
  .strictObject({
    $schema: z.string().optional().describe('For editors; ignored.'),
    providers: section(provider, 'Hosted APIs and OpenAI-compatible servers, by name.'),
    engines: section(engine, 'Inference processes on this machine, by name.'),
    services: section(service, 'What clients may name in `model`, by name.'),
    tenants: section(tenant, 'Tenants declared here; more can be made through the API.'),
    prices: z
      .array(price)
      .nullish()
      .transform(prices => prices ?? [])
      .describe('What tokens cost, by provider or engine, model and day.'),
    traces: traces
      .nullable()
      .transform(value => value ?? traces.parse({}))
      .prefault({})
      .describe('How inferences are recorded.'),
  })
  .describe('The configuration of Slipway.')

/** What stands in the sections, each checked by itself. */
export const partSchemas = { provider, engine, service, tenant, price, traces } as const

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
