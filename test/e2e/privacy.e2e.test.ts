import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { readdir, readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { createLogger, type Database, openDatabase } from '../../src/foundation/platform/index.ts'
import { runCli } from '../../src/operate/cli/run-cli.fixture.ts'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { type FakeProvider, startFakeProvider } from '../fake-provider/index.ts'
import { type Product, startProduct } from '../product.ts'
import { until } from '../until.ts'

setDefaultTimeout(120_000)

/** What must be found nowhere. Each call has its own words around it, so that none is another's. */
const marked = 'zebra-7f3a9c21-quagga'
/** What the checks know. */
const address = 'ada.marked@example.org'
const token = `AKIA${'Q7DXPBHLZ2MNTRVW'}`

let provider: FakeProvider
let quoting: Server
let collector: Server
let test: TestDatabase
let database: Database
let product: Product
const spans: string[] = []

const config = (quotingUrl: string, collectorUrl: string) => `
providers:
  up: { kind: openai-compatible, baseUrl: '${provider.url}/v1' }
  quoting: { kind: openai-compatible, baseUrl: '${quotingUrl}' }
services:
  bare: { releases: { v1: { target: { provider: up, model: gpt-fake } } } }
  cached: { cache: { tenants: all, exact: {} }, releases: { v1: { target: { provider: up, model: gpt-fake } } } }
  failing: { retries: { attempts: 0 }, releases: { v1: { target: { provider: up, model: fake-error-mid-stream } } } }
  refused: { retries: { attempts: 0 }, releases: { v1: { target: { provider: quoting, model: gpt-fake } } } }
  slow: { releases: { v1: { target: { provider: up, model: fake-stall } } } }
  masked: { storeContent: masked, releases: { v1: { target: { provider: up, model: gpt-fake } } } }
  whole: { storeContent: true, releases: { v1: { target: { provider: up, model: gpt-fake } } } }
  guarded: { policy: masking, storeContent: true, cache: { tenants: all, exact: {} }, releases: { v1: { target: { provider: up, model: gpt-fake } } } }
  strict: { policy: keeping, storeContent: true, releases: { v1: { target: { provider: up, model: gpt-fake } } } }
policies:
  masking: { checks: [{ check: personal-data, action: mask, mode: enforce, timeoutMs: 500, waived: 'a test of what is masked' }] }
  keeping:
    checks: [{ check: personal-data, action: mask, mode: enforce, timeoutMs: 500, waived: 'a test of what is masked', reidentify: false }]
traces: { otlp: { endpoint: '${collectorUrl}' } }
`

beforeAll(async () => {
  provider = await startFakeProvider({ chunkDelayMs: 1 })
  // as upstreams do: its refusals quote the prompt, in the message and beside it
  quoting = await listen((body, respond) => {
    const prompt = (JSON.parse(body) as { messages: { content: string }[] }).messages[0]?.content ?? ''
    respond(400, {
      error: { message: `Invalid content: "${prompt}" (that is: ${prompt}).`, type: 'invalid_request_error' },
    })
  })
  collector = await listen((body, respond) => {
    spans.push(body)
    respond(200, {})
  })
  test = await createTestDatabase()
  database = await openDatabase({
    url: test.url,
    logger: createLogger({ level: 'silent' }),
    maxConnections: 2,
  })
  product = await startProduct({
    config: config(urlOf(quoting), urlOf(collector)),
    databaseUrl: test.url,
    environment: { SLIPWAY_LOG_LEVEL: 'trace' },
  })
}, 120_000)

afterAll(async () => {
  await product?.stop()
  await database?.close()
  await test?.[Symbol.asyncDispose]()
  await provider?.stop()
  for (const server of [quoting, collector]) await new Promise(resolve => server?.close(resolve))
}, 120_000)

async function listen(
  handle: (body: string, respond: (status: number, answer: object) => void) => void,
): Promise<Server> {
  const server = createServer((request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      const sent = Buffer.concat(pieces)
      const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent
      handle(body.toString(), (status, answer) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
      })
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return server
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function post(path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  return fetch(product.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  })
}

function chat(model: string, text: string, more: object = {}, signal?: AbortSignal): Promise<Response> {
  return post('/v1/chat/completions', { model, messages: [{ role: 'user', content: text }], ...more }, signal)
}

async function read<Answer>(path: string): Promise<Answer> {
  const response = await fetch(product.url + path, {
    headers: { authorization: `Bearer ${product.adminKey}` },
  })
  return (await response.json()) as Answer
}

/** Every row of every table, as text. */
async function dump(): Promise<Map<string, string>> {
  const tables = await database.query<{ name: string }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname NOT IN ('pg_catalog', 'information_schema')`,
  )
  const rows = new Map<string, string>()
  for (const { name } of tables) {
    const found = await database.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`)
    // what is sealed stands there in hexadecimal digits: their bytes must not say it either
    const bytes = found.flatMap(({ row }) =>
      [...row.matchAll(/\\x([0-9a-f]+)/g)].map(([, hex]) => Buffer.from(hex!, 'hex').toString('latin1')),
    )
    rows.set(name, [...found.map(({ row }) => row), ...bytes].join('\n'))
  }
  return rows
}

/** The places that hold what was marked. */
async function placesOf(secret: string): Promise<string[]> {
  const places = [...(await dump())].filter(([, text]) => text.includes(secret)).map(([name]) => name)
  const metrics = await (
    await fetch(`${product.url}/metrics`, { headers: { authorization: `Bearer ${product.adminKey}` } })
  ).text()
  const audit = JSON.stringify(await read('/api/audit?limit=500'))
  const elsewhere = { log: product.lines.join('\n'), metrics, spans: spans.join('\n'), audit }
  return [
    ...places,
    ...Object.entries(elsewhere).flatMap(([name, text]) => (text.includes(secret) ? [name] : [])),
  ]
}

async function recorded(
  service: string,
  count = 1,
): Promise<{ id: string; failure_message: string | null }[]> {
  let found: { id: string; failure_message: string | null }[] = []
  await until(async () => {
    const list = await read<{ data: typeof found }>(`/api/inferences?service=${service}`)
    found = list.data
    return found.length >= count
  })
  return found
}

describe('a marked secret', () => {
  it('is in no record, log, metric or span, however its request ends', async () => {
    const text = `My codeword is ${marked}, write it to nobody.`
    expect((await chat('bare', text)).status).toBe(200)
    const streamed = await chat('bare', text, { stream: true })
    expect(await streamed.text()).toContain('[DONE]')
    for (let time = 0; time < 2; time += 1) expect((await chat('cached', text)).status).toBe(200)
    await (await chat('failing', text, { stream: true })).text()
    const refused = await chat('refused', text)
    // the client is told in full what its upstream said
    expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining(marked)])
    const leaving = new AbortController()
    const slow = await chat('slow', text, { stream: true }, leaving.signal)
    expect(slow.status).toBe(200)
    leaving.abort()
    // what nobody can parse, what no service takes, and an id that is more than one
    await post('/v1/chat/completions', { model: marked, messages: [] })
    await post('/v1/chat/completions', { model: 'bare', messages: [{ role: marked, content: 'x' }] })
    await post('/v1/responses', { model: 'bare', input: 'x', previous_response_id: marked })
    await fetch(`${product.url}/v1/responses/${marked}`, {
      headers: { authorization: `Bearer ${product.adminKey}` },
    })

    await recorded('bare', 2)
    await recorded('cached', 2)
    await recorded('failing')
    await recorded('slow')
    const [inference] = await recorded('refused')
    // enough is left to know what was wrong
    expect(inference?.failure_message).toBe('Invalid content: "[…]" (that is: […]).')
    await until(() => spans.join('').includes('gen_ai'))
    await until(() => product.lines.some(line => line.includes('"upstream_rejected"')))
    expect(await placesOf(marked)).toEqual([])
  })

  it('of a batch is nowhere in the clear, its files included, which go back to their owner as they were', async () => {
    const line = {
      custom_id: 'one',
      method: 'POST',
      url: '/v1/chat/completions',
      body: { model: 'bare', messages: [{ role: 'user', content: `batch ${marked}` }] },
    }
    const form = new FormData()
    form.set('purpose', 'batch')
    form.set('file', new File([`${JSON.stringify(line)}\n`], 'lines.jsonl'))
    const authorization = `Bearer ${product.adminKey}`
    const sent = await fetch(`${product.url}/v1/files`, {
      method: 'POST',
      headers: { authorization },
      body: form,
    })
    const { id } = (await sent.json()) as { id: string }
    const made = await post('/v1/batches', {
      input_file_id: id,
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
    })
    const batch = (await made.json()) as { id: string }
    let ended = { status: '', output_file_id: '' }
    await until(
      async () => {
        ended = await read(`/v1/batches/${batch.id}`)
        return ended.status === 'completed'
      },
      { everyMs: 100 },
    )
    expect(await placesOf(marked)).toEqual([])
    const folder = path.join(product.dataDirectory, 'objects')
    const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter(
      // the marker of the installation beside them
      file => file.isFile() && file.parentPath !== path.join(folder, 'installation'),
    )
    expect(files.length).toBe(2)
    for (const { parentPath, name } of files)
      expect((await readFile(path.join(parentPath, name))).includes(marked)).toBe(false)
    for (const file of [id, ended.output_file_id]) {
      const content = await fetch(`${product.url}/v1/files/${file}/content`, { headers: { authorization } })
      expect(await content.text()).toContain(marked)
    }
  })

  it('is sealed in a stored response, and in the record only where the service says so', async () => {
    const response = await post('/v1/responses', { model: 'whole', input: `store ${marked}` })
    const { id } = (await response.json()) as { id: string }
    await recorded('whole')
    expect(await placesOf(marked)).toEqual(['public.inference_contents'])
    const stored = await read<{ id: string; output: unknown }>(`/v1/responses/${id}`)
    expect(JSON.stringify(stored.output)).toContain(marked)
    const [{ id: inference } = { id: '' }] = await recorded('whole')
    const detail = await read<{ content: { masking: string } }>(`/api/inferences/${inference}`)
    expect(detail.content.masking).toBe('none')
  })
})

const slipway = (...words: string[]) =>
  runCli(['privacy', ...words], {
    environment: { SLIPWAY_URL: product.url, SLIPWAY_KEY: product.adminKey },
  })

describe('storeContent: masked', () => {
  it('keeps placeholders, and shows what is behind them to who says why', async () => {
    const text = `I am at ${address}, and the token is ${token}. Again: ${address}.`
    const answer = (await (await chat('masked', text)).json()) as {
      choices: [{ message: { content: string } }]
    }
    // the client's own answer is as the model said it
    expect(answer.choices[0].message.content).toContain(address)
    const [{ id } = { id: '' }] = await recorded('masked')
    const { content } = await read<{ content: { masking: string; request: unknown; response: unknown } }>(
      `/api/inferences/${id}`,
    )
    expect(content.masking).toBe('stored')
    const kept = JSON.stringify(content.request)
    const placeholders = kept.match(/<EMAIL_ADDRESS_[0-9a-f]{6}>/g) ?? []
    expect([placeholders.length, new Set(placeholders).size]).toEqual([2, 1])
    expect(JSON.stringify(content.response)).toContain(placeholders[0]!)
    const words = { comment: `${address} is hers`, corrected_output: { to: address } }
    const feedback = await post(`/api/inferences/${id}/feedback`, words)
    expect(await feedback.json()).toMatchObject({
      comment: `${placeholders[0]} is hers`,
      corrected_output: { to: placeholders[0] },
    })
    await until(async () => (await dump()).get('public.pseudonyms')?.includes('EMAIL') === true)
    for (const secret of [address, token]) expect(await placesOf(secret)).toEqual([])

    const looked = await slipway('unmask', id, '--reason', 'complaint 4711 of the customer', '--json')
    const { data } = JSON.parse(looked.stdout) as { data: { placeholder: string; value: string }[] }
    expect(data.map(one => [one.placeholder, one.value])).toEqual([[placeholders[0]!, address]])
    expect((await slipway('unmask', id, '--reason', 'because')).code).not.toBe(0)
    expect((await slipway('unmaskings')).stdout).toContain('complaint 4711 of the customer')
    const { data: entries } = await read<{ data: { action: string }[] }>(
      '/api/audit?action=conversation:unmask',
    )
    expect(entries).toHaveLength(1)
  })
})

/** The first that the provider was sent last. */
function placeholderSent(): string {
  return /<EMAIL_ADDRESS_[0-9a-f]{6}>/.exec(JSON.stringify(provider.last.body))?.[0] ?? 'none'
}

describe('a policy that masks', () => {
  const text = 'Send it to eve.marked@example.org, please.'
  const person = 'eve.marked@example.org'

  it.each([false, true])(
    'gives the client back what neither the model nor a record has seen (stream: %p)',
    async stream => {
      const response = await chat('guarded', text, { stream })
      const said = await response.text()
      const asked = JSON.stringify(provider.last.body)
      expect(asked).toMatch(/Send it to <EMAIL_ADDRESS_[0-9a-f]{6}>, please/)
      const pieces = said.split('\n').flatMap(line => {
        if (!line.startsWith('data: {')) return []
        const event = JSON.parse(line.slice(6)) as { choices: { delta: { content?: string } }[] }
        return [event.choices[0]?.delta.content ?? '']
      })
      expect(stream ? pieces.join('') : said).toContain(`You said: ${text}`)
      const [{ id } = { id: '' }] = await recorded('guarded')
      const { content } = await read<{ content: { masking: string } }>(`/api/inferences/${id}`)
      expect(content.masking).toBe('policy')
      expect(JSON.stringify(content)).toContain('<EMAIL_ADDRESS_')
      expect(await placesOf(person)).toEqual([])
    },
  )

  it('gives a value back within the arguments of a tool, and leaves placeholders where it may not', async () => {
    const placeholder = placeholderSent()
    // a model that calls the tool with what it has read
    const parameters = { type: 'object', properties: { to: { enum: [`Eve "E." ${placeholder}`] } } }
    const tools = [{ type: 'function', function: { name: 'send', parameters } }]
    const called = await chat('guarded', text, { tools, tool_choice: 'required' })
    const { choices } = (await called.json()) as {
      choices: { message: { tool_calls: { function: { arguments: string } }[] } }[]
    }
    const given = choices[0]?.message.tool_calls[0]?.function.arguments ?? ''
    expect(JSON.parse(given)).toEqual({ to: `Eve "E." ${person}` })
    const strict = await (await chat('strict', text)).text()
    expect(strict).toMatch(/Send it to <EMAIL_ADDRESS_[0-9a-f]{6}>/)
    expect(strict).not.toContain(person)
  })

  it('gives a placeholder that a client writes itself back as it was written, to that and to any other key', async () => {
    const placeholder = placeholderSent()
    const said = await (await chat('guarded', `Whose is ${placeholder}?`)).text()
    expect(said).toContain(placeholder)
    expect(said).not.toContain('eve.marked')
  })
})

describe('a server with a master key of its own', () => {
  it('does not start on the database of others, and says which key it needs', async () => {
    const strange = startProduct({ databaseUrl: test.url, environment: { SLIPWAY_MASTER_KEY: '' } })
    const why = await strange.then(
      () => 'it started',
      (error: unknown) => String(error),
    )
    expect(why).toContain('The server ended (78)')
    expect(why).toContain('SLIPWAY_MASTER_KEY')
    // and has not put its own configuration in force for them
    expect(why).not.toContain('is published')
  })
})

describe('slipway privacy keys', () => {
  it('shreds a key, and with it what it had sealed, after it was asked twice', async () => {
    const made = await post('/v1/responses', { model: 'whole', input: 'to be forgotten' })
    const { id } = (await made.json()) as { id: string }
    await until(async () => (await dump()).get('public.responses')?.includes(id.slice(5, 13)) === true)
    type Keys = { data: { id: string; purpose: string; shredded_at: string | null }[] }
    const list = async () => (JSON.parse((await slipway('keys', '--json')).stdout) as Keys).data
    const key = (await list()).find(({ purpose }) => purpose === 'content')!
    const unasked = await slipway('keys', 'shred', key.id)
    expect([unasked.code === 0, unasked.stderr]).toEqual([false, expect.stringContaining('--yes')])
    const path = `/api/privacy/keys/${key.id}/shred`
    expect((await post(path, { confirm: 'yes' })).status).toBe(400)
    expect((await slipway('keys', 'shred', key.id, '--yes')).stdout).toContain('destroyed')
    const gone = await fetch(`${product.url}/v1/responses/${id}`, {
      headers: { authorization: `Bearer ${product.adminKey}` },
    })
    expect(gone.status).toBe(404)
    const rotated = await slipway('keys', 'rotate', 'default', '--purpose', 'content')
    expect(rotated.stdout).toContain('seals the content of default')
    expect((await list()).map(one => one.shredded_at !== null).filter(Boolean)).toHaveLength(1)
    const actions = (await read<{ data: { action: string }[] }>('/api/audit?limit=50')).data
    expect(actions.map(({ action }) => action)).toContain('privacy-key:shred')
  })
})
