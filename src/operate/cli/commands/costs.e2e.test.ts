import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startFakeProvider, type FakeProvider } from '../../../../test/fake-provider/index.ts'
import { startProduct, type Product } from '../../../../test/product.ts'
import { clearOfTheHour } from '../../../../test/until.ts'
import { runCli } from '../run-cli.fixture.ts'

setDefaultTimeout(120_000)

let provider: FakeProvider
let product: Product
let folder: string
let today: string
let answers: { readonly id: string; readonly usage: Record<string, number> }[]

const slipway = (words: string[]) =>
  runCli(words, { environment: { SLIPWAY_URL: product.url, SLIPWAY_KEY: product.adminKey } })

beforeAll(async () => {
  await clearOfTheHour(40_000)
  folder = await mkdtemp(path.join(tmpdir(), 'costs-'))
  provider = await startFakeProvider({ apiKey: 'sk-upstream-secret-1234', cachedTokens: 2 })
  product = await startProduct({
    environment: { UPSTREAM_KEY: 'sk-upstream-secret-1234' },
    config: `
providers:
  up: { kind: openai-compatible, baseUrl: '${provider.url}/v1', apiKey: { env: UPSTREAM_KEY } }
services:
  priced: { releases: { v1: { target: { provider: up, model: gpt-fake } } } }
  odd: { releases: { v1: { target: { provider: up, model: gpt-odd } } } }
prices:
  - { provider: up, model: gpt-fake, from: 2026-01-01, source: letter, usdPerMillionTokens: { input: 2, cacheRead: 0.5, output: 10 } }
`,
  })
  today = new Date().toISOString().slice(0, 10)
  answers = []
  for (const model of ['priced', 'priced', 'odd']) {
    const response = await fetch(`${product.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model, messages: [{ role: 'user', content: 'What does this cost?' }] }),
    })
    expect(response.status).toBe(200)
    answers.push((await response.json()) as (typeof answers)[number])
  }
  for (let tries = 0; tries < 300; tries += 1) {
    const { stdout } = await slipway(['cost', '--json'])
    if ((JSON.parse(stdout) as { totals: { calls: number } }).totals.calls === 3) return
  }
  throw new Error('the calls were never counted')
}, 120_000)

afterAll(async () => {
  await product?.stop()
  await provider?.stop()
  await rm(folder, { recursive: true, force: true })
}, 120_000)

/** What the priced calls used, as the provider told it. */
function told() {
  const [first, second] = answers
  const usage = [first!.usage, second!.usage]
  const sum = (name: string) => usage.reduce((all, one) => all + (one[name] ?? 0), 0)
  return { prompt: sum('prompt_tokens'), completion: sum('completion_tokens'), cached: 4 }
}

function costUsd(): number {
  const { prompt, completion, cached } = told()
  return ((prompt - cached) * 2 + cached * 0.5 + completion * 10) / 1e6
}

describe('slipway cost', () => {
  it('shows what was spent, what the cache saved, and how calls without a price get one', async () => {
    const { code, stdout } = await slipway(['cost', '--by', 'model'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/provider:up gpt-fake +2 +0/)
    expect(stdout).toContain('have no price and count as nothing')
    expect(stdout).toContain('- { provider: up, model: "gpt-odd", from: ')
    const report = JSON.parse((await slipway(['cost', '--json'])).stdout) as {
      totals: Record<string, number>
    }
    expect(report.totals['cost_nano_usd']).toBe(Math.round(costUsd() * 1e9))
    expect(report.totals['cache_saved_nano_usd']).toBe(4 * 1_500)
    // the ledger, which is written apart, has the same to the nano-dollar
    let ledger: { inferences: number; cost_nano_usd: number } | undefined
    for (let tries = 0; tries < 300 && ledger?.inferences !== 3; tries += 1) {
      const { stdout: again } = await slipway(['cost', '--json'])
      ledger = (JSON.parse(again) as { ledger: typeof ledger }).ledger
    }
    expect(ledger).toMatchObject({ inferences: 3, cost_nano_usd: report.totals['cost_nano_usd'] })
  })

  it('prints CSV', async () => {
    const { stdout } = await slipway(['cost', '--csv', '--daily'])
    const [titles, ...rows] = stdout.trim().split(/\r?\n/)
    expect(titles).toStartWith('day,group,calls,')
    expect(rows).toHaveLength(2)
    expect(rows.every(row => row.startsWith(`${today},`))).toBe(true)
  })

  it('refuses what is no day', async () => {
    expect((await slipway(['cost', '--since', '2026-02-30'])).code).toBe(2)
  })
})

describe('slipway prices', () => {
  it('says what holds on a day and why, and what has no price', async () => {
    const { code, stdout } = await slipway(['prices', '--day', '2026-05-01'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/up +gpt-fake +2 +0\.5 +2 +10 +2026-01-01 +slipway\.yaml +letter/)
    expect(stdout).toContain('odd: provider:up gpt-odd has no price.')
    expect((await slipway(['prices', '--day', '2025-05-01'])).stdout).toContain(
      'priced: provider:up gpt-fake',
    )
  })
})

describe('slipway cost reconcile', () => {
  const reconcile = async (name: string, text: string, ...more: string[]) => {
    const file = path.join(folder, name)
    await writeFile(file, text)
    return await slipway(['cost', 'reconcile', '--provider', 'up', '--day', today, '--file', file, ...more])
  }
  const map = ['--map', 'model=model,answerId=id,input=input,cacheRead=cached,output=output,cost=cost']
  const csv = (extra = 0) => {
    const rows = answers.map(({ id, usage }, index) => {
      const output = usage['completion_tokens']! + (index === 0 ? extra : 0)
      const input = usage['prompt_tokens']! - 2
      const cost = index < 2 ? (input * 2 + 2 * 0.5 + output * 10) / 1e6 : 0
      return `${id},${index < 2 ? 'gpt-fake' : 'gpt-odd'},${input},2,${output},${cost.toFixed(9)}`
    })
    return `id,model,input,cached,output,cost\n${rows.join('\n')}\n`
  }

  it('agrees with an export of the same calls, answer by answer', async () => {
    const { code, stdout, stderr } = await reconcile('same.csv', csv(), ...map)
    expect(stderr).toBe('')
    expect(code).toBe(0)
    expect(stdout).toContain('gpt-fake (ok)')
    // the fake provider gives all its answers the same id, so their costs are told together
    expect(stdout).toMatch(/3 answers matched by their ids.*; 0 only ours, 0 only theirs/)
  })

  it('exits with 1 where they are apart, and explains the dollars by the tokens', async () => {
    const { code, stdout, stderr } = await reconcile('more.csv', csv(100), ...map)
    expect(code).toBe(1)
    expect(stderr).toContain('further apart than 0.1 %')
    expect(stdout).toContain('gpt-fake (APART)')
    expect(stdout).toMatch(/of it by tokens +\$0\.001000/)
    expect(stdout).toMatch(/unexplained +\$0\.00\b/)
    expect((await reconcile('more.csv', csv(100), ...map, '--tolerance', '100')).code).toBe(0)
  })

  it('says what is wrong with a file that it cannot read', async () => {
    const { code, stderr } = await reconcile('unknown.csv', csv())
    expect(code).toBe(1)
    expect(stderr).toContain('it has the columns id, model, input, cached, output, cost')
    const missing = await slipway([
      'cost',
      'reconcile',
      '--provider',
      'up',
      '--day',
      today,
      '--file',
      '/nowhere',
    ])
    expect(missing.code).toBe(2)
  })
})
