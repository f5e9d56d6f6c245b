import { randomUUID, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { chatShape, completionShape } from './answers.ts'
import { withBegin } from './chat-prompt.ts'
import type { ChatTemplate, Tokenizer } from './chat-prompt.ts'
import type { Embedder } from './embedder.ts'
import type { Generator } from './generate.ts'
import { errorBody, invalid, RequestError, unsupported } from './request-error.ts'
import { parseChatRequest, parseCompletionRequest, parseEmbeddingRequest } from './request.ts'
import type { ChildHealth } from './settings.ts'
import { sendJson, writeAnswer } from './write-answer.ts'

export interface ServerParts {
  readonly token: string
  readonly name: string
  readonly vocabularySize: number
  readonly tokenizer: Tokenizer
  readonly template: ChatTemplate
  readonly generator: Generator
  /** `undefined` where embeddings are switched off. */
  readonly embedder: Embedder | undefined
  readonly detokenize: (tokens: readonly number[]) => string
  readonly health: () => ChildHealth
}

const largestBody = 64 * 1024 * 1024

/** The OpenAI-shaped API of one engine. Every call needs the parent's bearer token. */
export function createEngineServer(parts: ServerParts): Server {
  const server = createServer((request, response) => {
    request.socket.setNoDelay(true)
    const gone = new AbortController()
    response.on('close', () => {
      if (!response.writableFinished)
        gone.abort(new RequestError(499, 'client_closed', 'The client is gone.'))
    })
    handle(parts, request, response, gone.signal).catch((error: unknown) => {
      if (response.headersSent || gone.signal.aborted) return response.destroy()
      const { status, body } = errorBody(error)
      if (status === 429) response.setHeader('retry-after', '1')
      sendJson(response, status, body)
    })
  })
  server.requestTimeout = 0
  server.headersTimeout = 0
  server.keepAliveTimeout = 60_000
  return server
}

async function handle(
  parts: ServerParts,
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  if (!isTokenRight(request, parts.token)) {
    throw new RequestError(401, 'invalid_api_key', 'This engine answers only the process that started it.')
  }
  const path = (request.url ?? '').split('?')[0]
  switch (`${request.method} ${path}`) {
    case 'GET /health':
      return sendJson(response, 200, parts.health())
    case 'GET /v1/models':
      return sendJson(response, 200, {
        object: 'list',
        data: [{ id: parts.name, object: 'model', created: 0, owned_by: 'slipway' }],
      })
    case 'POST /v1/chat/completions':
      return answerChat(parts, await readBody(request), response, signal)
    case 'POST /v1/completions':
      return answerCompletion(parts, await readBody(request), response, signal)
    case 'POST /tokenize':
      return countTokens(parts, await readBody(request), response)
    case 'POST /v1/embeddings':
      return answerEmbeddings(parts, await readBody(request), response, signal)
    default:
      throw new RequestError(404, 'not_found', `There is no ${request.method} ${path} here.`)
  }
}

async function answerChat(
  parts: ServerParts,
  body: unknown,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const request = parseChatRequest(body)
  const { sampling, choices, isStream, isUsageWanted } = request
  knownTokens([...sampling.logitBias.keys()], parts.vocabularySize, 'logit_bias')
  const head = { id: `chatcmpl-${randomUUID()}`, created: Math.floor(Date.now() / 1000), model: parts.name }
  await writeAnswer(
    parts.generator,
    {
      prompts: [parts.template(request.messages, request.templateVariables)],
      choices,
      sampling,
      shape: chatShape(head, sampling.topLogProbabilities !== undefined, isUsageWanted),
      isStream,
      isUsageWanted,
      parameter: 'messages',
    },
    response,
    signal,
  )
}

/** As vLLM does: how many tokens a chat has before its answer begins. */
function countTokens(parts: ServerParts, body: unknown, response: ServerResponse): void {
  const { messages, templateVariables } = parseChatRequest(body)
  sendJson(response, 200, { count: parts.template(messages, templateVariables).length })
}

async function answerCompletion(
  parts: ServerParts,
  body: unknown,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const request = parseCompletionRequest(body)
  const { sampling, choices, isStream, isUsageWanted, isEchoed } = request
  knownTokens([...sampling.logitBias.keys()], parts.vocabularySize, 'logit_bias')
  const prompts = request.prompts.map(prompt =>
    typeof prompt === 'string'
      ? withBegin(parts.tokenizer, parts.tokenizer.tokenize(prompt, true))
      : knownTokens(prompt, parts.vocabularySize, 'prompt'),
  )
  const echoes = isEchoed
    ? request.prompts.flatMap(prompt =>
        Array.from({ length: choices }, () =>
          typeof prompt === 'string' ? prompt : parts.detokenize(prompt),
        ),
      )
    : []
  const head = { id: `cmpl-${randomUUID()}`, created: Math.floor(Date.now() / 1000), model: parts.name }
  await writeAnswer(
    parts.generator,
    {
      prompts,
      choices,
      sampling,
      shape: completionShape(head, sampling.topLogProbabilities !== undefined, isUsageWanted, echoes),
      isStream,
      isUsageWanted,
      parameter: 'prompt',
    },
    response,
    signal,
  )
}

async function answerEmbeddings(
  parts: ServerParts,
  body: unknown,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const { embedder } = parts
  if (embedder === undefined) {
    throw unsupported(
      'input',
      'Embeddings are switched off for this engine. Set embeddings: true in its configuration.',
    )
  }
  const request = parseEmbeddingRequest(body)
  const data: object[] = []
  let tokens = 0
  for (const [index, input] of request.inputs.entries()) {
    const known = typeof input === 'string' ? input : knownTokens(input, parts.vocabularySize, 'input')
    const { vector, tokens: count } = await embedder.embed(known, 'input', signal)
    tokens += count
    const embedding = request.isBase64 ? Buffer.from(vector.buffer).toString('base64') : [...vector]
    data.push({ object: 'embedding', index, embedding })
  }
  sendJson(response, 200, {
    object: 'list',
    data,
    model: parts.name,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  })
}

/** A token id outside the vocabulary would make the native code abort the process. */
function knownTokens(
  tokens: readonly number[],
  vocabularySize: number,
  parameter: string,
): readonly number[] {
  const wrong = tokens.find(token => token >= vocabularySize)
  if (wrong === undefined) return tokens
  throw invalid(
    parameter,
    `The token ${wrong} is not in the vocabulary, which ends at ${vocabularySize - 1}.`,
  )
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > largestBody) throw new RequestError(413, 'body_too_large', 'The body has more than 64 MiB.')
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    throw new RequestError(400, 'invalid_json', 'The body is not valid JSON.')
  }
}

function isTokenRight(request: IncomingMessage, token: string): boolean {
  const given = Buffer.from(request.headers.authorization ?? '')
  const wanted = Buffer.from(`Bearer ${token}`)
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}
