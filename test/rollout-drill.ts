import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Database } from '../src/foundation/platform/index.ts'
import { createRandom, type Random } from '../src/foundation/statistics/index.ts'
import { positionOf } from '../src/serve/traffic/assign.ts'
import { createTestDatabase } from './database.ts'
import { startFakeProvider } from './fake-provider/index.ts'
import { type Product, startProduct } from './product.ts'
import { until } from './until.ts'

export interface RolloutDrillOptions {
  readonly seed: string
  /** How often a server is killed while the rollout goes on; of these a quarter are both servers at once. */
  readonly kills: number
  /** How long each step lasts at least. */
  readonly leastSeconds: number
}

export interface RolloutDrillResult {
  readonly kills: number
  readonly answers: number
  /** Requests that failed although their server lived; none should. */
  readonly lost: readonly string[]
  /** Answers that no declared state explains, or that an earlier answer of the same server forbids. */
  readonly strayAnswers: readonly string[]
  /** Records whose side is not where their step has them fall. */
  readonly strayRecords: number
  readonly records: Readonly<Record<string, number>>
  /** What goes where, as Postgres had it, in order and each once: live release, step, what the candidate gets. */
  readonly splits: readonly string[]
  readonly events: readonly string[]
  /** Verdicts that say the same as the one before them. */
  readonly repeatedVerdicts: number
  /** Different verdicts that moves rest on. */
  readonly movingVerdicts: number
  /** All that said so. */
  readonly promotingVerdicts: number
  /** Of each server at the end, as it says and as it answers. */
  readonly live: readonly string[]
}

/** What has to come out, whenever servers are killed. */
export const flawless = {
  lost: [],
  strayAnswers: [],
  strayRecords: 0,
  splits: ['v1 0 copies 1', 'v1 1 0.3', 'v1 2 0.6', 'v2'],
  events: ['started 1', 'advanced 2', 'advanced 3', 'promoted 4'],
  movingVerdicts: 3,
  promotingVerdicts: 3,
  repeatedVerdicts: 0,
  live: ['says v2, answers v2', 'says v2, answers v2'],
} satisfies Partial<RolloutDrillResult>

const shares = [0, 0.3, 0.6]
/** The share of users that the candidate answers, by the number of moves since the beginning; the last is after the end. */
const states = [...shares, 1]
const clientsOfEach = 4
const pauseMs = 40

interface Answered {
  readonly replica: number
  readonly user: string
  readonly release: string
  readonly fromMs: number
  readonly toMs: number
}

/** A server that is killed and started again on its own data folder. */
class Replica {
  product: Product | undefined
  readonly #start: () => Promise<Product>

  constructor(start: () => Promise<Product>) {
    this.#start = start
  }

  async start(): Promise<void> {
    this.product = await this.#start()
  }

  async kill(): Promise<void> {
    const { product } = this
    if (!product) return
    this.product = undefined
    process.kill(product.pid, 'SIGKILL')
    await product.exited
  }
}

/** Two servers on one Postgres roll a release out under traffic, and are killed and started again at moments that the seed draws. */
export async function drillRollout(options: RolloutDrillOptions): Promise<RolloutDrillResult> {
  const random = createRandom('rollout-drill', options.seed)
  await using provider = await startFakeProvider()
  await using shared = await createTestDatabase()
  const folder = await mkdtemp(path.join(tmpdir(), 'slipway-rollout-drill-'))
  const config = configOf(provider.url, options.leastSeconds)
  const names = ['one', 'other']
  const replicas = names.map(
    name =>
      new Replica(() =>
        startProduct({
          config,
          databaseUrl: shared.url,
          dataDirectory: path.join(folder, name),
          environment: { SLIPWAY_OBJECT_STORE: path.join(folder, 'objects') },
        }),
      ),
  )
  try {
    for (const name of names) await mkdir(path.join(folder, name))
    for (const replica of replicas) await replica.start()
    return await play(replicas, shared.database, random, options.kills)
  } finally {
    await Promise.all(replicas.map(async ({ product }) => await product?.stop()))
    await rm(folder, { recursive: true, force: true })
  }
}

async function play(
  replicas: readonly Replica[],
  database: Database,
  random: Random,
  most: number,
): Promise<RolloutDrillResult> {
  const answered: Answered[] = []
  const lost: string[] = []
  const splits: string[] = []
  let isOver = false

  async function client(index: number, replica: Replica): Promise<void> {
    for (let turn = 0; !isOver; turn += 1) {
      await Bun.sleep(pauseMs)
      const { product } = replica
      // few users who ask often would not be split as declared
      const user = `user-${replicas.indexOf(replica)}-${index}-${turn}`
      if (!product) continue
      const fromMs = Date.now()
      try {
        const response = await ask(product, user)
        const text = await response.text()
        const release = response.headers.get('slipway-release') ?? ''
        if (response.status !== 200) lost.push(`${response.status} ${text}`)
        answered.push({ replica: replicas.indexOf(replica), user, release, fromMs, toMs: Date.now() })
      } catch (error) {
        // killed meanwhile: nobody else than its own clients loses anything
        if (replica.product === product) lost.push(String(error))
      }
    }
  }

  async function watch(): Promise<void> {
    // once more after the end, which may have come since the last look
    for (let isLast = false; !isLast; await Bun.sleep(pauseMs)) {
      isLast = isOver
      const split = await readSplit(database)
      if (split !== splits.at(-1)) splits.push(split)
    }
  }

  const [first] = replicas
  if (!first?.product) throw new Error('No server has started.')
  const { id } = await call<{ id: string }>(first.product, '/api/rollouts', {
    service: 'desk',
    candidate: 'v2',
    reason: 'to be killed',
  })
  const working = [
    watch(),
    ...replicas.flatMap(replica => Array.from({ length: clientsOfEach }, (_, of) => client(of, replica))),
  ]
  const stateOf = async (): Promise<string> => {
    const [row] = await database.query<{ state: string }>('select state from rollouts where id = $1', [id])
    return row?.state ?? 'gone'
  }
  let kills = 0
  try {
    while (kills < most && (await stateOf()) === 'running') {
      await Bun.sleep(random.next() * 2_000)
      const victims = random.next() < 0.25 ? replicas : [random.pick(replicas)]
      await Promise.all(victims.map(victim => victim.kill()))
      kills += victims.length
      await Bun.sleep(random.next() * 500)
      await Promise.all(victims.map(victim => victim.start()))
    }
    await until(async () => (await stateOf()) !== 'running', { limitMs: 100_000 })
    await until(async () => (await Promise.all(replicas.map(answersFor))).every(release => release === 'v2'))
  } finally {
    isOver = true
    await Promise.allSettled(working)
  }
  await Promise.all(working)
  return {
    kills,
    answers: answered.length,
    lost,
    strayAnswers: await findStrayAnswers(database, id, answered),
    ...(await checkRecords(database, id)),
    splits,
    ...(await readHistory(database, id)),
    live: await Promise.all(
      replicas.map(async replica => {
        const { product } = replica
        if (!product) return 'dead'
        const said = await call<{ live: string }>(product, '/api/services/desk/live-release')
        return `says ${said.live}, answers ${await answersFor(replica)}`
      }),
    ),
  }
}

const configOf = (url: string, leastSeconds: number): string => `
providers: { fake: { kind: openai-compatible, baseUrl: '${url}/v1' } }
services:
  desk:
    release: v1
    retries: { attempts: 0 }
    releases: { v1: { target: { provider: fake, model: m } }, v2: { target: { provider: fake, model: m } } }
    rollout:
      sticky: user
      every: 1s
      steps:
        - { shadow: 100%, leastValues: 20, leastDuration: ${leastSeconds}s }
        - { share: 30%, leastValues: 20, leastDuration: ${leastSeconds}s }
        - { share: 60%, leastValues: 20, leastDuration: ${leastSeconds}s }
      metrics: [{ use: errors, margin: 0.5 }]
`

const headersOf = ({ adminKey }: Product) => ({
  authorization: `Bearer ${adminKey}`,
  'content-type': 'application/json',
})

async function call<Answer>(product: Product, address: string, body?: object): Promise<Answer> {
  const response = await fetch(`${product.url}${address}`, {
    headers: headersOf(product),
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
  return (await response.json()) as Answer
}

async function ask(product: Product, user: string): Promise<Response> {
  return await fetch(`${product.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { ...headersOf(product), 'x-request-id': user },
    body: JSON.stringify({ model: 'desk', user, messages: [{ role: 'user', content: 'Hello' }] }),
  })
}

async function answersFor({ product }: Replica): Promise<string> {
  if (!product) return 'dead'
  const response = await ask(product, 'probe')
  await response.text()
  return response.headers.get('slipway-release') ?? ''
}

async function readSplit(database: Database): Promise<string> {
  const [row] = await database.query<{ split: string }>(
    `select concat_ws(' ', state->>'live', state#>>'{rollout,step}',
       case when (state#>>'{rollout,isShadow}')::boolean then 'copies ' || (state#>>'{rollout,shadowShare}')
         else state#>>'{rollout,candidates,0,share}' end) as split
     from service_traffic where service = 'desk'`,
  )
  return row?.split ?? ''
}

const releaseIn = (state: number, position: number): string => (position < (states[state] ?? 0) ? 'v2' : 'v1')

/** A server moves through the states in order, never back, also over its own death, and never before one is declared. */
async function findStrayAnswers(
  database: Database,
  rollout: string,
  answered: readonly Answered[],
): Promise<string[]> {
  const events = await database.query<{ at: Date }>(
    'select at from rollout_events where rollout_id = $1 order by at, id',
    [rollout],
  )
  const declaredAtMs = events.map(({ at }) => at.getTime())
  const judged = answered.map(answer => {
    const position = positionOf(rollout, `default\0${answer.user}`)
    const possible = states.keys().filter(state => releaseIn(state, position) === answer.release)
    const [least = Infinity, ...others] = [...possible]
    return { ...answer, least, most: others.at(-1) ?? least }
  })
  return judged.flatMap(one => {
    const { replica, user, release, fromMs, toMs, least, most } = one
    const before = Math.max(
      0,
      ...judged.filter(other => other.replica === replica && other.toMs < fromMs).map(other => other.least),
    )
    const isDeclared = (declaredAtMs[least] ?? Infinity) <= toMs
    return isDeclared && before <= most
      ? []
      : [`${release} for ${user} by ${replica}: state ${least} to ${most}, after ${before}`]
  })
}

async function checkRecords(
  database: Database,
  rollout: string,
): Promise<Pick<RolloutDrillResult, 'records' | 'strayRecords'>> {
  const rows = await database.query<{
    request_id: string
    rollout_step: number
    release: string
    arm: string | null
    is_shadow: boolean
  }>('select request_id, rollout_step, release, arm, is_shadow from inferences where rollout = $1', [rollout])
  const records: Record<string, number> = {}
  let strayRecords = 0
  for (const { request_id, rollout_step: step, release, arm, is_shadow: isCopy } of rows) {
    const kind = `${step} ${isCopy ? 'copy' : arm}`
    records[kind] = (records[kind] ?? 0) + 1
    const due = isCopy ? 'v2' : releaseIn(step, positionOf(rollout, `default\0${request_id}`))
    const isRight =
      release === due &&
      arm === (due === 'v1' ? 'baseline' : 'candidate') &&
      isCopy === (isCopy && step === 0)
    if (!isRight) strayRecords += 1
  }
  return { records, strayRecords }
}

async function readHistory(
  database: Database,
  rollout: string,
): Promise<Pick<RolloutDrillResult, 'events' | 'movingVerdicts' | 'promotingVerdicts' | 'repeatedVerdicts'>> {
  const events = await database.query<{
    kind: string
    traffic_revision: number | null
    verdict_id: string | null
  }>('select kind, traffic_revision, verdict_id from rollout_events where rollout_id = $1 order by at, id', [
    rollout,
  ])
  const verdicts = await database.query<{ id: string; step: number; decision: string; said: string }>(
    `select id, step, decision, concat_ws(' ', step, decision, rests_on->>'requests', reasons) as said
     from rollout_verdicts where rollout_id = $1 order by at, id`,
    [rollout],
  )
  const moving = new Set(events.flatMap(({ verdict_id: id }) => id ?? []))
  return {
    events: events.map(({ kind, traffic_revision: revision }) => `${kind} ${revision}`),
    movingVerdicts: moving.size,
    promotingVerdicts: verdicts.filter(({ decision }) => decision === 'promote').length,
    repeatedVerdicts: verdicts.filter(({ said }, index) => said === verdicts[index - 1]?.said).length,
  }
}
