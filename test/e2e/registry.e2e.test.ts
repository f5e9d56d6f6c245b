import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { type Product, startProduct } from '../product.ts'
import { until } from '../until.ts'

const weights = await readFile(path.join(import.meta.dirname, '../../models/support/support.gguf'))
const config = `
engines:
  mine: { model: "registry:support@production" }
services:
  support:
    releases:
      v1: { target: { engine: mine } }
`
let product: Product

beforeAll(async () => {
  product = await startProduct({ config })
}, 120_000)

afterAll(async () => {
  await product?.stop()
})

async function call(method: string, place: string, body?: unknown): Promise<Response> {
  const isBytes = body instanceof Uint8Array
  return await fetch(`${product.url}${place}`, {
    method,
    headers: {
      authorization: `Bearer ${product.adminKey}`,
      'content-type': isBytes ? 'application/octet-stream' : 'application/json',
    },
    ...(body !== undefined && { body: isBytes ? (body as Uint8Array<ArrayBuffer>) : JSON.stringify(body) }),
  })
}

async function api<Result>(method: string, place: string, body?: unknown): Promise<Result> {
  const response = await call(method, place, body)
  if (!response.ok) throw new Error(`${method} ${place}: ${response.status} ${await response.text()}`)
  return (await response.json()) as Result
}

/** Sends what is not there, in two parts, as a client would that was interrupted. */
async function send(file: string, content: Buffer): Promise<{ path: string; bytes: number; sha256: string }> {
  const sha256 = createHash('sha256').update(content).digest('hex')
  const place = `/api/model-files/${sha256}`
  const { is_stored: isStored } = await api<{ is_stored: boolean }>('GET', place)
  if (!isStored) {
    const half = content.byteLength >> 1
    await api('PUT', place, content.subarray(0, half))
    expect((await call('PUT', place, content)).status).toBe(409)
    await api('PUT', `${place}?offset=${half}`, content.subarray(half))
    expect(await api<unknown>('POST', place)).toMatchObject({ is_stored: true, bytes: content.byteLength })
  }
  return { path: file, bytes: content.byteLength, sha256 }
}

const modelOfEngine = async (): Promise<string> => {
  const { data } = await api<{ data: { name: string; model: string; state: string }[] }>(
    'GET',
    '/api/engines',
  )
  const [engine] = data
  return `${engine?.model} ${engine?.state}`
}

describe('an engine that names the registry', () => {
  it('loads the version that the alias is at, and another when the alias has moved', async () => {
    const files = [await send('support.gguf', weights)]
    const first = await api<{ version: { number: number; facts: { architecture: string } } }>(
      'POST',
      '/api/models/support/versions',
      { files },
    )
    expect(first.version).toMatchObject({ number: 1, facts: { architecture: 'llama' } })
    await api('PUT', '/api/models/support/aliases/production', { version: 1, expected: null })
    await until(async () => (await modelOfEngine()) === 'registry:support@production#1 ready', {
      limitMs: 60_000,
    })
    const answer = await api<{ choices: unknown[] }>('POST', '/v1/chat/completions', {
      model: 'support',
      messages: [{ role: 'user', content: 'My laptop arrived broken.' }],
    })
    expect(answer.choices.length).toBe(1)
    const between = new Date().toISOString()

    const card = await send('README.md', Buffer.from('# A card\n'))
    await api('POST', '/api/models/support/versions', { files: [...files, card] })
    expect(
      (await call('PUT', '/api/models/support/aliases/production', { version: 2, expected: 7 })).status,
    ).toBe(409)
    await api('PUT', '/api/models/support/aliases/production', {
      version: 2,
      expected: 1,
      reason: 'It is better.',
    })
    await until(async () => (await modelOfEngine()) === 'registry:support@production#2 ready', {
      limitMs: 60_000,
    })

    type Live = {
      aliases: { alias: string; version: number; event: { reason: string } }[]
      servings: { engine: string; version: number; releases: string[] }[]
    }
    const then = await api<Live>('GET', `/api/models/support/live?at=${between}`)
    expect(then.aliases.map(({ alias, version }) => [alias, version])).toEqual([['production', 1]])
    expect(then.servings).toMatchObject([{ engine: 'mine', version: 1, releases: ['support@v1'] }])
    const now = await api<Live>('GET', '/api/models/support/live')
    expect(now.aliases).toMatchObject([{ version: 2, event: { reason: 'It is better.' } }])
    expect(now.servings).toMatchObject([{ engine: 'mine', version: 2 }])
    expect((await call('DELETE', '/api/models/support/versions/2')).status).toBe(409)

    const back = await call('GET', '/api/models/support/versions/production/file?path=support.gguf')
    expect(Buffer.from(await back.arrayBuffer()).equals(weights)).toBe(true)
  }, 180_000)
})

describe('POST /api/model-files/{sha256}', () => {
  it('stores nothing of another hash, and throws away what came', async () => {
    const place = `/api/model-files/${createHash('sha256').update('meant').digest('hex')}`
    await api('PUT', place, Buffer.from('changed meanwhile'))
    const refused = await call('POST', place)
    expect(refused.status).toBe(400)
    expect(await refused.text()).toContain('Send it again.')
    expect(await api<unknown>('GET', place)).toMatchObject({ bytes: 0, is_stored: false })
  })
})
