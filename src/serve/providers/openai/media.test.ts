import { describe, expect, it } from 'bun:test'
import { usageOf } from '../../../foundation/config/index.ts'
import { Failure } from '../../../foundation/platform/index.ts'
import { chatCall, chunkings, readFixture, translate } from '../__fixtures__/read.ts'
import type { Operation, StreamTranslator, UpstreamCall } from '../upstream.ts'
import { UpstreamFailures } from '../upstream-failures.ts'
import { createOpenAiDialect } from './dialect.ts'
import { createUrlOf, differences } from './differences.ts'

const label = 'provider "openai"'
const failures = new UpstreamFailures({ label, isEngine: false, secrets: [] })
const urlOf = createUrlOf({ kind: 'openai', baseUrl: 'https://api.openai.com/v1', apiVersion: undefined })
const dialect = createOpenAiDialect(differences['openai-compatible'], urlOf, { label, failures })
const never = new AbortController().signal
const encoder = new TextEncoder()

const callOf = (operation: Operation, body: object = {}, more: Partial<UpstreamCall> = {}): UpstreamCall =>
  chatCall({}, { operation, body: { model: 's', ...body }, ...more })

const typed = (contentType: string): Headers => new Headers({ 'content-type': contentType })

function reply(operation: Operation, answer: unknown, body: object = {}, contentType = 'application/json') {
  const bytes = typeof answer === 'string' ? encoder.encode(answer) : encoder.encode(JSON.stringify(answer))
  return dialect.readReply(bytes, callOf(operation, body, { isContentWanted: true }), typed(contentType))
}

function open(operation: Operation, contentType = 'text/event-stream', body: object = {}): StreamTranslator {
  const call = callOf(operation, body, { isStream: true, isContentWanted: true })
  return dialect.createTranslator(call, dialect.request(call), never, typed(contentType))
}

describe('a call with files', () => {
  it('goes out as a form with the upstream model, each file under its own field', async () => {
    const files = ['image[]', 'image[]', 'mask'].map((field, index) => ({
      field,
      file: new File([`png${index}`], `p${index}.png`, { type: 'image/png' }),
    }))
    const body = { model: 's', prompt: 'a hat', n: 2, tags: ['x', 'y'], nothing: null }
    const request = dialect.request(callOf('image_edit', body, { files }))
    expect(request.url).toBe('https://api.openai.com/v1/images/edits')
    const form = request.body as FormData
    const fields = [...form].filter(([, value]) => typeof value === 'string')
    expect(fields).toEqual([
      ['model', 'upstream-model'],
      ['prompt', 'a hat'],
      ['n', '2'],
      ['tags', 'x'],
      ['tags', 'y'],
    ])
    expect((form.getAll('image[]') as File[]).map(file => file.name)).toEqual(['p0.png', 'p1.png'])
    expect(await (form.get('mask') as File).text()).toBe('png2')
  })
})

describe('answers that are passed through', () => {
  it('come byte for byte, with the usage that they tell', () => {
    const image = readFixture('openai/image.json')
    const { body, observation } = dialect.readReply(image, callOf('image'))
    expect(body).toBe(image)
    expect(observation.usage).toEqual(
      usageOf({ inputTokens: 10, imageInputTokens: 40, imageOutputTokens: 50 }),
    )
    const rows: [Operation, object, object | undefined][] = [
      ['moderation', { id: 'modr-1', model: 'omni-moderation-latest', results: [] }, undefined],
      ['rerank', { results: [], usage: { total_tokens: 56 } }, { inputTokens: 56, outputTokens: 0 }],
      [
        'rerank',
        { id: 'r', results: [], meta: { billed_units: { search_units: 1 } } },
        { units: { searches: 1 } },
      ],
      [
        'transcription',
        {
          text: 'Hi',
          usage: {
            type: 'tokens',
            input_tokens: 14,
            input_token_details: { text_tokens: 0, audio_tokens: 14 },
            output_tokens: 45,
            total_tokens: 59,
          },
        },
        { audioInputTokens: 14, outputTokens: 45 },
      ],
      [
        'transcription',
        { text: 'Hi', usage: { type: 'duration', seconds: 26.2 } },
        { units: { seconds: 27 } },
      ],
      ['translation', { text: 'Hi' }, undefined],
      ['image_variation', { created: 1, data: [{ url: 'https://x' }] }, { units: { images: 1 } }],
    ]
    for (const [operation, answer, usage] of rows) {
      const read = reply(operation, answer)
      if (usage === undefined) expect(read.observation.usage).toBeUndefined()
      else expect(read.observation.usage).toEqual(usageOf(usage))
    }
    expect(reply('moderation', rows[0]![1]).observation.upstreamModel).toBe('omni-moderation-latest')
    expect(reply('transcription', rows[3]![1]).observation.content).toBe('Hi')
  })

  it('are text where a text was asked for', () => {
    const text = '1\n00:00:00,000 --> 00:00:01,000\nHi\n'
    const srt = reply('transcription', text, { response_format: 'srt' }, 'text/plain; charset=utf-8')
    expect(srt).toMatchObject({ contentType: 'text/plain; charset=utf-8', observation: { content: text } })
  })

  it('are refused where they are something else, an error under a 200 with its own words', () => {
    const codeOf = (work: () => unknown): unknown => {
      try {
        work()
        return 'none'
      } catch (error) {
        return error instanceof Failure ? [error.code, error.details.upstreamCode] : error
      }
    }
    expect(codeOf(() => reply('image', {}))).toEqual(['upstream_error', 'unreadable'])
    expect(codeOf(() => reply('image', ''))).toEqual(['upstream_error', 'unreadable'])
    expect(codeOf(() => reply('transcription', '<html>', {}, 'text/html'))).toEqual([
      'upstream_error',
      'unreadable',
    ])
    const html = () => reply('transcription', '<html>', { response_format: 'text' }, 'text/html')
    expect(codeOf(html)).toEqual(['upstream_error', 'unreadable'])
    const limited = { error: { message: 'Slow down', type: 'rate_limit_error', code: 'rate_limit_exceeded' } }
    expect(codeOf(() => reply('moderation', limited))).toEqual([
      'upstream_rate_limited',
      'rate_limit_exceeded',
    ])
  })
})

describe('streams that are passed through', () => {
  it.each([
    ['transcription', 'transcription-stream', { audioInputTokens: 14, outputTokens: 45 }],
    ['image', 'image-stream', { inputTokens: 10, imageInputTokens: 40, imageOutputTokens: 50 }],
    ['speech', 'speech-stream', { inputTokens: 14, audioOutputTokens: 101 }],
  ] as const)('forward the events of a %s byte for byte, however they are cut', (operation, name, usage) => {
    const bytes = readFixture(`openai/${name}.txt`)
    for (const sizes of chunkings(20)) {
      const translator = open(operation)
      const { text, error } = translate(translator, bytes, sizes)
      expect(error).toBeUndefined()
      expect(text).toBe(Buffer.from(bytes).toString('utf8'))
      expect(translator.observation.usage).toEqual(usageOf(usage))
      expect(translator.observation.firstTokenAt).toBeNumber()
      if (operation === 'transcription') {
        expect(translator.observation.content).toBe('I see skies of blue and clouds of white')
      }
    }
  })

  it('fail where the last event is missing, and where one of several images is', () => {
    const bytes = readFixture('openai/transcription-stream.txt')
    const cut = bytes.subarray(0, bytes.length - 60)
    expect(translate(open('transcription'), cut, [50]).error).toMatchObject({
      details: { upstreamCode: 'truncated' },
    })
    const image = readFixture('openai/image-stream.txt')
    expect(translate(open('image', 'text/event-stream', { n: 2 }), image, [90]).error).toMatchObject({
      details: { upstreamCode: 'truncated' },
    })
  })

  it('give the events before an error, and then the error', () => {
    const events =
      'data: {"type":"transcript.text.delta","delta":"I"}\n\n' +
      'data: {"type":"error","error":{"message":"Broken","type":"server_error"}}\n\n'
    const { text, error } = translate(open('transcription'), encoder.encode(events), [1000])
    expect(text).toContain('"delta":"I"')
    expect(error).toMatchObject({ code: 'upstream_error' })
  })

  it('let sound through as it is, and tell its type', () => {
    const translator = open('speech', 'audio/mpeg', { input: 'Grüße 🌍' })
    expect(translator.observation.usage).toEqual(usageOf({ units: { characters: 7 } }))
    const sound = Uint8Array.from({ length: 300 }, (_, index) => index % 256)
    const pieces = [sound.subarray(0, 100), sound.subarray(100)].map(piece => translator.push(piece)!)
    expect(Buffer.concat(pieces)).toEqual(Buffer.from(sound))
    expect(translator.end()).toBeUndefined()
    expect(translator.contentType).toBe('audio/mpeg')
    expect(() => open('speech', 'audio/mpeg').end()).toThrow('no sound')
  })
})
