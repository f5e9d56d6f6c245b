import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { runCli, type CliResult } from '../../src/operate/cli/run-cli.fixture.ts'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { type Product, startProduct } from '../product.ts'

/** Two processes on one port: whatever the second is asked about rows, it asks the first. */
let database: TestDatabase
let product: Product
let folder: string

beforeAll(async () => {
  database = await createTestDatabase()
  folder = await mkdtemp(path.join(tmpdir(), 'slipway-test-'))
  product = await startProduct({
    config: 'services: {}\n',
    databaseUrl: database.url,
    environment: { SLIPWAY_WORKERS: '2' },
  })
}, 120_000)

afterAll(async () => {
  await product?.stop()
  await database?.[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
}, 120_000)

async function slipway(...words: string[]): Promise<CliResult> {
  return await runCli(words, {
    folder,
    environment: { SLIPWAY_URL: product.url, SLIPWAY_KEY: product.adminKey },
  })
}

describe('slipway dataset', () => {
  it('takes a dataset through definition, edits, a branch, a merge, a question and its end', async () => {
    const definition = path.join(folder, 'dataset.yaml')
    await writeFile(definition, 'key: id\nsplits: { parts: { train: 50, test: 50 } }\n')
    const rows = path.join(folder, 'rows.jsonl')
    await writeFile(
      rows,
      Array.from({ length: 20 }, (_, id) => JSON.stringify({ id, label: 'a' })).join('\n'),
    )
    expect((await slipway('dataset', 'define', 'tickets', '-f', definition)).code).toBe(0)
    const first = await slipway('dataset', 'commit', 'tickets', '-f', rows, '-m', 'first')
    expect(first.stdout).toContain('tickets@1')
    expect((await slipway('dataset', 'branch', 'tickets', 'mine')).stdout).toContain(
      'tickets@mine is version 1',
    )
    const fixed = path.join(folder, 'fixed.jsonl')
    await writeFile(fixed, '{"id": 3, "label": "b"}\n')
    expect((await slipway('dataset', 'commit', 'tickets@mine', '-f', fixed)).stdout).toContain('1 changed')
    await writeFile(fixed, '{"id": 3, "label": "c"}\n{"id": 4, "label": "c"}\n')
    expect((await slipway('dataset', 'commit', 'tickets', '-f', fixed, '--delete', '[5]')).stdout).toContain(
      '1 removed',
    )
    const refused = await slipway('dataset', 'merge', 'tickets', 'mine')
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('[3] label: main "c", mine "b"')
    expect((await slipway('dataset', 'merge', 'tickets', 'mine', '--theirs')).stdout).toContain('tickets@4')
    const diff = await slipway('dataset', 'diff', 'tickets@1', 'tickets@main')
    expect(diff.stdout).toContain('0 added, 2 changed, 1 removed, 17 unchanged')
    const asked = await slipway(
      '--json',
      'dataset',
      'query',
      'select label, count(*) as n from tickets group by label order by label',
    )
    expect(JSON.parse(asked.stdout)).toMatchObject({
      rows: [
        ['a', 17],
        ['b', 1],
        ['c', 1],
      ],
    })
    const blamed = await slipway('dataset', 'blame', 'tickets', '--key', '3', '--key', '[5]', '--key', '99')
    expect(blamed.stdout).toMatch(/label +2 +changed +admin .* edit/)
    expect(blamed.stdout).toMatch(/id +1 +added +admin .* first/)
    expect(blamed.stdout).toMatch(/removed in version 3 by admin.*version 1 still had it/)
    expect(blamed.stdout).toContain('no version before this one ever had it')
    const shown = await slipway('dataset', 'show', 'tickets@4')
    expect(shown.stdout).toMatch(/made of +3 \(.*\) and 2 \(/)
    expect((await slipway('dataset', 'show', 'tickets@4', '--definition')).stdout).toContain('train: 50')
    expect((await slipway('dataset', 'log', 'tickets')).stdout.split('\n').length).toBeGreaterThan(4)
    expect((await slipway('dataset', 'delete', 'tickets', '--yes')).code).toBe(0)
    expect((await slipway('dataset', 'show', 'tickets')).stderr).toContain('no dataset `tickets`')
    expect((await slipway('dataset', 'gc', '--grace', '0', '--yes')).stdout).toContain('4 versions')
  }, 120_000)

  it('keeps a folder of files, sends what has changed alone, and gives it back', async () => {
    const source = path.join(folder, 'pictures')
    const picture = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(500, 1)])
    await mkdir(path.join(source, 'cats'), { recursive: true })
    await writeFile(path.join(source, 'cats', 'one ü.png'), picture)
    await writeFile(path.join(source, 'page.html'), '<script>alert(1)</script>')
    await writeFile(path.join(source, 'metadata.jsonl'), '{"file_name": "cats/one ü.png", "label": "cat"}\n')
    const first = await slipway('dataset', 'import', 'pictures', source)
    expect(first.stdout).toContain('2 rows: 2 added')
    await writeFile(path.join(source, 'new.txt'), 'new')
    const second = await slipway('dataset', 'import', 'pictures', source)
    expect(second.stderr).toContain('2 of 4 files sent')
    expect(second.stdout).toContain('3 rows: 1 added, 0 changed, 0 removed')
    expect((await slipway('dataset', 'diff', 'pictures@1', 'pictures@2')).stdout).toContain('new.txt')
    const target = path.join(folder, 'back')
    expect((await slipway('dataset', 'export', 'pictures@2', '--to', target)).stderr).toContain('4 files')
    expect(await readFile(path.join(target, 'cats', 'one ü.png'))).toEqual(picture)
    expect(await readFile(path.join(target, 'new.txt'), 'utf8')).toBe('new')
    expect((await slipway('dataset', 'export', 'pictures', '--to', target)).stderr).toContain('not empty')
    await symlink('/etc/passwd', path.join(source, 'link'))
    expect((await slipway('dataset', 'import', 'pictures', source)).stderr).toContain('is a link or no file')

    const file = async (query: string, headers: Record<string, string> = {}): Promise<Response> =>
      await fetch(`${product.url}/api/datasets/pictures/file?${query}`, {
        headers: { authorization: `Bearer ${product.adminKey}`, connection: 'close', ...headers },
      })
    // either process sends it
    for (let index = 0; index < 8; index += 1) {
      const shown = await file('version=2&inline=true&path=cats%2Fone%20%C3%BC.png')
      expect(shown.headers.get('content-type')).toBe('image/png')
      expect(shown.headers.get('content-disposition')).toBe(
        `inline; filename="one__.png"; filename*=UTF-8''one%20%C3%BC.png`,
      )
      expect(shown.headers.get('x-content-type-options')).toBe('nosniff')
      expect(Buffer.from(await shown.arrayBuffer())).toEqual(picture)
    }
    const part = await file('path=page.html&inline=true', { range: 'bytes=0-7' })
    expect(part.status).toBe(206)
    expect(part.headers.get('content-range')).toBe('bytes 0-7/25')
    // what a browser would run is saved, under no type of its own
    expect(part.headers.get('content-type')).toBe('application/octet-stream')
    expect(part.headers.get('content-disposition')).toStartWith('attachment;')
    expect(await part.text()).toBe('<script>')
    expect((await file('path=page.html', { range: 'bytes=25-' })).status).toBe(416)
    expect((await file('path=none.html')).status).toBe(404)
    const tag = part.headers.get('etag') ?? ''
    expect((await file('path=page.html', { 'if-none-match': tag })).status).toBe(304)
  }, 90_000)

  it('answers the same whichever process is asked, and refuses alike', async () => {
    const call = async (method: string, address: string, body?: unknown): Promise<Response> =>
      await fetch(product.url + address, {
        method,
        headers: {
          authorization: `Bearer ${product.adminKey}`,
          // a connection of its own, which may reach either process
          connection: 'close',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
    expect((await call('POST', '/api/datasets', { name: 'both', definition: 'key: id' })).status).toBe(201)
    const upserts = [{ id: 'x' }]
    expect((await call('POST', '/api/datasets/both/commits', { upserts })).status).toBe(201)
    for (let index = 0; index < 12; index += 1) {
      const rows = await call('GET', '/api/datasets/both/versions/main/rows')
      expect(await rows.json()).toMatchObject({
        data: [{ key: '["x"]', row: { id: 'x' } }],
        next_cursor: null,
      })
      const stale = await call('POST', '/api/datasets/both/commits', { upserts, parent: '0'.repeat(64) })
      expect(stale.status).toBe(409)
    }
    expect((await call('DELETE', '/api/datasets/both')).status).toBe(204)
  }, 120_000)
})
