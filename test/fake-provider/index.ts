import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { countAnthropic } from './anthropic.ts'
import { apiOf } from './apis.ts'
import { bedrockErrors, understandBedrock } from './bedrock.ts'
import { behaviourOfModel, type Behaviour } from './behaviour.ts'
import { createFakeFineTuning, type FakeFineTuning } from './fine-tuning.ts'
import { respond, sendJson, type Pace } from './respond.ts'
import { Refusal, type Fixed } from './understood.ts'
import { verifySignature, type AwsAccount } from './verify-signature.ts'

export type { Behaviour } from './behaviour.ts'

interface FakeProviderOptions {
  /** Calls with another key are refused with 401; without it any key, or none, will do. */
  readonly apiKey?: string
  /** Whose signature Bedrock wants; left out, it wants a bearer token. */
  readonly aws?: AwsAccount
  readonly firstTokenDelayMs?: number
  readonly chunkDelayMs?: number
  /** What the models say, in place of `You said: …`. */
  readonly text?: string
  /** What the models say to one request, whatever it asks for; `undefined` leaves it to the rest. */
  readonly reply?: (body: unknown) => string | undefined
  /** How many tokens of each prompt count as read from a cache. */
  readonly cachedTokens?: number
}

interface ReceivedRequest {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  readonly body: unknown
  /** What was wrong with it, where it was refused. */
  refused: string | undefined
  /** `aborted` where the caller left before the answer was over. */
  state: 'open' | 'answered' | 'aborted'
}

export interface FakeProvider {
  /** `http://127.0.0.1:…`; OpenAI's API is under `/v1` (and Azure's under `/openai`), Anthropic's is `/v1/messages`, Bedrock's `/model`. */
  readonly url: string
  readonly requests: ReceivedRequest[]
  readonly last: ReceivedRequest
  /** Files and fine-tuning jobs under `/v1`. */
  readonly fineTuning: FakeFineTuning
  /** For the calls to come; a model named `fake-…` overrides it. */
  behave(behaviour: Behaviour): void
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * A real HTTP server on a free loopback port that plays the APIs of OpenAI (chat, completions, embeddings, moderation,
 * rerankings, images, sound, files and fine-tuning), Anthropic (messages) and Bedrock (Converse, embeddings), streaming and not. It refuses
 * what they would refuse, keeps what it was sent, and breaks in every way that `Behaviour` lists.
 */
export async function startFakeProvider(options: FakeProviderOptions = {}): Promise<FakeProvider> {
  const requests: ReceivedRequest[] = []
  const pace: Pace = {
    firstTokenDelayMs: options.firstTokenDelayMs ?? 0,
    chunkDelayMs: options.chunkDelayMs ?? 0,
  }
  const fixed: Fixed = { text: options.text, cachedTokens: options.cachedTokens ?? 0 }
  const fineTuning = createFakeFineTuning()
  let behaviour: Behaviour = 'answer'

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch((error: unknown) => response.destroy(error as Error))
  })

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const received = await receive(incoming)
    requests.push(received)
    response.once('close', () => {
      received.state = response.writableFinished ? 'answered' : 'aborted'
    })
    if (received.path.startsWith('/model/')) return handleBedrock(received, response)
    const api = apiOf(received)
    const isAnthropic = /\/messages(?:\/count_tokens)?$/.test(received.path)
    try {
      if (!hasKey(received, options.apiKey))
        return refuse(401, 'Incorrect API key provided: sk-wrong-0123456789.')
      if (isAnthropic && received.headers['anthropic-version'] === undefined) {
        return refuse(400, 'anthropic-version: header is required')
      }
      if (received.path.endsWith('/count_tokens')) {
        return sendJson(response, 200, countAnthropic(received.body))
      }
      const isFineTuning = /\/v1\/(?:files|fine_tuning)(?:\/|$)/.test(received.path)
      if (isFineTuning && typeof behaviour === 'object')
        return refuse(behaviour.status, 'The server is overloaded.')
      if (isFineTuning && (await fineTuning.answer(received, response))) return undefined
      const said = options.reply?.(received.body)
      const understood = api.understand(said === undefined ? fixed : { ...fixed, text: said, isSaid: true })
      if (!understood) return refuse(404, `Invalid URL (POST ${received.path})`)
      const chosen = behaviourOfModel(api.model) ?? behaviour
      await respond(response, chosen, understood.dialect, understood.isStream, pace)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      refuse(400, error.message, error.parameter)
    }

    function refuse(status: number, message: string, parameter: string | null = null): void {
      received.refused = message
      sendJson(response, status, api.error(status, undefined, message, parameter))
    }
  }

  async function handleBedrock(received: ReceivedRequest, response: ServerResponse): Promise<void> {
    const fault = options.aws
      ? verifySignature(received, options.aws, 'bedrock')
      : hasKey(received, options.apiKey)
        ? undefined
        : (['AccessDeniedException', 'Authentication failed: please use a valid API key.'] as const)
    if (fault) return refuse(403, ...fault)
    try {
      const understood = understandBedrock(received.path, received.body, fixed)
      if (!understood) return refuse(404, 'UnknownOperationException', 'There is no such operation.')
      const model = decodeURIComponent(received.path.split('/')[2] ?? '')
      const chosen = behaviourOfModel(model) ?? behaviour
      await respond(response, chosen, understood.dialect, understood.isStream, pace)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      refuse(400, 'ValidationException', error.message)
    }

    function refuse(status: number, type: string, message: string): void {
      received.refused = message
      const { error, errorHeaders } = bedrockErrors
      sendJson(response, status, error(status, type, message), errorHeaders?.(status, type))
    }
  }

  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const stop = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  }
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    fineTuning,
    get last() {
      const last = requests.at(-1)
      if (!last) throw new Error('The fake provider has not been called.')
      return last
    },
    behave(next) {
      behaviour = next
    },
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

async function receive(incoming: IncomingMessage): Promise<ReceivedRequest> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  const bytes = Buffer.concat(chunks)
  const text = bytes.toString('utf8')
  const type = incoming.headers['content-type'] ?? ''
  const [path = '', query = ''] = (incoming.url ?? '').split('?')
  return {
    method: incoming.method ?? 'GET',
    path,
    query,
    headers: incoming.headers,
    text,
    body: type.startsWith('multipart/form-data') ? await parseForm(bytes, type) : parse(text),
    refused: undefined,
    state: 'open',
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The fields of a form, files as `File`s; a list where a name comes more than once. */
async function parseForm(bytes: Buffer, type: string): Promise<unknown> {
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData()
  const names = [...new Set(form.keys())]
  return Object.fromEntries(
    names.map(name => [name, form.getAll(name).length > 1 ? form.getAll(name) : form.get(name)]),
  )
}

function hasKey({ headers }: ReceivedRequest, apiKey: string | undefined): boolean {
  if (apiKey === undefined) return true
  return [headers['authorization'], headers['x-api-key'], headers['api-key'], headers['x-goog-api-key']].some(
    given => given === apiKey || given === `Bearer ${apiKey}`,
  )
}
