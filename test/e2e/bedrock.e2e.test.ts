import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { startFakeProvider, type FakeProvider } from '../fake-provider/index.ts'
import { startProduct, type Product } from '../product.ts'
import { thrownBy } from '../clients.ts'

const account = {
  accessKeyId: 'AKIDFAKEFAKEFAKE',
  secretAccessKey: 'fake/Secret+Key/0123456789',
  sessionToken: 'FwoGZXIvYXdzEFake+Session/Token==',
  region: 'eu-central-1',
}
const tokenFile = path.join(tmpdir(), `slipway-web-identity-${process.pid}`)

let signed: FakeProvider
let bearer: FakeProvider
let sts: Server
let product: Product
let openai: OpenAI
/** What the security token service was asked for. */
const assumed: URLSearchParams[] = []

beforeAll(async () => {
  signed = await startFakeProvider({ aws: account, cachedTokens: 1 })
  bearer = await startFakeProvider({ apiKey: 'bedrock-api-key-0123456789' })
  sts = createServer((request, response) => {
    let form = ''
    request.on('data', (chunk: Buffer) => (form += chunk.toString()))
    request.on('end', () => {
      assumed.push(new URLSearchParams(form))
      const isKnown = new URLSearchParams(form).get('WebIdentityToken') === 'web-identity-token'
      response.writeHead(isKnown ? 200 : 400, { 'content-type': 'text/xml' })
      response.end(isKnown ? session() : '<Error><Code>InvalidIdentityToken</Code></Error>')
    })
  })
  await new Promise<void>(resolve => sts.listen(0, '127.0.0.1', resolve))
  await writeFile(tokenFile, 'web-identity-token\n')
  product = await startProduct({
    environment: {
      AWS_ACCESS_KEY_ID: account.accessKeyId,
      AWS_SECRET_ACCESS_KEY: account.secretAccessKey,
      AWS_SESSION_TOKEN: account.sessionToken,
      WRONG_SECRET: 'not-the-secret-of-this-key',
      BEDROCK_KEY: 'bedrock-api-key-0123456789',
    },
    config: configOf(`http://127.0.0.1:${(sts.address() as AddressInfo).port}`),
  })
  openai = new OpenAI({ baseURL: `${product.url}/v1`, apiKey: product.adminKey, maxRetries: 0 })
}, 120_000)

afterAll(async () => {
  await product?.stop()
  await signed?.stop()
  await bearer?.stop()
  await new Promise(resolve => (sts ? sts.close(resolve) : resolve(undefined)))
})

function session(): string {
  const expiration = new Date(Date.now() + 3_600_000).toISOString()
  return `<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>
<SessionToken>${account.sessionToken}</SessionToken><SecretAccessKey>${account.secretAccessKey}</SecretAccessKey>
<Expiration>${expiration}</Expiration><AccessKeyId>${account.accessKeyId}</AccessKeyId>
</Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`
}

function configOf(stsEndpoint: string): string {
  const key = 'accessKeyId: { env: AWS_ACCESS_KEY_ID }, sessionToken: { env: AWS_SESSION_TOKEN }'
  const role = `roleArn: "arn:aws:iam::123456789012:role/slipway", webIdentityTokenFile: ${tokenFile}`
  const service = (provider: string, model: string): string =>
    `{ releases: { v1: { target: { provider: ${provider}, model: "${model}" } } }, retries: { attempts: 0 } }`
  return `
providers:
  bedrock: { kind: bedrock, region: eu-central-1, baseUrl: "${signed.url}", ${key}, secretAccessKey: { env: AWS_SECRET_ACCESS_KEY } }
  wrong: { kind: bedrock, region: eu-central-1, baseUrl: "${signed.url}", ${key}, secretAccessKey: { env: WRONG_SECRET } }
  keyed: { kind: bedrock, region: eu-central-1, baseUrl: "${bearer.url}", apiKey: { env: BEDROCK_KEY } }
  role: { kind: bedrock, region: eu-central-1, baseUrl: "${signed.url}", stsEndpoint: "${stsEndpoint}", ${role} }
  stranger: { kind: bedrock, region: eu-central-1, baseUrl: "${signed.url}", stsEndpoint: "${stsEndpoint}", roleArn: "arn:aws:iam::123456789012:role/x", webIdentityTokenFile: ${tokenFile}.none }
services:
  claude: ${service('bedrock', 'eu.anthropic.claude-x-v1:0')}
  wrong: ${service('wrong', 'eu.anthropic.claude-x-v1:0')}
  keyed: ${service('keyed', 'amazon.nova-x-v1:0')}
  role: ${service('role', 'amazon.nova-x-v1:0')}
  stranger: ${service('stranger', 'amazon.nova-x-v1:0')}
  titan: ${service('bedrock', 'amazon.titan-embed-text-v2:0')}
  cohere: ${service('bedrock', 'cohere.embed-v4:0')}
  throttled: ${service('bedrock', 'fake-error-429')}
  failing: ${service('bedrock', 'fake-error-424')}
  breaking: ${service('bedrock', 'fake-error-mid-stream')}
  dying: ${service('bedrock', 'fake-die-mid-stream')}
  ending: ${service('bedrock', 'fake-end-early')}
  garbled: ${service('bedrock', 'fake-garbage')}
prices:
  - { provider: bedrock, from: 2026-01-01, usdPerMillionTokens: { input: 3, cacheRead: 0.3, cacheWrite: 3.75, cacheWriteHour: 6, output: 15 } }
`
}

const hello = [{ role: 'user' as const, content: 'Hello there' }]
const weather = {
  type: 'function' as const,
  function: {
    name: 'get_weather',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
}

async function streamed(
  model: string,
): Promise<{ text: string; finish: string | null; prompt: number | undefined }> {
  let text = ''
  let finish: string | null = null
  let prompt: number | undefined
  const stream = await openai.chat.completions.create({
    model,
    messages: hello,
    stream: true,
    stream_options: { include_usage: true },
  })
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? ''
    finish ??= chunk.choices[0]?.finish_reason ?? null
    prompt ??= chunk.usage?.prompt_tokens
  }
  return { text, finish, prompt }
}

describe('Bedrock through the official SDK of OpenAI', () => {
  it('answers a signed call, whole and streamed alike', async () => {
    const reply = await openai.chat.completions.create({ model: 'claude', messages: hello })
    expect(reply.choices[0]?.message.content).toBe('You said: Hello there')
    expect(reply.usage?.prompt_tokens_details?.cached_tokens).toBe(1)
    expect(signed.last.path).toBe('/model/eu.anthropic.claude-x-v1%3A0/converse')
    expect(await streamed('claude')).toEqual({
      text: 'You said: Hello there',
      finish: 'stop',
      prompt: reply.usage!.prompt_tokens,
    })
    expect(signed.last.headers['authorization']).toContain('/eu-central-1/bedrock/aws4_request')
  })

  it('calls tools, whole and streamed, and takes their results', async () => {
    const first = await openai.chat.completions.create({ model: 'claude', messages: hello, tools: [weather] })
    const message = first.choices[0]!.message
    expect(first.choices[0]!.finish_reason).toBe('tool_calls')
    const [call] = message.tool_calls!
    expect(call).toMatchObject({ function: { name: 'get_weather', arguments: '{"city":"Paris"}' } })
    const runner = openai.chat.completions.stream({ model: 'claude', messages: hello, tools: [weather] })
    const final = await runner.finalChatCompletion()
    expect(final.choices[0]!.message.tool_calls![0]).toMatchObject({
      function: { arguments: '{"city":"Paris"}' },
    })
    const second = await openai.chat.completions.create({
      model: 'claude',
      messages: [...hello, message, { role: 'tool', tool_call_id: call!.id, content: 'Sunny' }],
      tools: [weather],
    })
    expect(second.choices[0]!.message.content).toBe('You said: Sunny')
  })

  it('thinks with signatures that go back as they came, and follows a schema', async () => {
    const thinking = { type: 'enabled', budget_tokens: 2000 }
    const request = { model: 'claude', messages: hello, thinking } as never
    const first = (await openai.chat.completions.create(request)) as OpenAI.ChatCompletion
    const message = first.choices[0]!.message as { thinking_blocks?: object[]; reasoning_content?: string }
    expect(message.reasoning_content).toBe('Let me think about that.')
    const messages = [...hello, message, ...hello]
    await openai.chat.completions.create({ model: 'claude', messages, thinking } as never)
    const sent = signed.last.body as { messages: { content: object[] }[] }
    expect(sent.messages[1]!.content[0]).toMatchObject({
      reasoningContent: {
        reasoningText: { text: 'Let me think about that.', signature: expect.any(String) },
      },
    })
    const schema = { type: 'object', properties: { city: { type: 'string' } } }
    const structured = await openai.chat.completions.create({
      model: 'claude',
      messages: hello,
      response_format: { type: 'json_schema', json_schema: { name: 'answer', schema } },
    })
    expect(JSON.parse(structured.choices[0]!.message.content!)).toEqual({ city: 'Paris' })
  })

  it('embeds with Titan and Cohere, as the SDK asks for it in base64', async () => {
    const titan = await openai.embeddings.create({ model: 'titan', input: 'one two' })
    expect(titan.data[0]!.embedding).toEqual(Array.from({ length: 8 }, (_, index) => index / 8))
    expect(titan.usage.prompt_tokens).toBe(2)
    const cohere = await openai.embeddings.create({ model: 'cohere', input: ['one', 'two'] })
    expect(cohere.data.map(row => row.embedding[0])).toEqual([0, 0.25])
    expect(cohere.usage.prompt_tokens).toBe(2)
  })

  it('embeds a list of texts with Titan, which takes one a call, in the order of the list', async () => {
    const texts = Array.from({ length: 30 }, (_, index) => 'word '.repeat(index + 1).trim())
    const calls = signed.requests.length
    const { data, usage } = await openai.embeddings.create({ model: 'titan', input: texts, dimensions: 256 })
    expect(data.map(row => row.index)).toEqual(texts.map((_, index) => index))
    expect(data.every(row => row.embedding.length === 256)).toBe(true)
    expect(usage.prompt_tokens).toBe(465)
    const sent = signed.requests.slice(calls).map(one => (one.body as { inputText: string }).inputText)
    expect(sent.toSorted()).toEqual(texts.toSorted())
    const bad = await thrownBy(openai.embeddings.create({ model: 'titan', input: ['a', 'b'], dimensions: 5 }))
    expect(bad).toMatchObject({ status: 400, code: 'ValidationException' })
    const many = Array.from({ length: 2049 }, () => 'x')
    const refused = await thrownBy(openai.embeddings.create({ model: 'titan', input: many }))
    expect(refused).toMatchObject({ status: 400, param: 'input' })
  })

  it('takes an API key of Bedrock in place of a signature', async () => {
    expect((await streamed('keyed')).text).toBe('You said: Hello there')
    expect(bearer.last.headers['authorization']).toBe('Bearer bedrock-api-key-0123456789')
  })

  it('assumes a role once for all calls, and says where it cannot', async () => {
    const answers = await Promise.all([streamed('role'), streamed('role'), streamed('role')])
    expect(answers.map(answer => answer.text)).toEqual(Array<string>(3).fill('You said: Hello there'))
    expect(assumed).toHaveLength(1)
    expect(Object.fromEntries(assumed[0]!)).toMatchObject({
      Action: 'AssumeRoleWithWebIdentity',
      RoleArn: 'arn:aws:iam::123456789012:role/slipway',
    })
    const stranger = await thrownBy(openai.chat.completions.create({ model: 'stranger', messages: hello }))
    expect(stranger).toMatchObject({ status: 502, code: 'upstream_unauthorized' })
    expect(String(stranger)).toContain('web identity token')
  })
})

describe('Claude at Bedrock through the official SDK of Anthropic', () => {
  const anthropic = (): Anthropic =>
    new Anthropic({ baseURL: product.url, apiKey: product.adminKey, maxRetries: 0 })
  const request = { model: 'claude', max_tokens: 200, messages: hello }

  it('is told the request in its own words, betas and all, whole and streamed', async () => {
    const thinking = { type: 'enabled' as const, budget_tokens: 1024 }
    const whole = await anthropic().beta.messages.create({ ...request, thinking, betas: ['a-1', 'b-2'] })
    expect(signed.last.path).toBe('/model/eu.anthropic.claude-x-v1%3A0/invoke')
    expect(signed.last.body).toMatchObject({
      anthropic_version: 'bedrock-2023-05-31',
      anthropic_beta: ['a-1', 'b-2'],
      max_tokens: 200,
    })
    const streamed = await anthropic()
      .messages.stream({ ...request, thinking })
      .finalMessage()
    expect(signed.last.path).toEndWith('/invoke-with-response-stream')
    expect(whole.content.map(block => block.type)).toEqual(['thinking', 'text'])
    expect(streamed.content).toEqual(whole.content as typeof streamed.content)
    expect(streamed.usage.input_tokens).toBe(whole.usage.input_tokens)
  })

  it('is asked over Converse where the model is another', async () => {
    const message = await anthropic().messages.create({ ...request, model: 'keyed' })
    expect(message.content).toMatchObject([{ type: 'text', text: 'You said: Hello there' }])
    expect(bearer.last.path).toEndWith('/converse')
  })

  it('fails in the words of Anthropic, in the middle of a stream too', async () => {
    const refused = await thrownBy(anthropic().messages.create({ ...request, invented: 1 } as never))
    expect(refused).toMatchObject({ status: 400, error: { error: { type: 'invalid_request_error' } } })
    signed.behave('error-mid-stream')
    const broken = thrownBy(anthropic().messages.stream(request).finalMessage())
    expect(String(await broken)).toContain('The model broke in the middle.')
    signed.behave('end-early')
    expect(await thrownBy(anthropic().messages.stream(request).finalMessage())).toBeInstanceOf(Error)
    signed.behave('answer')
  })
})

describe('Bedrock, when it fails', () => {
  it('maps what it says to what clients know', async () => {
    const chat = (model: string): PromiseLike<unknown> =>
      openai.chat.completions.create({ model, messages: hello })
    expect(await thrownBy(chat('throttled'))).toMatchObject({ status: 429 })
    expect(await thrownBy(chat('failing'))).toMatchObject({ status: 502, code: 'ModelErrorException' })
    expect(await thrownBy(chat('garbled'))).toMatchObject({ status: 502, code: 'unreadable' })
    const refused = await thrownBy(
      openai.chat.completions.create({ model: 'claude', messages: hello, temperature: 1.5 }),
    )
    expect(refused).toMatchObject({ status: 400, code: 'ValidationException' })
    expect(await thrownBy(chat('wrong'))).toMatchObject({ status: 502, code: 'InvalidSignatureException' })
  })

  it.each(['breaking', 'dying', 'ending', 'garbled'])(
    'never ends a stream that is %s as if all were well',
    async model => {
      expect(await thrownBy(streamed(model))).toBeInstanceOf(Error)
    },
  )

  it('tells no secret in what it logs', () => {
    const log = product.lines.join('\n')
    expect(log).toContain('upstream_unauthorized')
    for (const secret of [
      account.secretAccessKey,
      account.sessionToken,
      'not-the-secret-of-this-key',
      'web-identity-token"',
    ]) {
      expect(log).not.toContain(secret)
    }
  })
})
