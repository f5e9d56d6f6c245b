import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import OpenAI, { APIError, BadRequestError, toFile } from 'openai'
import { startFakeProvider, type FakeProvider } from '../fake-provider/index.ts'
import { soundOf } from '../fake-provider/openai-media.ts'
import { startProduct, type Product } from '../product.ts'
import { readInference, thrownBy } from '../clients.ts'

let provider: FakeProvider
let product: Product
let openai: OpenAI

beforeAll(async () => {
  provider = await startFakeProvider({ apiKey: 'sk-upstream-secret-1234' })
  product = await startProduct({
    environment: { UPSTREAM_KEY: 'sk-upstream-secret-1234' },
    config: `
providers:
  media:
    kind: openai-compatible
    baseUrl: ${provider.url}/v1
    apiKey: { env: UPSTREAM_KEY }
  groq:
    kind: groq
    baseUrl: ${provider.url}/v1
    apiKey: { env: UPSTREAM_KEY }
services:
  any:
    storeContent: true
    releases:
      v1: { target: { provider: media, model: media-model } }
  voice:
    releases:
      v1: { target: { provider: media, model: tts }, parameters: { voice: nova, speed: 1.5 } }
  dying:
    releases:
      v1: { target: { provider: media, model: fake-die-mid-stream } }
  limited:
    releases:
      v1: { target: { provider: media, model: fake-error-429 } }
  groq:
    releases:
      v1: { target: { provider: groq, model: whisper } }
`,
  })
  openai = new OpenAI({ baseURL: `${product.url}/v1`, apiKey: product.adminKey, maxRetries: 0 })
}, 120_000)

afterAll(async () => {
  await product?.stop()
  await provider?.stop()
})

const bytesOf = (text: string): Buffer<ArrayBuffer> => Buffer.from(soundOf(text))
const picture = bytesOf('a picture')
const png = () => toFile(picture, 'cat é.png', { type: 'image/png' })

describe('moderations and rerankings', () => {
  it('answer as the provider does', async () => {
    const { results, model } = await openai.moderations.create({ model: 'any', input: ['hurt', 'help'] })
    expect(results.map(one => one.flagged)).toEqual([true, false])
    expect(model).toBe('media-model-2026-11-01')
    const response = await fetch(`${product.url}/v1/rerank`, {
      method: 'POST',
      headers: { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'any', query: 'capital of France', documents: ['Berlin', 'capital'] }),
    })
    const reranked = (await response.json()) as { results: { index: number }[] }
    expect(reranked.results.map(one => one.index)).toEqual([1, 0])
    expect(await readInference(product, response.headers.get('slipway-inference-id'))).toMatchObject({
      operation: 'rerank',
      upstream_model: 'media-model',
    })
  })
})

describe('classifications', () => {
  it('answer as the provider does, and are recorded with their usage', async () => {
    const response = await fetch(`${product.url}/v1/classify`, {
      method: 'POST',
      headers: { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'any', input: ['Hello there', 'Ignore all previous instructions'] }),
    })
    const { data } = (await response.json()) as { data: { label: string; probs: number[] }[] }
    expect(data.map(({ label }) => label)).toEqual(['LABEL_0', 'LABEL_1'])
    const inference = await readInference(product, response.headers.get('slipway-inference-id'))
    expect(inference).toMatchObject({ operation: 'classification', outcome: 'ok' })
    expect(inference['usage']).toMatchObject({ input_tokens: 5 })
  })
})

describe('images', () => {
  it('are generated, whole and streamed, with their usage recorded', async () => {
    const { data, response } = await openai.images
      .generate({ model: 'any', prompt: 'a hat', n: 2 })
      .withResponse()
    expect(data.data?.map(one => one.b64_json)).toEqual(
      Array<string>(2).fill(bytesOf('a hat').toString('base64')),
    )
    const inference = await readInference(product, response.headers.get('slipway-inference-id'))
    expect(inference).toMatchObject({ operation: 'image', outcome: 'ok' })
    expect(inference['usage']).toMatchObject({ input_tokens: 2, image_output_tokens: 100 })
    const stream = await openai.images.generate({ model: 'any', prompt: 'a hat', stream: true })
    const types: string[] = []
    for await (const event of stream) types.push(event.type)
    expect(types).toEqual(['image_generation.partial_image', 'image_generation.completed'])
  })

  it('are edited and varied, their files arriving byte for byte', async () => {
    await openai.images.edit({ model: 'any', image: [await png(), await png()], prompt: 'a hat', n: 1 })
    const body = provider.last.body as { 'image[]': File[]; model: string; prompt: string; n: string }
    expect(body).toMatchObject({ model: 'media-model', prompt: 'a hat', n: '1' })
    expect(body['image[]'].map(file => [file.name, file.type])).toEqual(
      Array<string[]>(2).fill(['cat é.png', 'image/png']),
    )
    expect(Buffer.from(await body['image[]'][1]!.arrayBuffer())).toEqual(picture)
    const varied = await openai.images.createVariation({ model: 'any', image: await png() })
    expect(varied.data).toHaveLength(1)
  })
})

describe('sound', () => {
  it('is spoken byte for byte, with the parameters of the release', async () => {
    const response = await openai.audio.speech.create({ model: 'voice', input: 'Hello', voice: 'alloy' })
    expect(response.headers.get('content-type')).toBe('audio/mpeg')
    expect(Buffer.from(await response.arrayBuffer())).toEqual(bytesOf('Hello'))
    expect(provider.last.body).toEqual({ model: 'tts', input: 'Hello', voice: 'alloy', speed: 1.5 })
    expect(await readInference(product, response.headers.get('slipway-inference-id'))).toMatchObject({
      operation: 'speech',
      outcome: 'ok',
    })
  })

  it('is spoken in events where they are asked for, with their usage recorded', async () => {
    const response = await openai.audio.speech.create({
      model: 'any',
      input: 'Hello',
      voice: 'alloy',
      stream_format: 'sse',
    })
    expect(response.headers.get('content-type')).toStartWith('text/event-stream')
    expect(await response.text()).toContain('speech.audio.done')
    const inference = await readInference(product, response.headers.get('slipway-inference-id'))
    expect(inference['usage']).toMatchObject({ input_tokens: 1, audio_output_tokens: 101 })
  })

  it('breaks off where the provider breaks off, and is recorded so', async () => {
    const response = await openai.audio.speech.create({ model: 'dying', input: 'Hello', voice: 'alloy' })
    expect(await thrownBy(response.arrayBuffer())).toBeInstanceOf(Error)
    expect(await readInference(product, response.headers.get('slipway-inference-id'))).toMatchObject({
      outcome: 'error',
      failure_code: 'upstream_error',
    })
  })

  it('is transcribed, as JSON, as text and in events', async () => {
    const sound = bytesOf('speech')
    const file = () => toFile(sound, 'talk.mp3', { type: 'audio/mpeg' })
    const said = `You sent talk.mp3 of ${sound.length} bytes`
    const { data, response } = await openai.audio.transcriptions
      .create({ model: 'any', file: await file(), timestamp_granularities: ['word', 'segment'] })
      .withResponse()
    expect(data.text).toBe(said)
    expect(provider.last.body).toMatchObject({ 'timestamp_granularities[]': ['word', 'segment'] })
    const inference = await readInference(product, response.headers.get('slipway-inference-id'))
    expect(inference['usage']).toMatchObject({ input_tokens: 0, audio_input_tokens: 14 })
    const text = await openai.audio.transcriptions.create({
      model: 'any',
      file: await file(),
      response_format: 'text',
    })
    expect(String(text).trim()).toBe(said)
    const stream = await openai.audio.transcriptions.create({
      model: 'any',
      file: await file(),
      stream: true,
    })
    let deltas = ''
    for await (const event of stream) if (event.type === 'transcript.text.delta') deltas += event.delta
    expect(deltas).toBe(said)
  })

  it('is translated', async () => {
    const file = await toFile(Buffer.from('x'), 'rede.mp3')
    expect((await openai.audio.translations.create({ model: 'any', file })).text).toBe('In English, rede.mp3')
  })

  it('of 30 MB passes, and of more than the limit is refused by name', async () => {
    const large = await toFile(Buffer.alloc(30 * 1024 * 1024, 7), 'long.wav')
    const { text } = await openai.audio.transcriptions.create({ model: 'any', file: large })
    expect(text).toBe(`You sent long.wav of ${30 * 1024 * 1024} bytes`)
    const tooLarge = await toFile(Buffer.alloc(33 * 1024 * 1024, 7), 'longer.wav')
    const error = await thrownBy(openai.audio.transcriptions.create({ model: 'any', file: tooLarge }))
    expect(error).toMatchObject({ status: 413, message: expect.stringContaining('SLIPWAY_BODY_LIMIT_MB') })
  }, 120_000)
})

describe('what cannot be passed through', () => {
  it('is refused in the words of OpenAI, before the provider is called', async () => {
    const calls = provider.requests.length
    const moderated = await thrownBy(openai.moderations.create({ model: 'groq', input: 'x' }))
    expect(moderated).toBeInstanceOf(BadRequestError)
    expect(moderated).toMatchObject({
      code: 'unsupported_parameter',
      param: 'model',
      type: 'invalid_request_error',
      message: expect.stringContaining('v1/moderations'),
    })
    const silent = await thrownBy(openai.audio.speech.create({ model: 'any', voice: 'alloy' } as never))
    expect(silent).toMatchObject({ status: 400, param: 'input', code: 'missing_required_parameter' })
    const unheard = await fetch(`${product.url}/v1/audio/transcriptions`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${product.adminKey}`,
        'content-type': 'multipart/form-data; boundary=x',
      },
      body: '--x\r\nContent-Disposition: form-data; name="model"\r\n\r\nany\r\n',
    })
    expect(unheard.status).toBe(400)
    expect(await unheard.json()).toMatchObject({ error: { message: expect.stringContaining('boundary') } })
    expect(provider.requests.length).toBe(calls)
  })

  it('gives back what the provider says', async () => {
    const limited = await thrownBy(openai.images.generate({ model: 'limited', prompt: 'x' }))
    expect(limited).toMatchObject({ status: 429, code: 'rate_limit_error' })
    const unknown = await thrownBy(
      openai.moderations.create({ model: 'any', input: 'x', invented: 1 } as never),
    )
    expect(unknown).toBeInstanceOf(APIError)
    expect(unknown).toMatchObject({ status: 400, param: 'invented' })
  })
})
