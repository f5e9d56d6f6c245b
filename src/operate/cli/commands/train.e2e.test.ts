import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startProduct, type Product } from '../../../../test/product.ts'
import { until } from '../../../../test/until.ts'
import { runCli } from '../run-cli.fixture.ts'

setDefaultTimeout(120_000)

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

interface Job {
  readonly id: string
  readonly state: string
  readonly step: number
  readonly fine_tuned_model: string | null
}
const read = async (id: string): Promise<Job> => {
  const { data } = JSON.parse((await slipway(['train', 'list', '--json'])).stdout) as { data: Job[] }
  return data.find(job => job.id === id)!
}

const letters = Array.from('abcdefghij')
const examples = letters
  .map((letter, index) =>
    JSON.stringify({
      messages: [
        { role: 'user', content: letter },
        { role: 'assistant', content: letters[(index + 1) % 10] },
      ],
    }),
  )
  .join('\n')
/** A model of a few thousand parameters. */
const tiny = {
  shape: { width: 16, layers: 1, heads: 2, keyValueHeads: 1, hiddenWidth: 32, contextLength: 32 },
  merges: 4,
  rowLengths: [16],
  warmupSteps: 2,
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'slipway-train-'))
  await writeFile(path.join(folder, 'examples.jsonl'), examples)
  await writeFile(path.join(folder, 'wrong.jsonl'), `${examples}\n{"messages":[]}`)
  await writeFile(path.join(folder, 'tiny.json'), JSON.stringify(tiny))
  product = await startProduct({ config: 'services: {}\ntraining: { concurrency: 2 }\n' })
})

afterAll(async () => {
  await product?.stop()
  await rm(folder, { recursive: true, force: true })
})

const create = (data: string, ...words: string[]): string[] => [
  'train',
  'create',
  'builtin/new',
  path.join(folder, data),
  '--options',
  path.join(folder, 'tiny.json'),
  '--learning-rate',
  '0.01',
  ...words,
]

describe('slipway train', () => {
  it('creates a job, follows it to the model that it leaves, and prints what its trainer wrote', async () => {
    const validation = path.join(folder, 'examples.jsonl')
    const made = await slipway(
      create(
        'examples.jsonl',
        '--steps',
        '40',
        '--validation',
        validation,
        '--suffix',
        'mine',
        '--seed',
        '3',
      ),
    )
    expect({ code: made.code, stdout: made.stdout }).toEqual({ code: 0, stdout: '✓ new-mine@1\n' })
    const [id = ''] = /ftjob-[0-9a-f]{32}/.exec(made.stderr) ?? []
    expect(made.stderr).toMatch(/40\/40 · loss .* · validation .* · succeeded/)
    expect(await read(id)).toMatchObject({ state: 'succeeded', step: 40, fine_tuned_model: 'new-mine@1' })
    const listed = await slipway(['train', 'list', '--state', 'succeeded'])
    expect(listed.stdout).toMatch(new RegExp(`${id} +builtin/new +builtin +succeeded +40/40 .*new-mine@1`))
    const trainers = await slipway(['train', 'list', '--trainers'])
    expect(trainers.stdout).toMatch(/builtin +builtin +supervised +yes +stay here +.*builtin\/new/)
    expect((await slipway(['train', 'logs', id])).code).toBe(0)
  })

  it('watches, leaves, pauses, goes on and cancels', async () => {
    const made = await slipway(create('examples.jsonl', '--steps', '100000', '--detach', '--json'))
    const { id } = JSON.parse(made.stdout) as Job
    const left = await slipway(['train', 'watch', id, '--json'], (stdout, kill) => {
      if (/"state": ?"running"/.test(stdout)) kill('SIGINT')
    })
    expect({ code: left.code, state: (await read(id)).state }).toEqual({ code: 0, state: 'running' })
    expect((await slipway(['train', 'pause', id])).stdout).toContain('is paused')
    expect((await read(id)).state).toBe('paused')
    const refused = await slipway(['train', 'pause', id])
    expect({ code: refused.code, says: refused.stderr.includes("status 'paused'") }).toEqual({
      code: 1,
      says: true,
    })
    expect((await slipway(['train', 'resume', id])).stdout).toContain('goes on')
    await until(async () => (await read(id)).state === 'running', { everyMs: 200 })
    expect((await slipway(['train', 'cancel', id])).stdout).toContain('is cancelled')
    expect((await read(id)).state).toBe('cancelled')
    const ended = await slipway(['train', 'watch', id])
    expect(ended.stderr).toContain('cancelled')
  })

  it('says which line of the data is wrong, what a trainer cannot, and that there is no such job', async () => {
    const wrong = await slipway(create('wrong.jsonl', '--steps', '5'))
    expect(wrong.code).toBe(1)
    expect(wrong.stderr).toContain('Line 11')
    const preferences = await slipway(create('examples.jsonl', '--dpo'))
    expect(preferences.code).toBe(1)
    expect(preferences.stderr).toContain('The trainer `builtin` knows supervised and no dpo')
    expect((await slipway(['train', 'watch', `ftjob-${'0'.repeat(32)}`])).code).toBe(1)
  })
})
