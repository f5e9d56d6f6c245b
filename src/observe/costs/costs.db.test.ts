import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { createTestDatabase, type TestDatabase } from '../../../test/database.ts'
import { parseConfig, usageOf } from '../../foundation/config/index.ts'
import { createControlApi, createLogger, createMetricsRegistry } from '../../foundation/platform/index.ts'
import { type Access, createAccess, createGatekeeper } from '../../govern/access/index.ts'
import { createAudit } from '../../govern/audit/index.ts'
import { createTraces, type InferenceCharge } from '../traces/index.ts'
import { idAt, sampleInference } from '../traces/sample-inference.ts'
import { costReportSchema, priceReportSchema } from './cost-wire.ts'
import { createCostCounter } from './count-costs.ts'
import { costsRoutes } from './costs-routes.ts'

const logger = createLogger({ level: 'silent' })
const ownerSecret = `sk-slip-${'o'.repeat(48)}`
const firstMs = Date.now() - 3 * 86_400_000
const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10)

const parsed = parseConfig(
  `providers: { openai: { kind: openai }, other: { kind: openai-compatible, baseUrl: 'http://127.0.0.1:1/v1' } }
services:
  chat: { releases: { v1: { target: { provider: openai, model: gpt-5-mini } } } }
  odd: { releases: { v1: { target: { provider: other, model: odd-1 } } } }
prices:
  - { provider: openai, model: gpt-x, from: 2026-01-01, source: letter, usdPerMillionTokens: { input: 1, output: 2 } }
`,
  'slipway.yaml',
  {},
)
if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems))
const { snapshot } = parsed

let test: TestDatabase
let access: Access
let api: (request: Request) => Promise<Response>
let ofA: string
const asked: unknown[] = []

const charge = (given: Partial<InferenceCharge> = {}): InferenceCharge => ({
  target: 'provider:openai',
  model: 'gpt-x',
  upstreamModel: 'gpt-x-2026-01-01',
  serviceTier: undefined,
  usage: usageOf({ inputTokens: 10, cacheReadTokens: 5, outputTokens: 3 }),
  costNanoUsd: 1_000,
  cacheSavedNanoUsd: 40,
  isEstimate: false,
  ...given,
})

beforeAll(async () => {
  test = await createTestDatabase()
  const { database } = test
  const audit = createAudit({ database })
  access = await createAccess({ database, audit, logger })
  await access.ensureAdminKey({ given: ownerSecret, dataDirectory: '/nowhere' })
  const headers = new Headers({ authorization: `Bearer ${ownerSecret}` })
  const owner = access.authenticate(headers, { isSameOrigin: false })
  await access.tenants.create({ id: 'a' }, { principal: owner, requestId: 'setup' })
  const made = await access.keys.create(
    { name: 'a', role: 'developer', tenant: 'a', services: undefined },
    { principal: owner, requestId: 'setup' },
  )
  ofA = made.secret
  api = createControlApi({
    routes: costsRoutes({
      database,
      access,
      snapshot: () => snapshot,
      readLedger: async filter => {
        asked.push(filter)
        return { inferences: 6, costNanoUsd: 2_001_900, interrupted: 1 }
      },
    }),
    gatekeeper: createGatekeeper({ access, audit }),
    bodyLimitBytes: 1_000_000,
    onFailure: () => {},
    onBug: error => {
      throw error
    },
  })
  const replicas = [1, 2].map(() =>
    createTraces({
      database,
      logger,
      metrics: createMetricsRegistry(),
      options: { retentionDays: () => 30, intervalMs: 10, onStored: createCostCounter() },
    }),
  )
  const twice = sampleInference({ id: idAt(firstMs), tenant: 'a', service: 'chat', charges: [charge()] })
  for (const traces of replicas) {
    traces.record(twice)
    await traces.flush()
  }
  replicas[0]!.record(
    sampleInference({
      id: idAt(firstMs + 86_400_000),
      tenant: 'b',
      service: 'chat',
      charges: [
        // fell back: the first broke off in its answer, the second has no price
        charge({ isEstimate: true, costNanoUsd: 500, cacheSavedNanoUsd: undefined }),
        charge({
          target: 'provider:other',
          model: 'odd-1',
          upstreamModel: undefined,
          costNanoUsd: undefined,
        }),
      ],
    }),
  )
  replicas[1]!.record(
    sampleInference({
      id: idAt(firstMs),
      tenant: 'b',
      service: 'search',
      charges: [
        charge({
          costNanoUsd: 2_000_000,
          cacheSavedNanoUsd: undefined,
          usage: usageOf({ units: { searches: 1 } }),
        }),
      ],
    }),
  )
  // cost nothing and counted by nobody, failed before it was sent, and of a server that counts nothing
  replicas[1]!.record(
    sampleInference({ tenant: 'b', operation: 'moderation', usage: undefined, costNanoUsd: undefined }),
  )
  replicas[1]!.record(
    sampleInference({ tenant: 'b', outcome: 'error', status: 502, usage: undefined, costNanoUsd: undefined }),
  )
  replicas[1]!.record(
    sampleInference({
      id: idAt(firstMs),
      tenant: 'b',
      service: 'mute',
      target: 'provider:other',
      upstreamModel: 'mute-1',
      usage: undefined,
      costNanoUsd: undefined,
    }),
  )
  // our own cache gave it again: nothing was sent
  replicas[0]!.record(
    sampleInference({
      id: idAt(firstMs),
      tenant: 'b',
      service: 'chat',
      target: undefined,
      upstreamModel: undefined,
      usage: undefined,
      costNanoUsd: 0,
      charges: [],
      cache: 'exact',
      savedNanoUsd: 700,
    }),
  )
  for (const traces of replicas) await traces.stop()
}, 120_000)

afterAll(() => test[Symbol.asyncDispose]())

async function report(query: string, secret = ownerSecret) {
  const response = await api(
    new Request(`http://slipway/api/costs?${query}`, { headers: { authorization: `Bearer ${secret}` } }),
  )
  expect(response.status).toBe(200)
  return costReportSchema.parse(await response.json())
}

describe('GET /api/costs', () => {
  it('counts every charge once, however often its inference was sent to be stored and by which replica', async () => {
    const { totals } = await report('')
    expect(totals).toMatchObject({
      calls: 6,
      cached_calls: 1,
      answers_saved_nano_usd: 700,
      unpriced_calls: 2,
      estimated_calls: 1,
      cost_nano_usd: 2_001_500,
      cache_saved_nano_usd: 80,
    })
    expect(totals.usage).toMatchObject({
      input_tokens: 30,
      cache_read_tokens: 15,
      output_tokens: 9,
      units: { searches: 1 },
    })
  })

  it('groups by service, tenant, target, model and day, the dearest first', async () => {
    const groups = async (by: string) =>
      (await report(`group_by=${by}`)).groups.map(({ group, cost_nano_usd }) => [group, cost_nano_usd])
    expect(await groups('service')).toEqual([
      ['search', 2_000_000],
      ['chat', 1_500],
      ['mute', 0],
    ])
    expect(await groups('tenant')).toEqual([
      ['b', 2_000_500],
      ['a', 1_000],
    ])
    expect(await groups('model')).toContainEqual(['provider:other odd-1', 0])
    expect(await groups('upstream_model')).toContainEqual(['gpt-x-2026-01-01', 2_001_500])
    const { days } = await report('group_by=target')
    expect(days.map(({ day, group, calls }) => [day, group, calls])).toEqual([
      [dayOf(firstMs), '', 1],
      [dayOf(firstMs), 'provider:openai', 2],
      [dayOf(firstMs), 'provider:other', 1],
      [dayOf(firstMs + 86_400_000), 'provider:openai', 1],
      [dayOf(firstMs + 86_400_000), 'provider:other', 1],
    ])
  })

  it('sets the ledger beside it for the same days, tenant and services, and not where a target is asked for', async () => {
    asked.length = 0
    const { ledger } = await report('tenant=b&service=chat&since=2026-03-01&until=2026-03-02')
    expect(ledger).toEqual({ inferences: 6, cost_nano_usd: 2_001_900, interrupted: 1 })
    expect(asked).toEqual([
      {
        since: new Date('2026-03-01T00:00:00Z'),
        until: new Date('2026-03-03T00:00:00Z'),
        tenant: 'b',
        services: ['chat'],
      },
    ])
    expect((await report('target=provider:other')).ledger).toBeNull()
  })

  it('narrows by days, both within, by service and by target', async () => {
    const day = dayOf(firstMs)
    expect((await report(`since=${day}&until=${day}`)).totals.calls).toBe(4)
    expect((await report('service=chat')).totals.cost_nano_usd).toBe(1_500)
    expect((await report('target=provider:other')).totals.calls).toBe(2)
  })

  it('shows a key of a tenant that tenant only, and refuses it another', async () => {
    expect((await report('', ofA)).totals).toMatchObject({ calls: 1, cost_nano_usd: 1_000 })
    const request = new Request('http://slipway/api/costs?tenant=b', {
      headers: { authorization: `Bearer ${ofA}` },
    })
    expect((await api(request)).status).toBe(403)
  })

  it('says how each model without a price gets one', async () => {
    const { unpriced } = await report('')
    expect(unpriced.map(({ model, calls }) => [model, calls])).toEqual([
      ['mute-1', 1],
      ['odd-1', 1],
    ])
    expect(unpriced[1]!.mend).toContain('- { provider: other, model: "odd-1", from: ')
  })

  it('refuses a period that ends before it begins, and one that is too long', async () => {
    for (const query of ['since=2026-03-02&until=2026-03-01', 'since=2020-01-01&until=2026-01-01']) {
      const request = new Request(`http://slipway/api/costs?${query}`, {
        headers: { authorization: `Bearer ${ownerSecret}` },
      })
      expect((await api(request)).status).toBe(400)
    }
  })
})

describe('GET /api/prices', () => {
  it('lists what holds on a day with its origin, and names the list that would price what has none', async () => {
    const response = await api(
      new Request('http://slipway/api/prices?day=2026-02-01', {
        headers: { authorization: `Bearer ${ownerSecret}` },
      }),
    )
    const prices = priceReportSchema.parse(await response.json())
    expect(prices.data).toEqual([
      {
        provider: 'openai',
        engine: null,
        model: 'gpt-x',
        from: '2026-01-01',
        origin: 'slipway.yaml',
        source: 'letter',
        usd_per_million_tokens: {
          input: 1,
          cacheRead: 1,
          cacheWrite: 1,
          cacheWriteHour: 1,
          imageInput: 1,
          output: 2,
          reasoning: 2,
        },
        usd_per_thousand_units: {},
        long_prompts: [],
        service_tiers: {},
      },
    ])
    expect(prices.unpriced.map(({ service, mend }) => [service, mend.slice(0, 32)])).toEqual([
      ['chat', 'Write `priceLists: [openai]`: th'],
      ['odd', 'Add under `prices:` the line `- '],
    ])
    expect(prices.problems).toEqual([])
  })
})
