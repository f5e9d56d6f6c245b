import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { engineConfig, startEngines } from '../__fixtures__/start-engines.ts'
import type { TestEngines } from '../__fixtures__/start-engines.ts'
import { writeTinyModel } from '../__fixtures__/tiny-model.ts'

setDefaultTimeout(120_000)

/** `tiny` and `ending` write words of a bigram model, the first without end, as has `long`; `random` depends on the whole prompt. */
let engines: TestEngines
const messages = [{ role: 'user', content: 'hi' }]
const chat = '/v1/chat/completions'

beforeAll(async () => {
  engines = await startEngines({ queueLimit: 2 })
  writeTinyModel(join(engines.folder, 'tiny.gguf'), { trainContext: 8192, isEndless: true })
  writeTinyModel(join(engines.folder, 'ending.gguf'))
  writeTinyModel(join(engines.folder, 'random.gguf'), { weights: 'random', template: null })
  await engines.supervisor.apply({
    tiny: engineConfig('tiny.gguf', { contextSize: 512 }),
    long: engineConfig('tiny.gguf', { contextSize: 8192, embeddings: false }),
    random: engineConfig('random.gguf', { embeddings: false, parallel: 2 }),
    ending: engineConfig('ending.gguf', { parallel: 1, embeddings: false }),
  })
  await Promise.all(['tiny', 'long', 'random', 'ending'].map(name => engines.until(name, 'ready')))
})

afterAll(() => engines[Symbol.asyncDispose]())

interface Choice {
  readonly text: string
  readonly finish_reason: string
  readonly message: { readonly content: string }
  readonly logprobs: {
    readonly content: { token: string; logprob: number; top_logprobs: { logprob: number }[] }[]
  }
}

interface Answer {
  readonly choices: Choice[]
  readonly usage: {
    prompt_tokens: number
    completion_tokens: number
    prompt_tokens_details: { cached_tokens: number }
  }
  readonly error: { message: string; code: string; param: string }
  readonly data: { embedding: number[] | string }[]
}

async function ask(path: string, body: object, name = 'tiny'): Promise<Answer & { status: number }> {
  const response = await engines.post(name, path, body)
  return { ...((await response.json()) as Answer), status: response.status }
}

async function stream(
  body: object,
): Promise<{ events: string[]; text: string; usage: Answer['usage'] | undefined }> {
  const response = await engines.post('tiny', chat, { ...body, stream: true })
  expect(response.headers.get('content-type')).toStartWith('text/event-stream')
  const events = (await response.text())
    .split('\n\n')
    .filter(event => event !== '')
    .map(event => event.slice('data: '.length))
  expect(events.at(-1)).toBe('[DONE]')
  const chunks = events
    .slice(0, -1)
    .map(
      event => JSON.parse(event) as { choices: { delta: { content?: string } }[]; usage?: Answer['usage'] },
    )
  const text = chunks.map(chunk => chunk.choices[0]?.delta.content ?? '').join('')
  return { events, text, usage: chunks.at(-1)!.usage }
}

describe('POST /v1/chat/completions', () => {
  it('streams the text that it gives whole, in one event for each piece, for the same seed', async () => {
    const body = { messages, seed: 7, max_tokens: 120 }
    const whole = await ask(chat, body)
    const { text, events, usage } = await stream({ ...body, stream_options: { include_usage: true } })
    expect(whole.choices[0]!.message.content).toBe(text)
    expect(events.length).toBeGreaterThan(text.length * 0.8)
    expect(usage).toMatchObject({
      prompt_tokens: whole.usage.prompt_tokens,
      completion_tokens: whole.usage.completion_tokens,
    })
    expect((await ask(chat, { ...body, seed: 8 })).choices[0]!.message.content).not.toBe(text)
  })

  it('never cuts a character in two', async () => {
    const { events } = await stream({ messages, seed: 5, max_tokens: 400, min_p: 0.02 })
    const pieces = events
      .slice(0, -1)
      .map(
        event =>
          (JSON.parse(event) as { choices: { delta: { content?: string } }[] }).choices[0]?.delta.content ??
          '',
      )
    expect(pieces.some(piece => /[ö€😀ü]/u.test(piece))).toBe(true)
    expect(pieces.filter(piece => piece.includes('\ufffd'))).toEqual([])
  })

  it('counts prompt tokens as the template makes them, and those it still held', async () => {
    const body = { messages: [{ role: 'user', content: 'a prompt of its own' }], max_tokens: 1 }
    const first = await ask(chat, body)
    // <|begin|> <|user|> "a prompt of its own" <|end|> <|assistant|>; no pair in it is merged
    expect(first.usage.prompt_tokens).toBe(4 + 19)
    expect(first.usage.completion_tokens).toBe(1)
    const second = await ask(chat, body)
    expect(second.usage.prompt_tokens_details.cached_tokens).toBe(22)
  })

  it('stops before a stop sequence, over token borders too, and lets none of it out', async () => {
    const body = { messages, seed: 3, max_tokens: 200, top_k: 5 }
    const text = (await ask(chat, body)).choices[0]!.message.content
    const stop = text.slice(40, 46)
    const stopped = await ask(chat, { ...body, stop: ['never there', stop] })
    expect(stopped.choices[0]!.message.content).toBe(text.slice(0, text.indexOf(stop)))
    expect(stopped.choices[0]!.finish_reason).toBe('stop')
    expect((await stream({ ...body, stop })).text).toBe(text.slice(0, text.indexOf(stop)))
  })

  it('ends where the model ends its answer', async () => {
    const answer = await ask(chat, { messages, seed: 1, min_p: 0.02 }, 'ending')
    expect(answer.choices[0]!.finish_reason).toBe('stop')
    expect(answer.choices[0]!.message.content).toEndWith('.')
    expect(answer.choices[0]!.message.content).not.toContain('<|end|>')
  })

  it('says length when the context is full', async () => {
    const answer = await ask(chat, { messages, seed: 2 })
    expect(answer.choices[0]!.finish_reason).toBe('length')
    expect(answer.usage.prompt_tokens + answer.usage.completion_tokens).toBe(512)
  })

  it('says how much was asked and how much fits where the prompt is too long', async () => {
    const answer = await ask(chat, { messages: [{ role: 'user', content: 'x'.repeat(600) }] })
    expect(answer.status).toBe(400)
    expect(answer.error).toMatchObject({ code: 'context_length_exceeded', param: 'messages' })
    expect(answer.error.message).toContain('holds 512 tokens')
    expect(answer.error.message).toContain('604 prompt tokens')
  })

  it('answers with JSON of the schema, always', async () => {
    const schema = {
      type: 'object',
      properties: {
        intent: { enum: ['refund', 'question'] },
        tags: { type: 'array', items: { type: 'string', maxLength: 6 }, maxItems: 3 },
        urgent: { type: 'boolean' },
        note: { anyOf: [{ type: 'null' }, { $ref: '#/$defs/note' }] },
        amount: { type: 'number' },
      },
      required: ['intent', 'urgent', 'note'],
      additionalProperties: false,
      $defs: {
        note: { type: 'object', properties: { day: { type: 'string', format: 'date' } }, required: ['day'] },
      },
    }
    const response_format = { type: 'json_schema', json_schema: { name: 'ticket', schema, strict: true } }
    const answers = await Promise.all(
      [1, 2, 3, 4].map(seed => ask(chat, { messages, seed, response_format, max_tokens: 400 })),
    )
    for (const { choices } of answers) {
      expect(choices[0]!.finish_reason).toBe('stop')
      const value = JSON.parse(choices[0]!.message.content) as {
        intent: string
        urgent: boolean
        tags?: unknown[]
      }
      expect(['refund', 'question']).toContain(value.intent)
      expect(typeof value.urgent).toBe('boolean')
      expect(value.tags?.length ?? 0).toBeLessThanOrEqual(3)
      expect(Object.keys(value).filter(key => !(key in schema.properties))).toEqual([])
    }
  })

  it('answers with a JSON object where any will do', async () => {
    const body = {
      messages,
      seed: 4,
      response_format: { type: 'json_object' },
      max_tokens: 300,
      logit_bias: { 92: 6, 1: 8 },
    }
    const { choices } = await ask(chat, body)
    expect(choices[0]!.finish_reason).toBe('stop')
    expect(typeof JSON.parse(choices[0]!.message.content)).toBe('object')
  })

  it('gives log-probabilities, the same at every temperature', async () => {
    const body = { messages, seed: 1, max_tokens: 1, logprobs: true, top_logprobs: 3 }
    const [cold, warm] = await Promise.all([
      ask(chat, { ...body, temperature: 0 }),
      ask(chat, { ...body, temperature: 1.5 }),
    ])
    const top = (answer: Answer): number[] =>
      answer.choices[0]!.logprobs.content[0]!.top_logprobs.map(entry => entry.logprob)
    expect(top(cold).length).toBe(3)
    for (const [index, value] of top(cold).entries()) expect(top(warm)[index]!).toBeCloseTo(value, 3)
    expect(cold.choices[0]!.logprobs.content[0]!.logprob).toBe(top(cold)[0]!)
  })

  it('writes several choices side by side and counts the prompt once', async () => {
    const answer = await ask(chat, { messages, seed: 9, n: 3, max_tokens: 30 })
    expect(new Set(answer.choices.map(choice => choice.message.content)).size).toBe(3)
    expect(answer.usage.prompt_tokens).toBe(
      (await ask(chat, { messages, max_tokens: 1 })).usage.prompt_tokens,
    )
  })

  it('forbids and favours tokens by logit_bias', async () => {
    const { choices } = await ask(chat, { messages, max_tokens: 5, logit_bias: { 65: 100 } })
    // token 65 of the byte vocabulary is the letter with that code
    expect(choices[0]!.message.content).toBe('AAAAA')
    const penalized = await ask(chat, {
      messages,
      max_tokens: 5,
      temperature: 0,
      logit_bias: { 65: 30 },
      presence_penalty: 2,
      frequency_penalty: 2,
    })
    expect(penalized.choices[0]!.message.content).toBe('AAAAA')
    expect((await ask(chat, { messages, logit_bias: { 261: -100 } })).error.param).toBe('logit_bias')
    expect((await ask(chat, { messages, logit_bias: { 999999: 1 } })).error.param).toBe('logit_bias')
  })

  it('says that a model without a chat template cannot chat', async () => {
    const { status, error } = await ask(chat, { messages }, 'random')
    expect(status).toBe(400)
    expect(error.message).toContain('/v1/completions')
  })

  it('frees the sequence when the client goes away', async () => {
    const gone = new AbortController()
    const responses = await Promise.all(
      Array.from({ length: 4 }, () => engines.post('long', chat, { messages, stream: true }, gone.signal)),
    )
    expect((await health()).activeSequences).toBe(4)
    gone.abort()
    const startedAt = performance.now()
    await untilIdle()
    expect(performance.now() - startedAt).toBeLessThan(20_000)
    await Promise.allSettled(responses.map(response => response.text()))
  })

  it('does not let long answers hold up a short one', async () => {
    const gone = new AbortController()
    const calls = Array.from({ length: 3 }, () =>
      engines.post('long', chat, { messages, stream: true }, gone.signal),
    )
    await Promise.all(calls)
    const startedAt = performance.now()
    for (let index = 0; index < 5; index++) {
      const short = { messages: [{ role: 'user', content: `another ${index}` }], max_tokens: 1 }
      expect((await ask(chat, short, 'long')).status).toBe(200)
    }
    expect((await health()).activeSequences).toBe(3)
    expect(performance.now() - startedAt).toBeLessThan(20_000)
    gone.abort()
    await Promise.allSettled(calls.map(async call => (await call).text()))
    await untilIdle()
  })

  it('lets a few wait and turns the rest away', async () => {
    const gone = new AbortController()
    const body = { messages, stream: true }
    const calls = Array.from({ length: 6 }, () => engines.post('long', chat, body, gone.signal))
    const startedAt = performance.now()
    while ((await health()).queueLength < 2 && performance.now() - startedAt < 30_000) await sleep(5)
    const refused = await engines.post('long', chat, body)
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toBe('1')
    expect(((await refused.json()) as Answer).error.code).toBe('engine_busy')
    gone.abort()
    await Promise.allSettled(calls.map(async call => (await call).text()))
    await untilIdle()
    expect((await ask(chat, { messages, max_tokens: 1 }, 'long')).status).toBe(200)
  })
})

describe('POST /v1/completions', () => {
  it('gives the same text whether the sequence held the prompt or not', async () => {
    const body = { prompt: 'The order is', temperature: 0, max_tokens: 40 }
    const first = await ask('/v1/completions', body, 'random')
    await ask('/v1/completions', { ...body, prompt: 'Another one' }, 'random')
    await ask('/v1/completions', { ...body, prompt: 'And a third' }, 'random')
    const again = await ask('/v1/completions', body, 'random')
    const cached = await ask('/v1/completions', body, 'random')
    expect(again.choices[0]!.text).toBe(first.choices[0]!.text)
    expect(cached.choices[0]!.text).toBe(first.choices[0]!.text)
    expect(cached.usage.prompt_tokens_details.cached_tokens).toBeGreaterThan(0)
    const other = await ask('/v1/completions', { ...body, prompt: 'Another one' }, 'random')
    expect(other.choices[0]!.text).not.toBe(first.choices[0]!.text)
  })

  it('takes several prompts and echoes them', async () => {
    const { choices } = await ask('/v1/completions', { prompt: ['The', 'Grü'], echo: true, max_tokens: 3 })
    expect(choices.map(choice => choice.text.slice(0, 3))).toEqual(['The', 'Grü'])
  })

  it('refuses token ids outside the vocabulary', async () => {
    const { status, error } = await ask('/v1/completions', { prompt: [1, 999_999] })
    expect(status).toBe(400)
    expect(error.message).toContain('999999')
  })
})

describe('POST /v1/embeddings', () => {
  it('gives vectors of unit length, in numbers or in base64', async () => {
    const numbers = await ask('/v1/embeddings', { input: ['The order', 'Grüezi'] })
    const packed = await ask('/v1/embeddings', { input: ['The order', 'Grüezi'], encoding_format: 'base64' })
    for (const [index, { embedding }] of numbers.data.entries()) {
      const vector = embedding as number[]
      expect(Math.hypot(...vector)).toBeCloseTo(1, 5)
      const bytes = Buffer.from(packed.data[index]!.embedding as string, 'base64')
      expect(Array.from(new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4))).toEqual(vector)
    }
    expect(numbers.usage.prompt_tokens).toBeGreaterThan(10)
  })

  it('gives a text and its token ids the same vector', async () => {
    const [text, ids] = await Promise.all([
      ask('/v1/embeddings', { input: 'Az' }),
      ask('/v1/embeddings', { input: [65, 122] }),
    ])
    expect(Array.isArray(ids.data[0]!.embedding)).toBe(true)
    expect(text.usage.prompt_tokens).toBe(ids.usage.prompt_tokens)
  })

  it('says that they are switched off', async () => {
    const { status, error } = await ask('/v1/embeddings', { input: 'a' }, 'random')
    expect(status).toBe(400)
    expect(error.message).toContain('embeddings: true')
  })
})

describe('the bearer token', () => {
  it('is asked for on every path', async () => {
    const { url } = engines.supervisor.endpoint('tiny')
    for (const path of ['/health', '/v1/models', '/nothing']) {
      expect((await fetch(url + path)).status).toBe(401)
      expect((await fetch(url + path, { headers: { authorization: 'Bearer wrong' } })).status).toBe(401)
    }
  })
})

async function health(): Promise<{ activeSequences: number; queueLength: number }> {
  return (await engines.get('long', '/health')).json() as Promise<{
    activeSequences: number
    queueLength: number
  }>
}

async function untilIdle(): Promise<void> {
  for (let tries = 0; tries < 6_000; tries++) {
    const { activeSequences, queueLength } = await health()
    if (activeSequences + queueLength === 0) return
    await sleep(5)
  }
  throw new Error('the engine is still at work')
}

describe('kvCache', () => {
  it('keeps keys and values in 8 bits, and says what to do about a model that cannot', async () => {
    const trained = join(import.meta.dirname, '../../../../models/support/support.gguf')
    await using own = await startEngines({ queueLimit: 2 })
    // heads of 8 numbers: no whole block of 32
    await symlink(trained, join(own.folder, 'trained.gguf'))
    writeTinyModel(join(own.folder, 'narrow.gguf'), { weights: 'random', width: 32 })
    await own.supervisor.apply({
      eight: engineConfig('trained.gguf', { kvCache: 'q8_0', embeddings: false }),
      narrow: engineConfig('narrow.gguf', { kvCache: 'q8_0', embeddings: false }),
    })
    await own.until('eight', 'ready')
    const question = [{ role: 'user', content: 'My laptop arrived broken.' }]
    const response = await own.post('eight', chat, { messages: question, temperature: 0 })
    const answer = (await response.json()) as Answer
    expect(JSON.parse(answer.choices[0]!.message.content)).toMatchObject({
      intent: 'damaged_item',
      product: 'laptop',
    })
    await own.until('narrow', 'failed')
    const narrow = own.supervisor.states().find(({ name }) => name === 'narrow')
    expect(narrow?.stateReason).toContain('set kvCache to f16')
  })
})
