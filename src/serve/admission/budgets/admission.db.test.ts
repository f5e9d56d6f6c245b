import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { Registry } from 'prom-client'
import { createTestDatabase } from '../../../../test/database.ts'
import { clearOfTheHour } from '../../../../test/until.ts'
import { usageOf } from '../../../foundation/config/index.ts'
import { createId, createLogger, type Database } from '../../../foundation/platform/index.ts'
import { type Admission, createAdmission } from './admission.ts'
import type { AdmissionDemand } from './demand.ts'
import type { Grant } from './grant.ts'
import { Journal } from './journal.ts'
import { type Rule, tightestOfEach, windowOf } from './rule.ts'

const logger = createLogger({ level: 'silent' })
let test: Awaited<ReturnType<typeof createTestDatabase>>
let database: Database

beforeAll(async () => {
  await clearOfTheHour()
  test = await createTestDatabase()
  database = test.database
})
afterAll(() => test?.[Symbol.asyncDispose]())

interface Replica extends AsyncDisposable {
  readonly admission: Admission
  readonly journal: Uint8Array
}

async function replicaOf(rules: readonly Rule[], left?: Uint8Array): Promise<Replica> {
  const journal = left ?? new Uint8Array(Journal.bytesFor(512))
  const metrics = new Registry()
  const admission = await createAdmission({ database, logger, metrics, journal, rulesOf: () => rules })
  return { admission, journal, [Symbol.asyncDispose]: () => admission.stop() }
}

const budget = (id: string, limit: number, more: Partial<Rule> = {}): Rule => ({
  scope: 'tenant',
  id,
  measure: 'usd',
  limit,
  per: 'month',
  kind: 'hard',
  ...more,
})

const demand = (worst: number | undefined, more: Partial<AdmissionDemand> = {}): AdmissionDemand => ({
  inferenceId: createId(),
  requestId: 'request',
  tenant: 'acme',
  keyId: 'key',
  service: 'assistant',
  inputTokens: () => 10,
  maxOutputTokens: 20,
  assumedOutputTokens: 100,
  worstCaseNanoUsd: () => worst,
  ...more,
})

const spent = (costNanoUsd: number | undefined, tokens = 5) => ({
  usage: usageOf({ inputTokens: tokens }),
  costNanoUsd,
  isEstimate: false,
  target: 'provider:openai',
  model: 'gpt',
})

async function codeOf(work: () => Grant | Promise<Grant>): Promise<string> {
  try {
    await work()
    return 'granted'
  } catch (error) {
    return (error as { code?: string }).code ?? String(error)
  }
}

async function windowSpent(rule: Rule): Promise<{ spent: number; leased: number }> {
  const [row] = await database.query<{ spent: number; leased: number }>(
    `SELECT spent, (SELECT coalesce(sum(amount), 0)::bigint FROM admission_leases WHERE window_name = name) AS leased
       FROM admission_windows WHERE name = $1`,
    [windowOf(rule, Date.now()).name],
  )
  return row ?? { spent: 0, leased: 0 }
}

async function ledgerSum(tenant: string): Promise<number> {
  const [row] = await database.query<{ sum: number | null }>(
    'SELECT sum(cost_nano_usd)::bigint AS sum FROM ledger_entries WHERE tenant = $1',
    [tenant],
  )
  return row?.sum ?? 0
}

describe('a hard budget', () => {
  it('is spent to its end and never beyond it, however many processes and requests there are', async () => {
    for (const seed of [1, 2, 3]) {
      const tenant = `many-${seed}`
      const rule = budget(tenant, 1_000_000)
      const replicas = await Promise.all([1, 2, 3].map(() => replicaOf([rule])))
      let state = seed
      const random = (below: number): number => (state = (state * 48_271) % 2_147_483_647) % below
      let [truth, refused] = [0, 0]
      await Promise.all(
        Array.from({ length: 300 }, async (_, index) => {
          const replica = replicas[index % 3]?.admission
          await Bun.sleep(random(300))
          try {
            const grant = await replica?.admit(demand(10_000, { tenant }))
            await Bun.sleep(random(20))
            const cost = random(10_001)
            truth += cost
            grant?.settle(spent(cost))
          } catch (error) {
            expect(error).toMatchObject({ code: 'budget_exhausted', details: { shouldRetry: false } })
            refused += 1
          }
        }),
      )
      for (const replica of replicas) await replica[Symbol.asyncDispose]()
      expect(truth).toBeLessThanOrEqual(rule.limit)
      // what is left could not have paid another worst case
      expect(rule.limit - truth).toBeLessThan(10_000)
      expect(refused).toBeGreaterThan(0)
      expect(await windowSpent(rule)).toEqual({ spent: truth, leased: 0 })
      expect(await ledgerSum(tenant)).toBe(truth)
    }
  }, 120_000)

  it('is not refused while anything of it is left: nothing is lost to reservations that have ended', async () => {
    const rule = budget('leak', 160_000)
    await using one = await replicaOf([rule])
    await using two = await replicaOf([rule])
    for (let call = 0; call < 60; call += 1) {
      const { admission } = call % 2 === 0 ? one : two
      const grant = await admission.admit(demand(100_000, { tenant: 'leak' }))
      grant.settle(spent(1_000, 0))
    }
    expect(await codeOf(() => one.admission.admit(demand(100_001, { tenant: 'leak' })))).toBe(
      'budget_exhausted',
    )
    expect(await codeOf(() => two.admission.admit(demand(100_000, { tenant: 'leak' })))).toBe('granted')
  }, 120_000)

  it('holds at once where it was lowered, also for what was leased before', async () => {
    let limit = 1_000_000
    const journal = new Uint8Array(Journal.bytesFor(64))
    const rulesOf = () => [budget('lowered', limit)]
    const metrics = new Registry()
    const admission = await createAdmission({ database, logger, metrics, journal, rulesOf })
    const before = await admission.admit(demand(10_000, { tenant: 'lowered' }))
    before.settle(spent(10_000))
    expect((await windowSpent(budget('lowered', limit))).leased).toBeGreaterThan(100_000)
    limit = 15_000
    expect(await codeOf(() => admission.admit(demand(5_001, { tenant: 'lowered' })))).toBe('budget_exhausted')
    const rest = await admission.admit(demand(5_000, { tenant: 'lowered' }))
    limit = 30_000
    const more = await admission.admit(demand(15_000, { tenant: 'lowered' }))
    expect(await codeOf(() => admission.admit(demand(1, { tenant: 'lowered' })))).toBe('budget_exhausted')
    for (const grant of [rest, more]) grant.settle(spent(0))
    await admission.stop()
  })

  it('takes what others hold and do not need', async () => {
    const rule = budget('recall', 100_000)
    await using one = await replicaOf([rule])
    await using two = await replicaOf([rule])
    const held = await one.admission.admit(demand(10_000, { tenant: 'recall' }))
    held.settle(spent(0, 0))
    expect((await windowSpent(rule)).leased).toBeGreaterThan(10_000)
    expect(await codeOf(() => two.admission.admit(demand(100_000, { tenant: 'recall' })))).toBe('granted')
  })

  it('forgets nothing when the process ends, or is killed in the middle', async () => {
    const rule = budget('killed', 100_000)
    const one = await replicaOf([rule])
    const grants = []
    for (let call = 0; call < 5; call += 1)
      grants.push(await one.admission.admit(demand(10_000, { tenant: 'killed' })))
    grants[0]?.settle(spent(1_234))
    grants[1]?.settle(spent(0))
    // a copy of the memory is what a killed process leaves
    const left = one.journal.slice()
    await using next = await replicaOf([rule], left)
    // three were under way: they count as their worst case
    expect(await windowSpent(rule)).toMatchObject({ spent: 31_234 })
    const rows = await database.query<{
      cost_nano_usd: number
      is_estimate: boolean
      is_interrupted: boolean
    }>(
      `SELECT cost_nano_usd, is_estimate, is_interrupted FROM ledger_entries WHERE tenant = 'killed' ORDER BY cost_nano_usd`,
    )
    expect(rows.map(row => [row.cost_nano_usd, row.is_estimate, row.is_interrupted])).toEqual([
      [0, false, false],
      [1_234, false, false],
      [10_000, true, true],
      [10_000, true, true],
      [10_000, true, true],
    ])
    expect(await codeOf(() => next.admission.admit(demand(68_766, { tenant: 'killed' })))).toBe('granted')
    expect(await codeOf(() => next.admission.admit(demand(1, { tenant: 'killed' })))).toBe('budget_exhausted')
    // what the dead one still says is known already: nothing counts twice
    await one.admission.flush()
    expect(await windowSpent(rule)).toMatchObject({ spent: 31_234 })
  })

  it('writes each call once, although the answer of Postgres was lost', async () => {
    const rule = budget('twice', 100_000)
    const one = await replicaOf([rule])
    const grant = await one.admission.admit(demand(10_000, { tenant: 'twice' }))
    grant.settle(spent(777))
    const before = one.journal.slice()
    await one.admission.flush()
    // the process dies after Postgres has written and before its journal says so
    await using _next = await replicaOf([rule], before)
    expect(await windowSpent(rule)).toMatchObject({ spent: 777 })
    expect(await ledgerSum('twice')).toBe(777)
  })

  it('refuses what has no price, and what is paid when another attempt has no money left', async () => {
    const rule = budget('price', 15_000)
    await using one = await replicaOf([rule])
    expect(await codeOf(() => one.admission.admit(demand(undefined, { tenant: 'price' })))).toBe(
      'unpriced_target',
    )
    const grant = await one.admission.admit(demand(10_000, { tenant: 'price' }))
    expect(await grant.again()).toBe(false)
    grant.settle(spent(100))
    const cheap = await one.admission.admit(demand(5_000, { tenant: 'price' }))
    expect(await cheap.again()).toBe(true)
    cheap.settle(spent(9_000))
    await one.admission.flush()
    expect(await windowSpent(rule)).toMatchObject({ spent: 9_100 })
  })

  it('bounds the answer where the client does not, since the reservation rests on it', async () => {
    await using one = await replicaOf([budget('bound', 1_000_000)])
    const given = await one.admission.admit(demand(1, { tenant: 'bound', maxOutputTokens: 20 }))
    const open = await one.admission.admit(demand(1, { tenant: 'bound', maxOutputTokens: undefined }))
    expect([given.maxOutputTokens, open.maxOutputTokens]).toEqual([undefined, 100])
  })
})

describe('limits', () => {
  it('count requests in the window they are named for, and say when the next one begins', async () => {
    const rule = budget('requests', 3, { measure: 'requests', per: 'hour' })
    await using one = await replicaOf([rule])
    const grants = []
    for (let call = 0; call < 3; call += 1)
      grants.push(await one.admission.admit(demand(0, { tenant: 'requests' })))
    expect(grants[2]?.limits()).toMatchObject([{ measure: 'requests', limit: 3, remaining: 0 }])
    let refusal: { code?: string; details?: { retryAfterSeconds?: number } } = {}
    await Promise.resolve(one.admission.admit(demand(0, { tenant: 'requests' }))).catch(
      (error: unknown) => (refusal = error as typeof refusal),
    )
    expect(refusal.code).toBe('rate_limited')
    const left = Math.ceil((windowOf(rule, Date.now()).endsAtMs - Date.now()) / 1_000)
    expect(Math.abs((refusal.details?.retryAfterSeconds ?? 0) - left)).toBeLessThanOrEqual(1)
    for (const grant of grants) grant.settle(spent(0))
  })

  it('count tokens as they were used, also where that is none', async () => {
    const rule = budget('tokens', 100, { measure: 'tokens', per: 'hour' })
    await using one = await replicaOf([rule])
    for (let call = 0; call < 10; call += 1) {
      const grant = await one.admission.admit(demand(0, { tenant: 'tokens' }))
      grant.settle(spent(0, call < 9 ? 0 : 71))
    }
    expect(await codeOf(() => one.admission.admit(demand(0, { tenant: 'tokens' })))).toBe('rate_limited')
  })

  it('hold what is under way over all processes, and free the places of one that is gone', async () => {
    const rule = budget('places', 4, { measure: 'concurrent', per: undefined })
    await using one = await replicaOf([rule])
    const two = await replicaOf([rule])
    const grants = []
    for (let call = 0; call < 2; call += 1)
      grants.push(await one.admission.admit(demand(0, { tenant: 'places' })))
    for (let call = 0; call < 2; call += 1) await two.admission.admit(demand(0, { tenant: 'places' }))
    expect(await codeOf(() => one.admission.admit(demand(0, { tenant: 'places' })))).toBe('rate_limited')
    grants[0]?.settle(spent(0))
    expect(await codeOf(() => one.admission.admit(demand(0, { tenant: 'places' })))).toBe('granted')
    await two.admission.stop()
    await database.query(
      `UPDATE admission_replicas SET seen_at = now() - interval '1 minute' WHERE id = $1`,
      [two.admission.replica],
    )
    expect(await codeOf(() => one.admission.admit(demand(0, { tenant: 'places' })))).toBe('granted')
  })

  it('of a soft budget let everything pass', async () => {
    const rule = budget('soft', 10, { kind: 'soft' })
    await using one = await replicaOf([rule])
    for (let call = 0; call < 5; call += 1) {
      const grant = await one.admission.admit(demand(1_000, { tenant: 'soft' }))
      grant.settle(spent(1_000))
    }
    await one.admission.flush()
    expect(await windowSpent(rule)).toMatchObject({ spent: 5_000 })
  })

  it('counts a call once where a soft budget lies below a hard one, and tells from four fifths on', async () => {
    const [rule] = tightestOfEach([budget('both', 10_000), budget('both', 1_000, { kind: 'soft' })])
    if (!rule) throw new Error('no rule is left')
    await using one = await replicaOf([rule])
    const first = await one.admission.admit(demand(800, { tenant: 'both' }))
    first.settle(spent(800))
    await one.admission.stop()
    expect(await windowSpent(rule)).toEqual({ spent: 800, leased: 0 })
    await using two = await replicaOf([rule])
    const second = await two.admission.admit(demand(1, { tenant: 'both' }))
    expect(second.headers()['x-slipway-soft-budget']).toMatch(/^tenant\/month; spent=\d+%$/)
    second.settle(spent(1))
  })
})
