import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startProduct, type Product } from '../../../../test/product.ts'
import { runCli } from '../run-cli.fixture.ts'

setDefaultTimeout(120_000)

const root = path.join(import.meta.dirname, '../../../..')
let product: Product
let folder: string
let check: string

const slipway = (...words: string[]) =>
  runCli(words, { environment: { SLIPWAY_URL: product.url, SLIPWAY_KEY: product.adminKey } })

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'slipway-quantize-'))
  check = path.join(folder, 'check.jsonl')
  const tickets = await readFile(path.join(root, 'examples/retrain-support/tickets.jsonl'), 'utf8')
  const messages = tickets
    .split('\n')
    .slice(0, 20)
    .map(line => JSON.parse(line) as { readonly message: string; readonly answer: string })
    .map(({ message, answer }) =>
      JSON.stringify({
        messages: [
          { role: 'user', content: message },
          { role: 'assistant', content: answer },
        ],
      }),
    )
  await writeFile(check, messages.join('\n'))
  product = await startProduct({ config: 'services: {}\n' })
  const weights = path.join(root, 'models/support/support.gguf')
  expect((await slipway('model', 'import', weights, '--name', 'support')).code).toBe(0)
})

afterAll(async () => {
  await product?.stop()
  await rm(folder, { recursive: true, force: true })
})

describe('slipway model quantize --on-server', () => {
  const quantize = (...words: string[]) =>
    slipway(
      'model',
      'quantize',
      'support@1',
      '--on-server',
      '--check',
      check,
      '--examples',
      '4',
      '--answers',
      '0',
      ...words,
    )

  it('sends the examples, follows the server and shows what it measured', async () => {
    const made = await quantize('--to', 'Q8_0', '--name', 'small', '--max-rise', '100')
    expect([made.code, made.stdout]).toEqual([0, expect.stringMatching(/version +small@1/)])
    expect(made.stdout).toMatch(/perplexity +\d/)
    const [id = ''] = /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(made.stderr) ?? []
    const listed = await slipway('model', 'quantizations', 'list')
    expect(listed.stdout).toMatch(new RegExp(`${id} +support@1 +Q8_0 +succeeded +small@1`))
    const watched = JSON.parse((await slipway('model', 'quantizations', 'watch', id, '--json')).stdout) as {
      readonly result: string
    }
    expect(watched.result).toBe('small@1')
  })

  it('ends with the exit code of the gate that does not hold, and leaves no version', async () => {
    const made = await quantize('--to', 'Q2_K', '--name', 'smaller', '--max-rise', '0')
    expect([5, 6]).toContain(made.code!)
    expect(made.stderr).toContain('No version was left')
    expect((await slipway('model', 'show', 'smaller')).code).toBe(1)
  })

  it('leaves it to the server, and ends it there', async () => {
    const begun = JSON.parse((await quantize('--to', 'Q4_K_M', '--detach', '--json')).stdout) as {
      readonly id: string
    }
    const ended = await slipway('model', 'quantizations', 'cancel', begun.id)
    expect([ended.code, ended.stdout]).toEqual([0, `✓ ${begun.id} is cancelled.\n`])
    expect((await slipway('model', 'quantizations', 'watch', begun.id)).code).toBe(1)
  })

  it('says what belongs to the other place', async () => {
    const threads = await quantize('--to', 'Q8_0', '--threads', '2')
    expect([threads.code, threads.stderr]).toEqual([2, expect.stringContaining('--threads is for files')])
    const name = await slipway('model', 'quantize', 'x.gguf', '--to', 'Q8_0', '--check', check, '--name', 'x')
    expect([name.code, name.stderr]).toEqual([2, expect.stringContaining('Add --on-server')])
  })
})
