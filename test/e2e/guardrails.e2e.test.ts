import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { readInference } from '../clients.ts'
import { type FakeProvider, startFakeProvider } from '../fake-provider/index.ts'
import { type Product, startProduct } from '../product.ts'

setDefaultTimeout(120_000)

let openAi: FakeProvider
let anthropic: FakeProvider
let product: Product

const says = 'Write to jane.doe@example.org today. The codeword is swordfish and nothing else.'
const mail = { name: 'EMAIL', pattern: String.raw`[a-z.]+@[a-z]+\.(?:org|com)` }

const config = () => `
providers:
  openai: { kind: openai, baseUrl: '${openAi.url}/v1', apiKey: { env: FAKE_KEY } }
  anthropic: { kind: anthropic, baseUrl: '${anthropic.url}', apiKey: { env: FAKE_KEY } }
policies:
  masking:
    checks:
      - check: pattern
        mode: enforce
        waived: an end-to-end test of it
        action: mask
        timeoutMs: 10000
        parameters: { patterns: [{ name: EMAIL, pattern: '${mail.pattern}' }] }
  blocking:
    checks:
      - check: deny-list
        mode: enforce
        waived: an end-to-end test of it
        action: block
        timeoutMs: 10000
        parameters: { terms: [swordfish], type: CODEWORD }
  replacing:
    message: Let us talk about something else.
    checks:
      - check: deny-list
        mode: enforce
        waived: an end-to-end test of it
        action: replace
        timeoutMs: 10000
        parameters: { terms: [swordfish], type: CODEWORD }
  retrying:
    checks:
      - check: deny-list
        on: [output]
        mode: enforce
        waived: an end-to-end test of it
        action: retry-with-instruction
        instruction: Do not say the codeword.
        attempts: 2
        timeoutMs: 10000
        parameters: { terms: [swordfish], type: CODEWORD }
  falling:
    checks:
      - check: deny-list
        on: [output]
        mode: enforce
        waived: an end-to-end test of it
        action: fall-back-to-release
        release: careful
        timeoutMs: 10000
        parameters: { terms: [swordfish], type: CODEWORD }
  asking:
    review: { client: wait, waitSeconds: 20 }
    checks:
      - check: deny-list
        mode: enforce
        waived: an end-to-end test of it
        action: escalate
        timeoutMs: 10000
        parameters: { terms: [swordfish, trout], type: CODEWORD }
  watching:
    checks:
      - check: deny-list
        mode: shadow
        action: block
        timeoutMs: 10000
        parameters: { terms: [swordfish], type: CODEWORD }
services:
${['masking', 'blocking', 'replacing', 'retrying', 'falling', 'watching', 'asking']
  .flatMap(policy => ['openai', 'anthropic'].map(provider => ({ policy, provider })))
  .map(
    ({ policy, provider }) => `
  ${policy}-${provider}:
    policy: ${policy}
    storeContent: true
    ${policy === 'masking' ? 'cache: { tenants: all, exact: {} }' : ''}
    release: plain
    releases:
      plain: { target: { provider: ${provider}, model: loud } }
      careful: { target: { provider: ${provider}, model: quiet } }`,
  )
  .join('')}
`

beforeAll(async () => {
  const reply = (body: unknown) => {
    const text = JSON.stringify(body)
    if (text.includes('Do not say') || text.includes('"quiet"')) return 'I had rather not tell.'
    return text.includes('echo ') ? undefined : says
  }
  openAi = await startFakeProvider({ reply })
  anthropic = await startFakeProvider({ reply })
  product = await startProduct({ config: config(), environment: { FAKE_KEY: 'sk-fake' } })
})

afterAll(async () => {
  await product?.stop()
  await openAi?.stop()
  await anthropic?.stop()
})

const paths = ['/v1/chat/completions', '/v1/messages', '/v1/responses'] as const

function bodyFor(path: string, model: string, text: string, stream: boolean): object {
  if (path === '/v1/responses') return { model, input: text, stream }
  const messages = [{ role: 'user', content: text }]
  return path === '/v1/messages' ? { model, max_tokens: 200, messages, stream } : { model, messages, stream }
}

interface Said {
  readonly status: number
  readonly raw: string
  readonly text: string
  readonly ending: unknown
  readonly id: string
}

/* eslint-disable @typescript-eslint/no-explicit-any -- answers of three APIs, read as their clients do */
/** Takes what waits and decides on it; resolves with what a reviewer saw. */
async function decide(verdict: 'approve' | 'reject'): Promise<{ id: string; context: string }> {
  const call = async (to: string, body: object): Promise<any> => {
    const response = await fetch(product.url + to, {
      method: 'POST',
      headers: { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return await response.json()
  }
  for (let tries = 0; tries < 600; tries += 1) {
    const { review } = await call('/api/reviews/next', {})
    if (!review) {
      await new Promise(resolve => setTimeout(resolve, 50))
      continue
    }
    const { id, content_hash } = review
    const decided = await call(`/api/reviews/${id}/decision`, {
      verdict,
      content_hash,
      rationale: 'for a test',
    })
    expect(decided.state).toBe(verdict === 'approve' ? 'approved' : 'rejected')
    return { id, context: JSON.stringify(review) }
  }
  throw new Error('nothing waits')
}

async function ask(
  path: string,
  model: string,
  text: string,
  stream: boolean,
  key = product.adminKey,
): Promise<Said> {
  const response = await fetch(product.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(bodyFor(path, model, text, stream)),
  })
  const raw = await response.text()
  const id = response.headers.get('slipway-inference-id') ?? ''
  return { status: response.status, raw, id, ...read(path, raw, stream && response.ok) }
}

function read(path: string, raw: string, isStream: boolean): { text: string; ending: unknown } {
  const events: any[] = isStream
    ? raw
        .split('\n')
        .filter(line => line.startsWith('data: ') && line !== 'data: [DONE]')
        .map(line => JSON.parse(line.slice(6)))
    : [JSON.parse(raw)]
  if (path === '/v1/chat/completions') {
    const choices = events.flatMap(event => event.choices ?? [])
    return {
      text: choices.map(choice => (choice.delta ?? choice.message)?.content ?? '').join(''),
      ending: choices.map(choice => choice.finish_reason).findLast(Boolean),
    }
  }
  if (path === '/v1/messages') {
    if (!isStream)
      return {
        text: (events[0].content ?? []).map((block: any) => block.text).join(''),
        ending: events[0].stop_reason,
      }
    return {
      text: events.map(event => event.delta?.text ?? '').join(''),
      ending: events.map(event => event.delta?.stop_reason).findLast(Boolean),
    }
  }
  const response = isStream ? events.at(-1)?.response : events[0]
  const said = (response?.output ?? [])
    .flatMap((item: any) => item.content ?? [])
    .map((part: any) => part.text ?? '')
  if (isStream) {
    const deltas = events
      .filter(event => event.type === 'response.output_text.delta')
      .map(event => event.delta)
    expect(deltas.join('')).toBe(said.join(''))
  }
  return { text: said.join(''), ending: response?.incomplete_details?.reason ?? response?.status }
}

const recordOf = (id: string): Promise<any> => readInference(product, id)

const masked = /^Write to <EMAIL_[0-9a-f]{6}> today\. The codeword is swordfish and nothing else\.$/
const cut = says.slice(0, says.indexOf('swordfish'))
const seen = new Set<string>()
const filtered: Record<string, string> = {
  '/v1/chat/completions': 'content_filter',
  '/v1/messages': 'refusal',
  '/v1/responses': 'content_filter',
}

describe('a policy over every API, on an upstream that speaks it and on one that does not', () => {
  for (const path of paths) {
    for (const upstream of ['openai', 'anthropic']) {
      for (const stream of [false, true]) {
        const how = `${path}, ${upstream}, ${stream ? 'streamed' : 'whole'}`

        it(`masks what was found, in what goes out and in what is kept: ${how}`, async () => {
          const said = await ask(path, `masking-${upstream}`, `Hello ${upstream} ${stream}`, stream)
          expect([said.status, said.text]).toEqual([200, expect.stringMatching(masked)])
          expect(said.raw).not.toMatch(/jane|doe@/)
          const record = await recordOf(said.id)
          expect(JSON.stringify(record)).not.toMatch(/jane|doe@/)
          expect(record.verdict).toBe('mask')
          const [verdict] = record.verdicts.filter((each: any) => each.stage === 'output')
          expect(verdict).toMatchObject({ outcome: 'mask', found: 1, scanned_chars: says.length })
        })

        it(`ends the answer before what is blocked, and says so: ${how}`, async () => {
          const said = await ask(path, `blocking-${upstream}`, 'Hello', stream)
          expect([said.status, said.text, said.ending]).toEqual([200, cut, filtered[path]])
          expect(said.raw).not.toContain('sword')
          const record = await recordOf(said.id)
          expect([record.outcome, record.verdict, record.finish_reason]).toEqual([
            'ok',
            'block',
            'content_filter',
          ])
          expect(JSON.stringify(record)).not.toContain('sword')
        })

        it(`says something else, asks again or asks another release: ${how}`, async () => {
          const replaced = await ask(path, `replacing-${upstream}`, 'Hello', stream)
          expect(replaced.text).toBe('Let us talk about something else.')
          const retried = await ask(path, `retrying-${upstream}`, 'Hello', stream)
          expect(retried.text).toBe('I had rather not tell.')
          const fallen = await ask(path, `falling-${upstream}`, 'Hello', stream)
          expect(fallen.text).toBe('I had rather not tell.')
          const records = await Promise.all([replaced, retried, fallen].map(each => recordOf(each.id)))
          expect(records.map(each => each.verdict)).toEqual(['replace', 'retry', 'fallback'])
          expect(records.map(each => each.release)).toEqual(['plain', 'plain', 'careful'])
          expect(records[1].attempts.length).toBe(2)
          expect(JSON.stringify(records) + replaced.raw + retried.raw + fallen.raw).not.toContain('sword')
        })
      }
    }
  }

  it('sends and keeps nothing that a request was masked of, and gives it back to who sent it', async () => {
    for (const path of paths.flatMap(path => [path, path])) {
      const isStream = seen.has(path)
      seen.add(path)
      const said = await ask(path, 'masking-openai', 'echo bob@example.com please', isStream)
      expect(said.text).toContain('echo bob@example.com please')
      expect(openAi.last.text).toMatch(/echo <EMAIL_[0-9a-f]{6}> please/)
      expect(openAi.requests.map(({ text }) => text).join()).not.toContain('bob@')
      expect(JSON.stringify(await recordOf(said.id))).not.toContain('bob@')
    }
  })

  it('refuses a request in which something is blocked, in the words of its API, and asks nobody', async () => {
    const before = openAi.requests.length
    for (const path of paths) {
      const said = await ask(path, 'blocking-openai', 'The codeword is swordfish.', true)
      expect(said.status).toBe(400)
      expect(said.raw).toContain(path === '/v1/messages' ? 'invalid_request_error' : 'content_filter')
      const record = await recordOf(said.id)
      expect([record.outcome, record.failure_code, record.verdict]).toEqual([
        'error',
        'content_blocked',
        'block',
      ])
      expect(JSON.stringify(record)).not.toContain('sword')
    }
    expect(openAi.requests.length).toBe(before)
  })

  it('lets people decide on an answer, streamed or not, and on a request before anybody is asked', async () => {
    const made = await fetch(`${product.url}/api/keys`, {
      method: 'POST',
      headers: { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'client', role: 'service' }),
    })
    const { secret } = (await made.json()) as { secret: string }
    for (const path of paths) {
      for (const stream of [false, true]) {
        for (const verdict of ['approve', 'reject'] as const) {
          const waiting = ask(path, 'asking-openai', 'Hello', stream, secret)
          const { id, context } = await decide(verdict)
          expect(context).toContain('swordfish')
          const said = await waiting
          const expected =
            verdict === 'approve' ? `^${RegExp.escape(says)}$` : '^(?:A reviewer has decided that .*)?$'
          expect([path, stream, verdict, said.text]).toEqual([
            path,
            stream,
            verdict,
            expect.stringMatching(new RegExp(expected)),
          ])
          if (verdict === 'reject') expect(said.raw).not.toContain('sword')
          expect(id).not.toBe('')
          const record = await recordOf(said.id)
          expect([record.verdict, record.status]).toEqual(['escalate', 202])
        }
      }
    }
    const before = openAi.requests.length
    const waiting = ask('/v1/chat/completions', 'asking-openai', 'echo trout', false, secret)
    await decide('reject')
    expect((await waiting).text).not.toContain('trout')
    expect(openAi.requests.length).toBe(before)
  })

  it('cuts the completions of old likewise, and refuses prompts that no check can read', async () => {
    const headers = { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json' }
    const body = { model: 'blocking-openai', prompt: 'Hello' }
    const post = async (more: object): Promise<string> => {
      const response = await fetch(`${product.url}/v1/completions`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ ...body, ...more }),
      })
      return await response.text()
    }
    const whole = JSON.parse(await post({})) as { choices: { text: string; finish_reason: string }[] }
    expect(whole.choices.map(choice => [choice.text, choice.finish_reason])).toEqual([
      [cut, 'content_filter'],
    ])
    const streamed = await post({ stream: true })
    expect(streamed).not.toContain('sword')
    expect(streamed).toMatch(/"finish_reason":"content_filter"[^\n]*\n\ndata: \[DONE\]\n\n$/)
    // a model reads token numbers as a text, and no check does
    expect(await post({ prompt: [1, 2, 3] })).toContain('guardrail_unavailable')
  })

  it('gives an answer again only as it was masked', async () => {
    const first = await ask('/v1/chat/completions', 'masking-openai', 'Hello again', false)
    const second = await ask('/v1/messages', 'masking-openai', 'Hello again', true)
    const third = await ask('/v1/chat/completions', 'masking-openai', 'Hello again', true)
    expect([first.text, second.text, third.text]).toEqual(
      Array.from({ length: 3 }, () => expect.stringMatching(masked)),
    )
    expect((await recordOf(third.id)).cache).toBe('exact')
  })

  it('lets everything through in shadow, and says what it would have done', async () => {
    const said = await ask('/v1/chat/completions', 'watching-openai', 'Hello', true)
    expect(said.text).toBe(says)
    const record = await recordOf(said.id)
    expect(record.verdict).toBe('shadow block')
  })

  it('lets no log line hold what was found', () => {
    expect(product.lines.join('\n')).not.toMatch(/jane\.doe|swordfish|bob@/)
  })
})
