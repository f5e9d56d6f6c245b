/**
 * The queue in front of a model of an engine, in simulated time: who suffers from a flood of ten times the traffic.
 *
 *   bun bench/fairness/run-simulation.ts [--traces FOLDER] [--seconds 200] [--json bench/fairness/simulation.json]
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type ShapeName, shapes } from './engine-model.ts'
import { percentile } from './percentile.ts'
import { type Client, type Mode, simulate, type SimulationResult } from './simulate.ts'
import { multiplied, paced, readTrace, type TraceName, type TraceRow } from './trace.ts'

const { values: options } = parseArgs({
  options: {
    traces: { type: 'string', default: process.env['SLIPWAY_TRACES'] },
    seconds: { type: 'string', default: '200' },
    json: { type: 'string' },
  },
})
const seconds = Number(options.seconds)
const results: object[] = []

for (const shape of ['small', 'large'] as const) {
  for (const trace of ['conversation', 'code'] as const) {
    const [first, second] = halves(readTrace(trace, options.traces))
    const unitsPerSecond = await findCapacity(shape, first)
    for (const load of [0.1, 0.3]) await compare(shape, trace, load, unitsPerSecond, first, second)
    await compareFloods(shape, trace, unitsPerSecond, first, second)
  }
}
if (options.json) writeFileSync(options.json, `${JSON.stringify({ seconds, results }, null, 1)}\n`)

function halves(rows: readonly TraceRow[]): [TraceRow[], TraceRow[]] {
  const middle = Math.floor(rows.length / 2)
  const from = rows[middle]?.atMs ?? 0
  return [rows.slice(0, middle), rows.slice(middle).map(row => ({ ...row, atMs: row.atMs - from }))]
}

async function findCapacity(shape: ShapeName, rows: readonly TraceRow[]): Promise<number> {
  const clients = [{ tenant: 'all', weight: 1, rows: paced(rows, 1e6) }]
  return (await play('off', shape, clients)).unitsPerSecond
}

/** A victim that asks for `load` of what the engine carries, alone and beside ten times as much. */
async function compare(
  shape: ShapeName,
  trace: TraceName,
  load: number,
  unitsPerSecond: number,
  mine: readonly TraceRow[],
  theirs: readonly TraceRow[],
): Promise<void> {
  const victim = { tenant: 'victim', weight: 1, rows: paced(mine, unitsPerSecond * load) }
  const flood = { tenant: 'flood', weight: 1, rows: multiplied(paced(theirs, unitsPerSecond * load), 10) }
  const alone = await play('vtc', shape, [victim])
  const played: Record<string, SimulationResult> = {
    alone,
    ...(await playModes(['off', 'fifo', 'vtc', 'locality', 'first'], shape, [victim, flood])),
  }
  const baseline = percentile(alone.firstTokenMs['victim'] ?? [], 0.99)
  process.stdout.write(`\n${shape} engine, ${trace}, victim asks for ${load * 100} % of it\n`)
  for (const [mode, result] of Object.entries(played)) {
    const times = result.firstTokenMs['victim'] ?? []
    const row = {
      shape,
      trace,
      load,
      mode,
      victimRequests: times.length,
      firstTokenP50Ms: percentile(times, 0.5),
      firstTokenP99Ms: percentile(times, 0.99),
      timesAloneP99: round(percentile(times, 0.99) / baseline, 2),
      unitsPerSecond: Math.round(result.unitsPerSecond),
      partOfOff:
        mode === 'alone' ? undefined : round(result.unitsPerSecond / (played['off']?.unitsPerSecond ?? 1), 3),
    }
    results.push(row)
    process.stdout.write(
      `${mode.padEnd(9)} p50 ${row.firstTokenP50Ms} ms, p99 ${row.firstTokenP99Ms} ms (${row.timesAloneP99}×), throughput ${row.partOfOff ?? '–'}\n`,
    )
  }
}

/** Two that both always have something waiting, of weights 1 and 1, then 1 and 3: the bound of the paper. */
async function compareFloods(
  shape: ShapeName,
  trace: TraceName,
  unitsPerSecond: number,
  mine: readonly TraceRow[],
  theirs: readonly TraceRow[],
): Promise<void> {
  for (const weight of [1, 3]) {
    const clients = [
      { tenant: 'one', weight: 1, rows: multiplied(paced(mine, unitsPerSecond), 3) },
      { tenant: 'other', weight, rows: multiplied(paced(theirs, unitsPerSecond), 3) },
    ]
    for (const [mode, result] of Object.entries(
      await playModes(['off', 'vtc', 'locality'], shape, clients),
    )) {
      const ratio = round((result.units['other'] ?? 0) / (result.units['one'] ?? 1), 2)
      const difference = Math.round(result.mostDifference)
      const bound = Math.round(result.bound)
      results.push({ shape, trace, mode, weights: `1:${weight}`, ratio, mostDifference: difference, bound })
      process.stdout.write(
        `two floods 1:${weight}, ${mode.padEnd(9)} served 1:${ratio}, differ by ${difference} units at most, bound ${bound}\n`,
      )
    }
  }
}

async function playModes(
  modes: readonly Mode[],
  shape: ShapeName,
  clients: readonly Client[],
): Promise<Record<string, SimulationResult>> {
  const played: Record<string, SimulationResult> = {}
  for (const mode of modes) played[mode] = await play(mode, shape, clients)
  return played
}

async function play(mode: Mode, shape: ShapeName, clients: readonly Client[]): Promise<SimulationResult> {
  const { slots, memoryTokens, chunkTokens } = shapes[shape]
  return await simulate({
    mode,
    shape: shapes[shape],
    clients,
    seconds,
    inFlightTokens: memoryTokens,
    inFlightRequests: slots,
    inFlightPromptTokens: 2 * chunkTokens,
    headroomPercent: 5,
  })
}

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits
}
