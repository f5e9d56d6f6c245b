import type { Measurement } from './measure.ts'

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

const columns = [
  'CPU µs',
  'database',
  '× ours',
  'p50 +ms',
  'p99 +ms',
  'first50',
  'first99',
  'failed',
  'RSS MB',
]

/** The medians of the rounds, latencies as what they are above the mock's own, a table for each load. */
export function report(measurements: readonly Measurement[]): string {
  const loads = [...new Set(measurements.map(({ load, rate }) => `${load} at ${rate}/s`))]
  return loads
    .map(load =>
      table(
        load,
        measurements.filter(one => `${one.load} at ${one.rate}/s` === load),
      ),
    )
    .join('\n')
}

function table(title: string, measurements: readonly Measurement[]): string {
  const names = [...new Set(measurements.map(({ contender }) => contender))]
  const of = (name: string, pick: (one: Measurement) => number): number =>
    median(measurements.filter(({ contender }) => contender === name).map(pick))
  const above = (name: string, pick: (one: Measurement) => number): string =>
    (of(name, pick) - of('direct', pick)).toFixed(2)
  const ours = of('slipway governed', one => one.cpuMicrosecondsPerRequest)
  const lines = names
    .filter(name => name !== 'direct')
    .toSorted()
    .map(name => {
      const cpu = of(name, one => one.cpuMicrosecondsPerRequest)
      const cells = [
        cpu.toFixed(0),
        of(name, one => one.databaseCpuMicrosecondsPerRequest).toFixed(0),
        (cpu / ours).toFixed(2),
        above(name, one => one.latencyMs.p50),
        above(name, one => one.latencyMs.p99),
        above(name, one => one.firstByteMs.p50),
        above(name, one => one.firstByteMs.p99),
        of(name, one => one.failed + one.unanswered).toFixed(0),
        of(name, one => one.residentMb).toFixed(0),
      ]
      return name.padEnd(18) + cells.map(cell => cell.padStart(9)).join('')
    })
  const head = 'contender'.padEnd(18) + columns.map(column => column.padStart(9)).join('')
  return `\n${title}\n${head}\n${lines.join('\n')}\n`
}
