import type { z } from 'zod'
import { answerTo, countTokens, tokensOf, type Answer } from './answer.ts'
import { batchEmbedSchema, generateSchema, predictSchema, type GenerateRequest } from './gemini-schema.ts'
import { firstProblem, type Dialect } from './respond.ts'
import { Refusal, type Fixed, type Understood } from './understood.ts'

export const thoughtSignature = 'EpAICo0IAbFakeSignatureOfTheThoughts=='

/** What the address says: `…/models/gemini-x:streamGenerateContent`; `undefined` where it is no address of Gemini's. */
export function readGeminiPath(
  path: string,
): { model: string; method: string; isVertex: boolean } | undefined {
  const match = /\/(publishers\/google\/)?models\/([^/:]+):(\w+)$/.exec(path)
  if (!match?.[2] || !match[3]) return undefined
  return { model: decodeURIComponent(match[2]), method: match[3], isVertex: match[1] !== undefined }
}

/** Reads a request as Gemini would, and prepares the answer. Throws `Refusal` for what Gemini refuses. */
export function understandGemini(
  path: string,
  query: string,
  body: unknown,
  fixed: Fixed,
): Understood | undefined {
  const address = readGeminiPath(path)
  if (!address) return undefined
  const { model, method } = address
  if (method === 'batchEmbedContents' || method === 'predict')
    return { dialect: embed(method, body), isStream: false }
  const isStream = method === 'streamGenerateContent'
  if (method !== 'generateContent' && !(isStream && query === 'alt=sse')) return undefined
  const request = read(generateSchema, body)
  checkCalls(request, model, address.isVertex)
  const last = request.contents.at(-1)?.parts ?? []
  const config = request.generationConfig
  const choice = request.toolConfig?.functionCallingConfig
  const declared = (request.tools ?? []).flatMap(tool => tool.functionDeclarations)
  const allowed = choice?.allowedFunctionNames
  const answer = answerTo(
    {
      text: last.map(part => part.text ?? String(part.functionResponse?.response['output'])).join(' '),
      isToolResult: last.some(part => part.functionResponse !== undefined),
      tools:
        choice?.mode === 'NONE'
          ? []
          : declared
              .filter(one => !allowed || allowed.includes(one.name))
              .map(one => ({ name: one.name, schema: one.parametersJsonSchema ?? { type: 'object' } })),
      isToolForced: choice?.mode === 'ANY',
      isParallel: true,
      outputSchema: config?.responseJsonSchema,
      stop: config?.stopSequences ?? [],
      maxTokens: config?.maxOutputTokens ?? Number.MAX_SAFE_INTEGER,
      isReasoning: config?.thinkingConfig?.includeThoughts === true,
    },
    fixed.text,
  )
  return { dialect: generateDialect(request, model, answer, fixed), isStream }
}

/** Every answer must follow its calls, in their number and order; Gemini 3 wants the first call of a turn signed. */
function checkCalls({ contents }: GenerateRequest, model: string, isVertex: boolean): void {
  let open: string[] = []
  for (const [index, { role, parts }] of contents.entries()) {
    const answers = parts.flatMap(part => (part.functionResponse ? [part.functionResponse.name] : []))
    if (answers.length > 0 || open.length > 0) {
      if (role !== 'user' || answers.join() !== open.join()) {
        throw new Refusal(
          `contents[${index}]`,
          'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.',
        )
      }
    }
    const calls = parts.filter(part => part.functionCall !== undefined)
    if (/gemini-3/.test(model) && calls[0] && !calls[0].thoughtSignature) {
      throw new Refusal(
        `contents[${index}]`,
        'Function call is missing a thought_signature in functionCall parts.',
      )
    }
    if (isVertex && calls.some(part => part.functionCall?.id !== undefined)) {
      throw new Refusal(
        `contents[${index}]`,
        'Invalid JSON payload received. Unknown name "id" at function_call.',
      )
    }
    open = calls.map(part => part.functionCall?.name ?? '')
  }
}

function generateDialect(request: GenerateRequest, model: string, answer: Answer, fixed: Fixed): Dialect {
  const parts: Record<string, unknown>[] = []
  for (const text of tokensOf(answer.reasoning)) parts.push({ text, thought: true })
  for (const text of tokensOf(answer.text)) parts.push({ text })
  for (const [index, { name, input: args }] of answer.calls.entries()) {
    parts.push({ functionCall: { name, args }, ...(index === 0 ? { thoughtSignature } : {}) })
  }
  if (answer.calls.length === 0) parts.push({ text: '', thoughtSignature })
  const prompt = countTokens(request.contents) + countTokens(request.systemInstruction ?? '')
  const thoughts = countTokens(answer.reasoning)
  const written = countTokens(answer.calls.length > 0 ? answer.calls : answer.text)
  const usageMetadata = {
    promptTokenCount: prompt,
    ...(fixed.cachedTokens > 0 ? { cachedContentTokenCount: Math.min(fixed.cachedTokens, prompt) } : {}),
    candidatesTokenCount: written,
    ...(thoughts > 0 ? { thoughtsTokenCount: thoughts } : {}),
    totalTokenCount: prompt + written + thoughts,
    promptTokensDetails: [{ modality: 'TEXT', tokenCount: prompt }],
    serviceTier: 'standard',
  }
  const rest = { usageMetadata, modelVersion: model, responseId: 'fakeResponse1' }
  const finishReason = answer.finish === 'length' ? 'MAX_TOKENS' : 'STOP'
  const answerOf = (some: readonly unknown[], isLast: boolean): unknown => ({
    candidates: [{ content: { parts: some, role: 'model' }, ...(isLast ? { finishReason } : {}), index: 0 }],
    ...rest,
  })
  return {
    events: parts.map((part, index) => event(answerOf([part], index === parts.length - 1))),
    reply: answerOf(parts, true),
    error: geminiError,
    errorEvent: event(geminiError(503, undefined, 'The model is overloaded. Please try again later.')),
  }
}

function embed(method: string, body: unknown): Dialect {
  const vector = (text: string): number[] => Array.from({ length: 8 }, (_, at) => (text.length + at) / 64)
  const reply =
    method === 'predict'
      ? {
          predictions: read(predictSchema, body).instances.map(({ content }) => ({
            embeddings: {
              statistics: { token_count: countTokens(content), truncated: false },
              values: vector(content),
            },
          })),
        }
      : {
          embeddings: read(batchEmbedSchema, body).requests.map(({ content }) => ({
            values: vector(content.parts[0]?.text ?? ''),
          })),
        }
  return { events: [], reply, error: geminiError, errorEvent: '' }
}

function read<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body)
  if (result.success) return result.data
  const { path, message } = firstProblem(result.error)
  throw new Refusal(path, `Invalid value at '${path}': ${message}`)
}

const statusNames: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
}

export function geminiError(status: number, _code: string | undefined, message: string): unknown {
  const details =
    status === 429
      ? [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34.4s' }]
      : undefined
  return {
    error: { code: status, message, status: statusNames[status] ?? 'UNKNOWN', ...(details && { details }) },
  }
}

function event(data: unknown): string {
  return `data: ${JSON.stringify(data)}\r\n\r\n`
}
