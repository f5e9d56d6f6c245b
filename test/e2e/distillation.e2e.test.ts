import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { runCli } from '../../src/operate/cli/run-cli.fixture.ts'
import { callControl } from '../clients.ts'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { startFakeProvider, type FakeProvider } from '../fake-provider/index.ts'
import { startProduct, type Product } from '../product.ts'
import { until } from '../until.ts'

setDefaultTimeout(150_000)

interface Stage {
  readonly name: string
  readonly state: string
  readonly interruptions: number
  readonly error: { readonly code: string; readonly message: string } | null
  readonly artifacts: readonly { readonly name: string; readonly value: unknown }[]
}
interface Run {
  readonly state: string
  readonly stages: readonly Stage[]
}

let database: TestDatabase
let provider: FakeProvider
let product: Product

const letters = Array.from('abcdefghijklmnopqrst')
const nextOf = (letter: string): string => letters[(letters.indexOf(letter) + 1) % letters.length]!

/** The teacher knows the next letter, but for two. */
function teach(body: unknown): string | undefined {
  const { messages } = body as { messages?: { role: string; content: string }[] }
  const asked = messages?.findLast(({ role }) => role === 'user')?.content
  if (asked === undefined) return undefined
  return asked === 'c' || asked === 'd' ? 'I do not know' : nextOf(asked)
}

const configOf = (terms: string): string => `
providers:
  hosted: { kind: openai, baseUrl: '${provider.url}/v1'${terms} }
engines:
  student: { model: 'registry:letters-student@trial' }
services:
  teacher: { releases: { large: { target: { provider: hosted, model: gpt-large } } } }
  desk:
    release: large
    releases:
      large: { target: { provider: hosted, model: gpt-large } }
      small: { target: { engine: student }, parameters: { temperature: 0 } }
prices:
  - { provider: hosted, model: gpt-large, from: 2020-01-01, usdPerMillionTokens: { input: 1, output: 2 } }
training: { concurrency: 2 }
`
const allowed = `, trainingOnOutput: { allowed: true, terms: 'Apache-2.0, the licence of its weights' }`

const recipe = `distil: letters
teacher: teacher
data:
  dataset: letters@main
  request: { prompt: '{{ask}}', parameters: { max_tokens: 8 } }
filters:
  - { use: regex, with: { pattern: '^[a-t]$' }, threshold: 1 }
answers: { least: 10 }
student:
  train:
    model: builtin/new
    seed: 3
    slipway:
      output_model: letters-student
      steps: 150
      learning_rate: 0.01
      options:
        shape: { width: 16, layers: 1, heads: 2, keyValueHeads: 1, hiddenWidth: 32, contextLength: 64 }
        merges: 4
        rowLengths: [16]
        warmupSteps: 2
  alias: trial
  release: desk@small
  waitSeconds: 60
compare:
  dataset: letters@main
  expected: say
  evaluators: [exact]
`

const cli = (...words: string[]) =>
  runCli(words, { environment: { SLIPWAY_URL: product.url, SLIPWAY_KEY: product.adminKey } })
const control = async <Body>(method: string, url: string, body?: object): Promise<Body> =>
  await callControl<Body>(product, method, url, body)
const read = async (id: string): Promise<Run> => await control('GET', `/api/pipeline-runs/${id}`)
const stageOf = (run: Run, name: string): Stage => run.stages.find(stage => stage.name === name)!
const valueOf = (run: Run, stage: string, name: string): unknown =>
  stageOf(run, stage).artifacts.find(artifact => artifact.name === name)?.value

async function writeRecipe(name: string, text: string): Promise<string> {
  const file = path.join(product.dataDirectory, name)
  await writeFile(file, text)
  return file
}

beforeAll(async () => {
  database = await createTestDatabase()
  provider = await startFakeProvider({ reply: teach, firstTokenDelayMs: 100 })
  product = await startProduct({ config: configOf(''), databaseUrl: database.url })
  await control('POST', '/api/datasets', {
    name: 'letters',
    definition: 'key: ask\ncolumns: { ask: { role: input }, say: { role: expected } }\n',
  })
  await control('POST', '/api/datasets/letters/commits', {
    message: 'first',
    upserts: letters.map(ask => ({ ask, say: nextOf(ask) })),
  })
})

afterAll(async () => {
  await product?.stop()
  await provider?.stop()
  await database?.[Symbol.asyncDispose]()
})

describe('slipway distil', () => {
  it('learns from nobody who does not allow it, and says what is wrong with a recipe where it is', async () => {
    const refused = await cli('distil', await writeRecipe('recipe.yaml', recipe))
    expect(refused.code).toBe(7)
    expect(refused.stderr).toContain('recipe.yaml:2:10')
    expect(refused.stderr).toContain('`providers.hosted`')
    expect(refused.stderr).toContain('trainingOnOutput: { allowed: true')
    const wrong = await cli(
      'distil',
      await writeRecipe(
        'wrong.yaml',
        recipe.replace('use: regex', 'use: regexp').replace('desk@small', 'desk@tiny'),
      ),
    )
    expect(wrong.stderr).toContain('Did you mean `regex`')
    expect(wrong.stderr).toContain('The service `desk` has no release `tiny`')
    expect(provider.requests).toHaveLength(0)
    const hash = async () => (await control<{ hash: string }>('GET', '/api/configuration')).hash
    const before = await hash()
    await writeFile(product.configFile, configOf(allowed))
    await until(async () => (await hash()) !== before)
  })

  it('goes from a teacher’s answers to a student that was held against it, over a kill of the server', async () => {
    const begun = await cli('distil', await writeRecipe('recipe.yaml', recipe), '--detach', '--json')
    expect(begun.stderr).not.toContain('rror')
    const { run: id } = JSON.parse(begun.stdout) as { run: string }
    await until(() => provider.requests.length >= 3, { limitMs: 60_000 })
    process.kill(product.pid, 'SIGKILL')
    await product.exited
    product = await startProduct({
      config: configOf(allowed),
      databaseUrl: database.url,
      dataDirectory: product.dataDirectory,
    })
    await until(async () => ['succeeded', 'failed'].includes((await read(id)).state), { limitMs: 120_000 })
    const run = await read(id)
    expect(run.stages.map(({ name, state, error }) => [name, state, error?.message])).toEqual([
      ['answers', 'succeeded', undefined],
      ['train', 'succeeded', undefined],
      ['serve', 'succeeded', undefined],
      ['compare', 'succeeded', undefined],
      ['report', 'succeeded', undefined],
    ])
    expect(valueOf(run, 'answers', 'report')).toMatchObject({
      asked: 20,
      answered: 20,
      kept: 18,
      leftOut: { regex: 2 },
      provenance: {
        teacher: 'teacher',
        release: 'large',
        targets: ['provider:hosted gpt-large'],
        terms: ['the provider `hosted`: Apache-2.0, the licence of its weights'],
      },
    })
    // the batch was taken up where it was, and no other was made
    const { data: batches } = await control<{ data: object[] }>('GET', '/api/batches')
    expect(batches).toMatchObject([{ total: 20, completed: 20, failed: 0 }])
    const { data } = await control<{ data: { row: Record<string, unknown> }[] }>(
      'GET',
      '/api/datasets/letters-answers/versions/main/rows?limit=1',
    )
    expect(data[0]?.row).toMatchObject({ teacher: 'teacher@large', scores: { regex: 1 } })
    const report = valueOf(run, 'report', 'report') as {
      comparison: {
        examples: number
        teacher: { cost_per_answer_nano_usd: number; latency_ms_p50: number }
        student: { scores: { mean: number }[]; latency_ms_p50: number }
        quality: { pairs: number; difference: { low: number; high: number } }[]
      }
    }
    const { comparison } = report
    expect(comparison.examples).toBe(20)
    expect(comparison.teacher.cost_per_answer_nano_usd).toBeGreaterThan(0)
    expect(comparison.student.latency_ms_p50).toBeGreaterThan(0)
    expect(comparison.quality).toMatchObject([{ evaluator: 'exact', pairs: 20 }])
    const { lineage } = await control<{ lineage: { datasets: object[] } }>(
      'GET',
      '/api/models/letters-student/versions/1',
    )
    expect(lineage.datasets).toMatchObject([{ name: 'letters-answers', role: 'training' }])

    // what has not changed is taken again, and what came of it printed
    const again = await cli('distil', path.join(product.dataDirectory, 'recipe.yaml'))
    expect(again.code).toBe(0)
    expect(again.stdout).toMatch(/answers +18 of 20 kept in letters-answers@1/)
    expect(again.stdout).toMatch(/exact .*20 pairs/)
    expect(again.stdout).toMatch(/cost of an answer/)
  })
})
