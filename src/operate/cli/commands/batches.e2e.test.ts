import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startFakeProvider, type FakeProvider } from '../../../../test/fake-provider/index.ts'
import { startProduct, type Product } from '../../../../test/product.ts'
import { runCli } from '../run-cli.fixture.ts'

setDefaultTimeout(120_000)

let provider: FakeProvider
let product: Product
let folder: string

const slipway = (
  words: string[],
  onOutput?: (stdout: string, kill: (name: NodeJS.Signals) => void) => void,
) =>
  runCli(words, {
    environment: { SLIPWAY_URL: product.url, SLIPWAY_KEY: product.adminKey },
    ...(onOutput && { onOutput }),
  })

beforeAll(async () => {
  provider = await startFakeProvider({})
  product = await startProduct({
    config: `
providers:
  up: { kind: openai-compatible, baseUrl: '${provider.url}/v1' }
services:
  chat: { releases: { v1: { target: { provider: up, model: gpt-fake } } } }
  refusing: { releases: { v1: { target: { provider: up, model: fake-error-400 } } } }
  busy: { releases: { v1: { target: { provider: up, model: fake-error-429 } } } }
prices:
  - { provider: up, model: gpt-fake, from: 2026-01-01, usdPerMillionTokens: { input: 100, output: 1000 } }
`,
  })
  folder = await mkdtemp(path.join(tmpdir(), 'slipway-batch-'))
}, 120_000)

afterAll(async () => {
  await product?.stop()
  await provider?.stop()
  await rm(folder, { recursive: true, force: true })
})

async function write(...models: string[]): Promise<string> {
  const file = path.join(folder, `${models.join('-')}.jsonl`)
  const lines = models.map((model, index) =>
    JSON.stringify({
      custom_id: `line-${index}`,
      method: 'POST',
      url: '/v1/chat/completions',
      body: { model, messages: [{ role: 'user', content: 'Hello' }] },
    }),
  )
  await writeFile(file, lines.join('\n'))
  return file
}

async function submit(...models: string[]): Promise<string> {
  const { stdout, stderr } = await slipway(['batch', 'submit', await write(...models), '--json'])
  if (stdout === '') throw new Error(stderr)
  return (JSON.parse(stdout) as { id: string }).id
}

const customIds = (lines: string) =>
  lines
    .trimEnd()
    .split('\n')
    .map(line => (JSON.parse(line) as { custom_id: string }).custom_id)

describe('slipway batch', () => {
  it('submits a file, follows it to its end, lists it and reads what came of it', async () => {
    const file = await write('chat', 'refusing', 'chat')
    const submitted = await slipway(['batch', 'submit', file, '--watch'])
    expect([submitted.code, submitted.stdout]).toEqual([
      0,
      expect.stringMatching(/2 of 3 lines answered, 1 failed for \$\d/),
    ])
    expect(submitted.stderr).toMatch(/█{24} 3\/3 · 1 failed · \d+ lines\/min · \$[\d.]+ · completed/)
    const listed = await slipway(['batch', 'list', '--json'])
    const { data } = JSON.parse(listed.stdout) as { data: { id: string; status: string }[] }
    const id = data[0]?.id ?? ''
    expect((await slipway(['batch', 'list'])).stdout).toMatch(
      new RegExp(`${id} +default +completed +2/3 +1 +\\$`),
    )
    const results = await slipway(['batch', 'results', id])
    expect(customIds(results.stdout)).toEqual(['line-0', 'line-2'])
    const output = path.join(folder, 'errors.jsonl')
    await slipway(['batch', 'results', id, '--errors', '--output', output])
    expect(customIds(await readFile(output, 'utf8'))).toEqual(['line-1'])
  })

  it('cancels after asking, and then says that it did not complete', async () => {
    const id = await submit('chat', 'busy', 'busy')
    const asked = await slipway(['batch', 'cancel', id])
    expect([asked.code, asked.stderr]).toEqual([2, expect.stringContaining('lines will not be asked')])
    expect((await slipway(['batch', 'cancel', id, '--yes'])).code).toBe(0)
    const watched = await slipway(['batch', 'watch', id])
    expect([watched.code, watched.stderr]).toEqual([1, expect.stringContaining('The batch is cancelled')])
  })

  it('leaves a batch running when the watching ends', async () => {
    const id = await submit('busy')
    const watched = await slipway(['batch', 'watch', id, '--json'], (_, kill) => kill('SIGINT'))
    expect([watched.code, watched.stderr]).toEqual([130, expect.stringContaining('goes on')])
    const { data } = JSON.parse((await slipway(['batch', 'list', '--json'])).stdout) as {
      data: { id: string; status: string }[]
    }
    expect(data.find(batch => batch.id === id)?.status).toBe('in_progress')
    await slipway(['batch', 'cancel', id, '--yes'])
  })

  it('says on which line the input is wrong, and what is no file', async () => {
    const watched = await slipway(['batch', 'submit', await write('chat', 'nobody'), '--watch'])
    expect([watched.code, watched.stderr]).toEqual([
      1,
      expect.stringContaining('Line 2: The service `nobody`'),
    ])
    const missing = await slipway(['batch', 'submit', path.join(folder, 'missing.jsonl')])
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining('cannot be read')])
    const none = await slipway(['batch', 'results', 'batch_none'])
    expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('batch_none')])
  })
})
