import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startFakeProvider } from '../../../../test/fake-provider/index.ts'
import { startProduct, type Product } from '../../../../test/product.ts'
import { runCli } from '../run-cli.fixture.ts'

setDefaultTimeout(120_000)

let product: Product
let folder: string
let provider: Awaited<ReturnType<typeof startFakeProvider>>

const slipway = (...words: string[]) =>
  runCli(words, { environment: { SLIPWAY_URL: product.url, SLIPWAY_KEY: product.adminKey } })

async function put(name: string, definition: string, rows: readonly object[]): Promise<void> {
  const file = (ending: string) => path.join(folder, `${name}.${ending}`)
  await writeFile(file('yaml'), definition)
  await writeFile(file('jsonl'), rows.map(row => JSON.stringify(row)).join('\n'))
  expect((await slipway('dataset', 'define', name, '-f', file('yaml'))).stderr).toBe('')
  expect((await slipway('dataset', 'commit', name, '-f', file('jsonl'))).code).toBe(0)
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'slipway-labels-'))
  provider = await startFakeProvider()
  product = await startProduct({
    config: `
providers: { fake: { kind: openai, baseUrl: '${provider.url}/v1' } }
services: { parrot: { releases: { v1: { target: { provider: fake, model: gpt-one } } } } }
`,
  })
}, 120_000)

afterAll(async () => {
  await product?.stop()
  await provider?.stop()
  await rm(folder, { recursive: true, force: true })
}, 120_000)

describe('slipway dataset suspects', () => {
  it('finds a wrong label, has people look at it, and publishes what they say', async () => {
    const told = (id: number) => {
      const isYes = id % 2 === 0
      return {
        id,
        text: `message ${id}`,
        label: isYes ? 'yes' : 'no',
        p: isYes ? { yes: 0.9, no: 0.1 } : { yes: 0.2, no: 0.8 },
      }
    }
    const rows = Array.from({ length: 40 }, (_, id) => (id === 7 ? { ...told(id), label: 'yes' } : told(id)))
    await put(
      'desk',
      'key: id\ncolumns: { id: {}, text: { role: input }, label: { role: label }, p: {} }\n',
      rows,
    )
    const found = await slipway('dataset', 'suspects', 'desk', '--probabilities', 'p', '--send-to-review')
    expect(found.stdout).toMatch(/\[7\] +yes +no/)
    expect(found.stdout).toContain('1 sent to people.')
    const [, report = ''] = /^report +(\S+)/m.exec(found.stdout) ?? []
    expect((await slipway('dataset', 'labels', 'apply', report)).stderr).toContain('Nobody has decided yet')
    expect((await slipway('reviews', 'examples', 'list')).stdout).toContain('message 7')
    const next = await slipway('reviews', 'examples', 'next')
    expect(next.stdout).toContain('message 7')
    expect(next.stdout).toContain('Which `label` is right?')
    const [, id = ''] = /^id +(\S+)/m.exec(next.stdout) ?? []
    expect((await slipway('reviews', 'examples', 'answer', id, 'maybe')).stderr).toContain('`no`, `yes`')
    expect((await slipway('reviews', 'examples', 'answer', id, 'no')).stdout).toContain('decided')
    const applied = await slipway('dataset', 'labels', 'apply', report, '--branch', 'main')
    expect(applied.stdout).toContain('1 labels changed, 0 confirmed.')
    expect((await slipway('dataset', 'log', 'desk')).stdout).toMatch(/2 .* main .* derived .* reviewers/)
    expect((await slipway('dataset', 'labels', 'list', 'desk')).stdout).toContain(report)
  })

  it('asks a service for labels, and says where there is none', async () => {
    // the upstream repeats what it is told
    const rows = Array.from({ length: 24 }, (_, id) => {
      const label = id % 2 === 0 ? 'yes' : 'no'
      return { id, text: `it is ${label}`, label: id === 3 ? 'yes' : label }
    })
    await put('echo', 'key: id\n', rows)
    const words = ['dataset', 'suspects', 'echo', '--label', 'label', '--text', 'text', '--service']
    expect((await slipway(...words, 'parrot')).stdout).toMatch(/\[3\] +yes +no/)
    expect((await slipway(...words, 'nobody')).stderr).toContain('nobody')
  })
})

describe('slipway dataset agreement', () => {
  it('says how far annotators agree, and what is wrong with what it was asked', async () => {
    const rows = Array.from({ length: 60 }, (_, id) => ({
      id,
      ann: id % 3 === 0 ? 'yes' : 'no',
      ben: id % 3 === 0 && id !== 3 ? 'yes' : 'no',
    }))
    await put('pairs', 'key: id\n', rows)
    const found = await slipway('dataset', 'agreement', 'pairs', '--annotators', 'ann,ben')
    expect(found.stdout).toMatch(/α +0\.9\d\d \(0\.\d+ to 1\.000\)/)
    expect((await slipway('dataset', 'agreement', 'pairs')).stderr).toContain(
      'No column has the role `annotator`',
    )
    const rated = await slipway('dataset', 'annotators', 'pairs', '--annotators', 'ann,ben', '--json')
    expect(JSON.parse(rated.stdout)).toMatchObject({ result: { kind: 'annotators', items: 60 } })
    const { id } = JSON.parse(rated.stdout) as { id: string }
    const published = await slipway('dataset', 'labels', 'consensus', id, '--method', 'majority')
    expect(published.stdout).toMatch(
      /Version 2 on consensus-\w+: the consensus of 60 items, 1 of them undecided and left empty/,
    )
    const [, branch = ''] = /on (\S+):/.exec(published.stdout) ?? []
    const left = await slipway('dataset', 'rows', `pairs@${branch}`, '--where', 'consensus IS NULL', '--json')
    expect(left.stdout).toContain('"consensus_certainty":0.5')
    const wrong = await slipway(
      'dataset',
      'labels',
      'consensus',
      /report +(\S+)/.exec(found.stdout)?.[1] ?? '',
    )
    expect(wrong.stderr).toContain('a consensus comes of one of annotators')
  })
})
