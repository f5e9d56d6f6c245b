import { afterEach, beforeEach, describe, expect, it } from 'bun:test'
import { fileURLToPath } from 'node:url'
import { until } from '../../../test/until.ts'
import { createAudit } from '../../govern/audit/index.ts'
import { changeByPerson } from './change-monitor.ts'
import { countInbox } from './inbox-store.ts'
import {
  dayMs,
  english,
  failed,
  german,
  hourMs,
  type MonitorBench,
  openMonitorBench,
  type Traffic,
} from './monitor-bench.fixture.ts'
import { createMonitorTroubles } from './monitor-troubles.ts'

const config = `engines: { e: { model: builtin:support } }
services: { support: { storeContent: masked, releases: { v1: { target: { engine: e } } } } }
monitors:
  quality:
    service: support
    reference: { window: 20d, rows: 300 }
    runLength: 100000
    slices: [tenant]
    streams:
      failing: { kind: errors }
      slow: { kind: latency }
      words: { kind: input-vocabulary, effect: 0.1 }
      languages: { kind: input-language }
      near: { kind: input-embedding, effect: 0.1 }
      topics: { kind: input-topic, effect: 0.1 }
      form: { kind: output-format }
      liked: { kind: feedback }
`

let bench: MonitorBench

beforeEach(async () => {
  bench = await openMonitorBench(config)
})
afterEach(async () => {
  await bench[Symbol.asyncDispose]()
})

const traffic =
  ({
    failing = 0.02,
    questions = english,
  }: { failing?: number; questions?: readonly string[] } = {}): Traffic =>
  (_, random) => {
    const isError = random.next() < failing
    return {
      tenant: random.next() < 0.5 ? 'acme' : 'other',
      latencyMs: 100 * Math.exp(0.3 * random.normal()),
      ...(isError ? failed : { question: random.pick(questions) }),
    }
  }

describe('a monitor', () => {
  it('learns, stays quiet while nothing changes, and names the streams that a planted change is in', async () => {
    const begin = Date.now() - 16 * dayMs
    const mover = bench.startMover()
    bench.nowMs = begin + dayMs
    await bench.serve(100, begin, bench.nowMs, 'few', traffic())
    await mover.move(bench.nowMs)
    expect((await bench.view()).state).toBe('learning')
    await bench.serve(900, bench.nowMs, begin + 14 * dayMs, 'reference', traffic())
    bench.nowMs = begin + 14 * dayMs
    await mover.move(bench.nowMs)
    expect(await bench.states()).toMatchObject({ failing: 'watching', words: 'watching', liked: 'learning' })

    await bench.serve(1_000, bench.nowMs, bench.nowMs + dayMs, 'same', traffic())
    bench.nowMs += dayMs
    await mover.move(bench.nowMs)
    expect(await bench.alarms()).toEqual([])
    const quiet = await bench.view()
    expect(quiet.streams.find(({ name }) => name === 'failing')).toMatchObject({
      seen: 1_000,
      incomparable: 0,
    })
    expect(quiet.false_alarms_per_year).toBeGreaterThan(0)

    const changedAt = bench.nowMs
    await bench.serve(
      800,
      bench.nowMs,
      bench.nowMs + 8 * hourMs,
      'changed',
      traffic({ failing: 0.3, questions: german }),
    )
    bench.nowMs += 8 * hourMs
    await mover.move(bench.nowMs)
    const found = await bench.alarms()
    const streams = new Set(found.map(({ stream }) => stream))
    for (const stream of ['failing', 'languages', 'words']) expect(streams).toContain(stream)
    for (const stream of ['slow', 'form', 'liked']) expect(streams).not.toContain(stream)
    const failing = found.find(({ stream, detector }) => stream === 'failing' && detector === 'above')
    expect(failing?.summary).toMatch(
      /^support: `failing`: failed inferences have risen from \d\.?\d* % to \d+/,
    )
    expect(Math.abs((failing?.sinceAt.getTime() ?? 0) - changedAt)).toBeLessThan(2 * hourMs)
    expect(failing?.evidence).toMatchObject({ kind: 'errors', direction: 'above', batch: 20 })
    const spoke = failing?.evidence['inferences'] as { value: number }[] | undefined
    expect(new Set(spoke?.map(({ value }) => value))).toEqual(new Set([1]))
    const languages = found.find(({ stream }) => stream === 'languages')
    expect(languages?.detector).toBe('more:others')
    expect(bench.explained.toSorted()).toEqual(found.map(({ id }) => id).toSorted())
    expect(failing && (await bench.alarms()).find(({ id }) => id === failing.id)?.report).toEqual({
      drift_report: failing?.id,
    })

    const troubles = await createMonitorTroubles(bench.test.database, () => bench.snapshot).read(bench.nowMs)
    expect(troubles.declared).toEqual(['quality'])
    expect(troubles.findings.find(({ labels }) => labels['stream'] === 'failing')).toMatchObject({
      source: 'monitor',
      name: 'quality',
      severity: 'ticket',
    })

    // what is over ends by itself; what people take for normal ends at once
    await bench.serve(2_000, bench.nowMs, bench.nowMs + 8 * hourMs, 'well again', traffic())
    bench.nowMs += 8 * hourMs
    await mover.move(bench.nowMs)
    expect((await bench.alarms()).find(({ id }) => id === failing?.id)).toMatchObject({
      endedBecause: 'over',
    })
    await changeByPerson(
      {
        database: bench.test.database,
        audit: createAudit({ database: bench.test.database }),
        actor: { id: 'k', name: 'me' },
        requestId: 'r',
        now: new Date(bench.nowMs),
      },
      'quality',
      { kind: 'reference', from: undefined, until: undefined, stream: undefined },
    )
    expect((await bench.alarms()).filter(({ endedAt }) => endedAt === undefined)).toEqual([])
    bench.nowMs += 60_000
    await mover.move(bench.nowMs)
    expect(await bench.states()).toMatchObject({ failing: 'watching' })
    await mover.stop()
  }, 60_000)

  it('counts nothing twice although who moves it is killed with a batch half written', async () => {
    const begin = Date.now() - 3 * dayMs
    bench.nowMs = begin + dayMs
    await bench.serve(500, begin, bench.nowMs, 'reference', traffic())
    const first = bench.startMover()
    await first.move(bench.nowMs)
    await first.stop()
    await bench.serve(700, bench.nowMs, bench.nowMs + hourMs, 'now', traffic())
    bench.nowMs = Date.now()

    let child: ReturnType<typeof Bun.spawn> | undefined
    await bench.test.database.transaction(async transaction => {
      await transaction.query('select 1 from monitor_states for update')
      child = Bun.spawn(
        [
          process.execPath,
          fileURLToPath(new URL('./watch/mover.fixture.ts', import.meta.url)),
          bench.test.url,
          config,
        ],
        {
          stdout: 'ignore',
          stderr: 'ignore',
        },
      )
      await until(async () => {
        const rows = await bench.test.database.query(
          `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like 'update monitor_states%'`,
        )
        return rows.length > 0
      })
      child.kill('SIGKILL')
      await child.exited
    })
    // what the dead one had begun is gone with it, once Postgres has noticed
    await until(async () => {
      const rows = await bench.test.database.query(
        `select 1 from pg_stat_activity where datname = current_database() and query like 'update monitor_states%' and state <> 'idle'`,
      )
      return rows.length === 0
    })
    expect((await countInbox(bench.test.database)).entries).toBeGreaterThan(0)
    expect((await bench.view()).streams[0]?.seen).toBe(0)

    const second = bench.startMover()
    expect(await second.move(bench.nowMs)).toBe(false)
    bench.nowMs += 60_000
    expect(await second.move(bench.nowMs)).toBe(true)
    expect((await bench.view()).streams.find(({ name }) => name === 'failing')?.seen).toBe(700)
    expect((await countInbox(bench.test.database)).entries).toBe(0)
    await second.stop()
  }, 60_000)
})
