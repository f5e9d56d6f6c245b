/**
 * The soak: the product under mixed load for a long time, and what grows meanwhile.
 *
 *   bun bench/soak/run.ts [--seconds 3600] [--rate 40] [--clients 40] [--replicas 2] [--json results.json] [--svg memory.svg]
 *
 * Ends with an error where a row is lost or something is still held at the end.
 */
import { writeFileSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { drawMemory } from './draw-memory.ts'
import { soak } from './soak.ts'

const { values } = parseArgs({
  options: {
    replicas: { type: 'string', default: '2' },
    clients: { type: 'string', default: '40' },
    rate: { type: 'string', default: '40' },
    seconds: { type: 'string', default: '3600' },
    'warm-up': { type: 'string', default: '600' },
    seed: { type: 'string', default: '1' },
    json: { type: 'string' },
    svg: { type: 'string' },
  },
})
const warmUpSeconds = Number(values['warm-up'])
const result = await soak({
  replicas: Number(values.replicas),
  clients: Number(values.clients),
  requestsPerSecond: Number(values.rate),
  seconds: Number(values.seconds),
  warmUpSeconds,
  sampleSeconds: 5,
  reloadSeconds: 60,
  restSeconds: 12,
  seed: Number(values.seed),
  log: text => process.stderr.write(`${text} (load ${loadavg()[0]?.toFixed(1)})\n`),
})
const { samples, ...summary } = result
process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`)
const machine = {
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  memoryGb: Math.round(totalmem() / 1e9),
  bun: Bun.version,
}
if (values.json) {
  const text = JSON.stringify({ machine, ...summary }, null, 2)
  const rows = samples.map(own => own.map(sample => JSON.stringify(Object.values(sample))).join(',\n'))
  const columns = JSON.stringify(Object.keys(samples[0]?.[0] ?? {}))
  writeFileSync(
    values.json,
    `${text.slice(0, -2)},\n"columns": ${columns},\n"samples": [[\n${rows.join('\n],[\n')}\n]]\n}\n`,
  )
}
if (values.svg) writeFileSync(values.svg, drawMemory(samples, warmUpSeconds))
const { rows, idle, countedLosses } = result
const isRight =
  rows.answeredWithoutEntry + rows.entriesTwice + rows.leased + idle.inFlight + idle.openBreakers === 0 &&
  rows.withoutInference <= countedLosses
process.exit(isRight ? 0 : 1)
