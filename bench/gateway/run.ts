/**
 * Slipway, bare and governed, beside a bare proxy on the same runtime and beside other gateways: all in one run, in
 * shuffled rounds.
 *
 *   bun bench/gateway/run.ts [--rounds 3] [--seconds 3] [--json results.json] [--ours]
 *
 * Everything is a process of its own: mock upstream, gateway, load generator. CPU is what the kernel accounted to the
 * gateway's processes, workers included, divided by the requests sent. `--ours` leaves the gateways of others out.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir, totalmem } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import type { Contender, NotServed } from './contender.ts'
import { startLiteLlm } from './contenders/litellm.ts'
import { startPortkey } from './contenders/portkey.ts'
import { startSlipway } from './contenders/slipway.ts'
import { type Load, loads, smallJson } from './loads.ts'
import { measure, type Measurement } from './measure.ts'
import { residentMb, startBun, stopAll } from './processes.ts'
import { report } from './report.ts'

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '3' },
    json: { type: 'string' },
    ours: { type: 'boolean', default: false },
  },
})
const rounds = Number(options.rounds)
const seconds = Number(options.seconds)
const rungs = [100, 200, 300, 500, 1_000, 1_500, 2_000, 3_000]
const data = mkdtempSync(path.join(tmpdir(), 'slipway-bench-'))

try {
  const mock = await startBun('mock-upstream.ts')
  const bench = { mockPid: mock.pid, data }
  const direct = { name: 'direct', url: mock.url, headers: {}, pids: () => [mock.pid] }
  const bare = await startBun('bare-proxy.ts', mock.url)
  const tried: (Contender | NotServed)[] = [
    { name: 'bare proxy', url: bare.url, headers: {}, pids: () => [bare.pid] },
    await startSlipway('bare', mock.url, data),
    await startSlipway('governed', mock.url, data),
    await startSlipway('guarded', mock.url, data),
    await startSlipway('watched', mock.url, data),
    ...(options.ours
      ? []
      : [
          await orReason('portkey', startPortkey(mock.url)),
          await orReason('litellm', startLiteLlm(mock.url)),
        ]),
  ]
  const notServed = [
    ...tried.filter((one): one is NotServed => 'served' in one),
    ...(JSON.parse(
      readFileSync(path.join(import.meta.dirname, 'peers/not-served.json'), 'utf8'),
    ) as NotServed[]),
  ]
  const served = tried.filter((one): one is Contender => !('served' in one))
  const idle = Object.fromEntries(served.map(({ name, pids }) => [name, residentMb(pids())]))
  const loadBefore = loadavg()

  // each compiles what it needs, and opens its connections
  for (const load of loads)
    for (const contender of able(served, load)) await measure(bench, contender, load, 1)
  for (const name of [
    'bare proxy',
    'slipway bare',
    'slipway governed',
    'slipway guarded',
    'slipway watched',
  ]) {
    const contender = served.find(one => one.name === name)
    if (contender) await measure(bench, contender, { ...smallJson, rate: 600 }, 10)
  }

  const measurements: (Measurement & { readonly round: number })[] = []
  for (let round = 1; round <= rounds; round += 1) {
    for (const load of shuffle(loads)) {
      for (const contender of shuffle([direct, ...able(served, load)])) {
        process.stderr.write(`round ${round}/${rounds}: ${contender.name}, ${load.name}\n`)
        measurements.push({ ...(await measure(bench, contender, load, seconds)), round })
      }
    }
  }

  const ladder: Measurement[] = []
  const climb = async (contender: Contender, rate: number): Promise<boolean> => {
    const rung = await measure(bench, contender, { ...smallJson, rate }, 2)
    ladder.push(rung)
    return rung.failed + rung.unanswered === 0 && rung.latencyMs.p99 < 50
  }
  const capacity: Record<string, number> = {}
  for (const contender of served) {
    capacity[contender.name] = 0
    for (const rate of rungs) {
      // once more where it fails: a machine that others use is slow at times
      const isCarried = (await climb(contender, rate)) || (await climb(contender, rate))
      if (!isCarried) break
      capacity[contender.name] = rate
      await Bun.sleep(300)
    }
  }
  const top = Math.max(...Object.values(capacity))
  const calibration = await measure(bench, direct, { ...smallJson, rate: top * 1.5 }, 3)

  // at half of what each one can carry, beside the mock at the same rate
  const halfLoad: Measurement[] = []
  for (const contender of served.filter(({ name }) => name.startsWith('slipway'))) {
    const rate = Math.max(50, (capacity[contender.name] ?? 0) / 2)
    for (let round = 0; round < rounds; round += 1) {
      for (const one of shuffle([direct, contender])) {
        const load = { ...smallJson, name: `half load of ${contender.name}`, rate }
        halfLoad.push(await measure(bench, one, load, seconds))
      }
    }
  }

  process.stdout.write(report(measurements))
  process.stdout.write(report(halfLoad))
  const direct15 = `mock directly at ${top * 1.5}/s: p99 ${calibration.latencyMs.p99} ms, failed ${calibration.failed + calibration.unanswered}, mock CPU ${calibration.mockCpuShare}, generator CPU ${calibration.generatorCpuShare}`
  process.stdout.write(`\ncapacity ${JSON.stringify(capacity)}\n${direct15}\n${JSON.stringify(notServed)}\n`)
  if (options.json) {
    const machine = {
      cpu: cpus()[0]?.model,
      cores: cpus().length,
      memoryGb: Math.round(totalmem() / 1e9),
      bun: Bun.version,
      loadAverage: { before: loadBefore, after: loadavg() },
    }
    const all = {
      machine,
      seconds,
      rounds,
      idle,
      notServed,
      capacity,
      calibration,
      measurements,
      ladder,
      halfLoad,
    }
    writeFileSync(options.json, `${JSON.stringify(all, null, 1)}\n`)
  }
} finally {
  await stopAll()
  rmSync(data, { recursive: true, force: true })
}

/** Those that can carry the load. */
function able(contenders: readonly Contender[], { without = [] }: Load): Contender[] {
  return contenders.filter(({ name }) => !without.includes(name))
}

async function orReason(
  name: string,
  starting: Promise<Contender | NotServed>,
): Promise<Contender | NotServed> {
  try {
    return await starting
  } catch (error) {
    return { name, served: false, reason: String(error) }
  }
}

function shuffle<T>(items: readonly T[]): T[] {
  return items
    .map(item => ({ item, order: Math.random() }))
    .toSorted((a, b) => a.order - b.order)
    .map(({ item }) => item)
}
