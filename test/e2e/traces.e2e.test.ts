import { ROOT_CONTEXT, type Span, SpanStatusCode, trace as openTelemetry } from '@opentelemetry/api'
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base'
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { runCli } from '../../src/operate/cli/run-cli.fixture.ts'
import { callControl, createOpenAi, readInference } from '../clients.ts'
import { type FakeProvider, startFakeProvider } from '../fake-provider/index.ts'
import { type Product, startProduct } from '../product.ts'
import { preparePython } from '../sdk-python/environment.ts'
import { until } from '../until.ts'

interface Trace {
  readonly trace_id: string
  readonly duration_ms: number
  readonly spans: readonly {
    readonly id: string
    readonly parent_id: string | null
    readonly depth: number
    readonly kind: string
    readonly name: string
    readonly origin: string
    readonly inference_id: string | null
    readonly start_ms: number
    readonly end_ms: number
    readonly outcome: string
    readonly facts: Readonly<Record<string, unknown>>
  }[]
}

interface Explanation {
  readonly steps: readonly {
    readonly kind: string
    readonly decision: string
    readonly text: string
    readonly reason: string
    readonly ground: { readonly kind: string; readonly hash: string } | null
    readonly evidence: Readonly<Record<string, unknown>>
  }[]
}

let provider: FakeProvider
let product: Product
let secret: string

beforeAll(async () => {
  provider = await startFakeProvider({ chunkDelayMs: 4, firstTokenDelayMs: 25 })
  product = await startProduct({
    config: `
providers:
  fake: { kind: openai-compatible, baseUrl: "${provider.url}/v1" }
  gone: { kind: openai-compatible, baseUrl: "http://127.0.0.1:9/v1" }
services:
  plain: { storeContent: true, cache: { tenants: all, exact: {} }, releases: { v1: { target: { provider: fake, model: m } } } }
  spread:
    releases:
      v1:
        targets: [{ provider: fake, model: a }, { provider: fake, model: b }]
  falling:
    retries: { attempts: 0 }
    releases:
      v1:
        target: { provider: gone, model: m }
        fallbacks: [{ target: { provider: fake, model: m } }]
  guarded: { policy: watching, releases: { v1: { target: { provider: fake, model: m } } } }
policies:
  watching:
    checks:
      - { check: deny-list, name: codewords, on: [input], mode: enforce, waived: a test of it, action: mask, timeoutMs: 500, parameters: { terms: [swordfish], type: CODEWORD } }
      - { check: deny-list, name: blocklist, on: [output], mode: enforce, waived: a test of it, action: block, timeoutMs: 500, parameters: { terms: [forbidden], type: TERM } }
tenants:
  acme: { limits: [{ requests: 1000, per: minute }], budgets: [{ usd: 5, per: month, kind: hard }] }
  other:
prices:
  - { provider: fake, from: 2026-01-01, source: "https://example.org/prices", usdPerMillionTokens: { input: 1, output: 2 } }
  - { provider: gone, from: 2026-01-01, usdPerMillionTokens: { input: 1, output: 2 } }
`,
  })
  secret = await keyOf('acme')
}, 120_000)

afterAll(async () => {
  await product?.stop()
  await provider?.stop()
})

async function keyOf(tenant: string): Promise<string> {
  const key = { name: tenant, role: 'developer', tenant }
  return (await callControl<{ secret: string }>(product, 'POST', '/api/keys', key)).secret
}

/** Asks over a stream and reads it to its end; the id of the inference, once it is stored. */
async function ask(model: string, content: string, headers: Record<string, string> = {}): Promise<string> {
  const { data, response } = await createOpenAi(product, secret)
    .chat.completions.create(
      { model, messages: [{ role: 'user', content }], stream: true, stream_options: { include_usage: true } },
      { headers },
    )
    .withResponse()
  for await (const _ of data);
  const id = response.headers.get('slipway-inference-id') ?? ''
  await readInference(product, id)
  return id
}

const trace = (id: string): Promise<Trace> => callControl(product, 'GET', `/api/inferences/${id}/trace`)
const explain = (id: string): Promise<Explanation> =>
  callControl(product, 'GET', `/api/inferences/${id}/explain`)

describe('GET /api/inferences/{id}/trace', () => {
  it('shows where the time of a stream went, without a gap', async () => {
    const { spans, duration_ms } = await trace(await ask('plain', 'a long answer, please'))
    expect(spans.map(({ kind }) => kind)).toEqual([
      'inference',
      'read',
      'admission',
      'cache',
      'attempt',
      ...spans.filter(({ kind }) => kind === 'queue').map(({ kind }) => kind),
      'connect',
      'first_token',
      'stream',
      ...spans.filter(({ kind }) => kind === 'settle').map(({ kind }) => kind),
    ])
    const part = (kind: string) => spans.find(span => span.kind === kind)!
    expect(part('connect').end_ms).toBeCloseTo(part('first_token').start_ms, 2)
    expect(part('first_token').end_ms).toBeCloseTo(part('stream').start_ms, 2)
    expect(part('stream').end_ms - part('stream').start_ms).toBeGreaterThan(4)
    for (const span of spans) {
      expect(span.start_ms).toBeGreaterThanOrEqual(0)
      expect(span.end_ms).toBeLessThanOrEqual(duration_ms + 0.01)
      expect(span.start_ms).toBeLessThanOrEqual(span.end_ms)
    }
  })

  it('shows all inferences of a trace that the caller may see, and no other tenant its existence', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    const first = await ask('plain', 'one', { traceparent })
    const second = await ask('spread', 'two', { traceparent })
    const { spans, trace_id } = await trace(second)
    expect(trace_id).toBe('0af7651916cd43dd8448eb211c80319c')
    expect(new Set(spans.map(({ inference_id }) => inference_id))).toEqual(new Set([first, second]))
    const other = await keyOf('other')
    const response = await fetch(`${product.url}/api/inferences/${first}/trace`, {
      headers: { authorization: `Bearer ${other}` },
    })
    expect(response.status).toBe(404)
  })
})

describe('GET /api/inferences/{id}/explain', () => {
  it('tells every decision of an inference with its ground and its evidence', async () => {
    const { steps } = await explain(await ask('plain', 'explain this'))
    expect(steps.map(({ kind, decision }) => `${kind} ${decision}`)).toEqual([
      'access allowed',
      'service release',
      'limits admitted',
      'cache miss',
      'route chosen',
      'attempt ok',
      'answer ok',
      'price priced',
    ])
    const step = (kind: string) => steps.find(one => one.kind === kind)!
    expect(step('limits').evidence['limits']).toMatchObject([
      { scope: 'tenant', id: 'acme', measure: 'requests', limit: 1_000, per: 'minute', set_aside: 1 },
      { measure: 'usd', limit: 5e9, per: 'month', kind: 'hard' },
    ])
    expect(step('limits').evidence['bound_output_tokens']).toBeNumber()
    expect(step('cache').evidence).toMatchObject({ why: 'new' })
    expect(step('price')).toMatchObject({
      evidence: { by: 'configuration', from: '2026-01-01', source: 'https://example.org/prices' },
    })
    expect(step('route').ground?.hash).toMatch(/^[0-9a-f]+$/)
  })

  it('says why the cache answered, and that the client did not want it to', async () => {
    await ask('plain', 'the same')
    expect(
      (await explain(await ask('plain', 'the same'))).steps.map(
        ({ kind, decision }) => `${kind} ${decision}`,
      ),
    ).toContain('cache hit')
    const fresh = await explain(await ask('plain', 'the same', { 'cache-control': 'no-cache' }))
    expect(fresh.steps.find(({ kind }) => kind === 'cache')).toMatchObject({
      decision: 'miss',
      evidence: { why: 'refresh' },
    })
  })

  it('says how the targets stood among which one was chosen', async () => {
    const { steps } = await explain(await ask('spread', 'choose'))
    expect(steps.find(({ kind }) => kind === 'route')?.evidence['alternatives']).toMatchObject([
      { target: 'provider:fake', model: 'a', in_flight: 0, ruled_out: null },
      { target: 'provider:fake', model: 'b', in_flight: 0, ruled_out: null },
    ])
  })

  it('shows what the checks of the policy said, and when', async () => {
    const id = await ask('guarded', 'The word is swordfish.')
    const { steps } = await explain(id)
    const checks = steps.filter(({ kind }) => kind === 'check')
    expect(
      checks.map(({ decision, evidence }) => [
        evidence['guard'],
        evidence['stage'],
        decision,
        evidence['found'],
      ]),
    ).toEqual([
      ['codewords', 'input', 'mask', 1],
      ['blocklist', 'output', 'pass', 0],
    ])
    expect(checks[0]?.ground).toMatchObject({ kind: 'policy' })
    expect(JSON.stringify(steps)).not.toContain('swordfish')
    const order = steps.map(({ kind }) => kind)
    expect(order.indexOf('check')).toBeLessThan(order.indexOf('route'))
    const { spans } = await trace(id)
    const [input, output] = spans.filter(({ kind }) => kind === 'check')
    const attempt = spans.find(({ kind }) => kind === 'attempt')!
    expect(input!.end_ms).toBeLessThanOrEqual(attempt.start_ms)
    expect(output!.start_ms).toBeGreaterThanOrEqual(attempt.start_ms)
    expect(input?.facts).toMatchObject({ outcome: 'mask', findings: 1 })
  })

  it('is told by the command line, beside the trace and the conversation', async () => {
    const id = await ask('falling', 'on the command line', { 'slipway-conversation-id': 'cli-1' })
    const environment = { SLIPWAY_URL: product.url, SLIPWAY_KEY: product.adminKey }
    const [told, drawn, listed, shown] = await Promise.all(
      [
        ['explain', id, '--evidence'],
        ['trace', id, '--facts'],
        ['conversation', 'list', '--tenant', 'acme'],
        ['conversation', 'show', 'cli-1', '--tenant', 'acme'],
      ].map(words => runCli(words, { environment })),
    )
    expect(told?.stdout).toMatch(/Attempt 2 went to provider:fake m\./)
    expect(told?.stdout).toContain('by the configuration')
    expect(drawn?.stdout).toMatch(/chat falling +█/)
    expect(drawn?.stdout).toMatch(/outcome: upstream_unreachable/)
    expect(listed?.stdout).toContain('cli-1')
    expect(shown?.stdout).toContain(id)
    expect([told, drawn, listed, shown].map(result => result?.code)).toEqual([0, 0, 0, 0])
  })

  it('tells of the attempt that failed and of the fallback that served', async () => {
    const { steps } = await explain(await ask('falling', 'fall'))
    expect(
      steps.filter(({ kind }) => kind === 'route' || kind === 'attempt').map(({ decision }) => decision),
    ).toEqual(['chosen', 'upstream_unreachable', 'fallback', 'ok'])
  })
})

describe('the spans of an application', () => {
  const exporters: Record<string, (url: string, headers: Record<string, string>) => SpanExporter> = {
    'protobuf, packed': (url, headers) =>
      new ProtobufExporter({ url, headers, compression: 'gzip' as never }),
    JSON: (url, headers) => new JsonExporter({ url, headers }),
  }

  for (const [name, exporterOf] of Object.entries(exporters)) {
    it(`sent by the SDK of OpenTelemetry in ${name} stand around the inferences that they made`, async () => {
      const exporter = exporterOf(`${product.url}/otlp/v1/traces`, { authorization: `Bearer ${secret}` })
      const provider = new BasicTracerProvider({
        resource: resourceFromAttributes({ 'service.name': 'shop' }),
        spanProcessors: [new BatchSpanProcessor(exporter)],
      })
      const tracer = provider.getTracer('shop-agent')
      const under = (parent: Span) => openTelemetry.setSpan(ROOT_CONTEXT, parent)
      const agent = tracer.startSpan('invoke_agent shopper', {
        attributes: {
          'gen_ai.operation.name': 'invoke_agent',
          'gen_ai.input.messages': 'my card is 4111 1111 1111 1111',
        },
      })
      const retrieval = tracer.startSpan(
        'look up',
        { attributes: { 'openinference.span.kind': 'RETRIEVER' } },
        under(agent),
      )
      retrieval.end()
      await Bun.sleep(3)
      const call = tracer.startSpan(
        'chat plain',
        { attributes: { 'gen_ai.operation.name': 'chat' } },
        under(agent),
      )
      const { traceId, spanId } = call.spanContext()
      const id = await ask('plain', `on behalf of an agent, in ${name}`, {
        traceparent: `00-${traceId}-${spanId}-01`,
      })
      call.end()
      agent.setStatus({ code: SpanStatusCode.ERROR, message: 'my card is 4111 1111 1111 1111' })
      agent.end()
      await provider.shutdown()

      await until(async () => (await trace(id)).spans.some(({ origin }) => origin === 'shop'))
      const found = await trace(id)
      expect(found.trace_id).toBe(traceId)
      expect(
        found.spans.slice(0, 5).map(({ depth, kind, name: title, origin }) => [depth, kind, title, origin]),
      ).toEqual([
        [0, 'agent', 'invoke_agent shopper', 'shop'],
        [1, 'retriever', 'look up', 'shop'],
        [1, 'llm', 'chat plain', 'shop'],
        [2, 'inference', 'chat plain', 'slipway'],
        [3, 'read', 'Read the request', 'slipway'],
      ])
      expect(found.spans[0]).toMatchObject({
        outcome: 'error',
        facts: { library: 'shop-agent', 'attributes not kept': 1 },
      })
      expect(JSON.stringify(found)).not.toContain('4111 1111')
      expect(
        (await callControl<Trace>(product, 'GET', `/api/traces/${traceId}?tenant=acme`)).spans,
      ).toHaveLength(found.spans.length)
      const other = await fetch(`${product.url}/api/traces/${traceId}`, {
        headers: { authorization: `Bearer ${await keyOf('other')}` },
      })
      expect(other.status).toBe(404)
    })
  }

  it('sent by the Python SDK of OpenTelemetry stand around the inference, too', async () => {
    const prepared = preparePython()
    if ('missing' in prepared) {
      console.log(`SKIPPED: the Python SDK of OpenTelemetry could not be installed. ${prepared.missing}`)
      return
    }
    const script = path.join(import.meta.dirname, '../sdk-python/spans.py')
    const { stdout } = await promisify(execFile)(prepared.python, [script], {
      env: { ...process.env, SLIPWAY_URL: product.url, SLIPWAY_KEY: secret },
      timeout: 120_000,
    })
    const id = stdout.trim()
    await readInference(product, id)
    await until(async () => (await trace(id)).spans.some(({ kind }) => kind === 'agent'))
    const { spans } = await trace(id)
    expect(spans.slice(0, 3).map(({ depth, kind, origin }) => [depth, kind, origin])).toEqual([
      [0, 'agent', 'shop-python'],
      [1, 'tool', 'shop-python'],
      [1, 'inference', 'slipway'],
    ])
    expect(spans[1]?.facts).toMatchObject({ 'attributes not kept': 4 })
    expect(JSON.stringify(spans)).not.toContain('secret')
  }, 180_000)

  it('are refused without a key that may send them', async () => {
    const refused = await fetch(`${product.url}/otlp/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    })
    expect([refused.status, await refused.json()]).toMatchObject([401, { code: 16 }])
    const { secret: auditor } = await callControl<{ secret: string }>(product, 'POST', '/api/keys', {
      name: 'auditor',
      role: 'auditor',
      tenant: 'acme',
    })
    const forbidden = await fetch(`${product.url}/otlp/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${auditor}` },
      body: '{}',
    })
    expect([forbidden.status, await forbidden.json()]).toMatchObject([403, { code: 7 }])
  })
})

describe('conversations', () => {
  it('are listed with what their turns cost, latest first, and shown turn by turn', async () => {
    const named = { 'slipway-conversation-id': 'chat-17' }
    const first = await ask('plain', 'Good day', named)
    await ask('plain', 'Another one begins', { 'slipway-conversation-id': 'chat-18' })
    const second = await ask('spread', 'And now?', named)
    await callControl(product, 'POST', `/api/inferences/${first}/feedback`, { score: 1, label: 'good' })
    await trace(second)
    interface Conversation {
      readonly id: string
      readonly turns: number
      readonly cost_nano_usd: number
      readonly services: readonly string[]
    }
    const list = await callControl<{ data: Conversation[]; next_cursor: string | null }>(
      product,
      'GET',
      '/api/conversations?tenant=acme&limit=2',
    )
    expect(list.data.map(({ id, turns }) => [id, turns])).toEqual([
      ['chat-17', 2],
      ['chat-18', 1],
    ])
    const next = await callControl<{ data: Conversation[] }>(
      product,
      'GET',
      `/api/conversations?tenant=acme&limit=50&cursor=${list.next_cursor}`,
    )
    expect(next.data.map(({ id }) => id)).not.toContain('chat-17')
    const detail = await callControl<Conversation & { inferences: Record<string, unknown>[] }>(
      product,
      'GET',
      '/api/conversations/chat-17?tenant=acme',
    )
    expect(detail).toMatchObject({ turns: 2, services: ['plain', 'spread'], is_guessed: false })
    expect(detail.inferences.map(({ id }) => id)).toEqual([first, second])
    expect(detail.inferences[0]).toMatchObject({ feedback: [{ score: 1, label: 'good' }], verdicts: [] })
    expect(detail.cost_nano_usd).toBe(
      detail.inferences.reduce((sum, { cost_nano_usd }) => sum + Number(cost_nano_usd), 0),
    )
    const filtered = await callControl<{ data: { id: string }[] }>(
      product,
      'GET',
      '/api/inferences?conversation_id=chat-17',
    )
    expect(filtered.data.map(({ id }) => id)).toEqual([second, first])
    const response = await fetch(`${product.url}/api/conversations/chat-17`, {
      headers: { authorization: `Bearer ${await keyOf('other')}` },
    })
    expect(response.status).toBe(404)
  })

  it('stay together over the turns of a chat and the chain of responses', async () => {
    const client = createOpenAi(product, secret)
    const first = await client.responses.create({ model: 'plain', input: 'Good morning' }).withResponse()
    const second = await client.responses
      .create({ model: 'plain', input: 'And again', previous_response_id: first.data.id })
      .withResponse()
    const ids = [first, second].map(({ response }) => response.headers.get('slipway-inference-id') ?? '')
    const [one, two] = await Promise.all(ids.map(id => readInference(product, id)))
    expect(one?.['conversation_id']).toMatch(/^~/)
    expect(two?.['conversation_id']).toBe(one?.['conversation_id'])
  })
})
