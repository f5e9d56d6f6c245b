/** One report over two Parquet files, in a process of its own as a data worker is: how long, how much memory, what it said. */
import { performance } from 'node:perf_hooks'
import { compareSamples } from '../../src/improve/datasets/worker/compare-samples.ts'
import { openDuckdb } from '../../src/improve/datasets/worker/open-duckdb.ts'
import { categoryNames, numberNames } from './make-rows.ts'

const [reference = '', current = '', rows = '0', folder = ''] = process.argv.slice(2)
const startedAt = performance.now()
const { connection } = await openDuckdb({ memoryMegabytes: 640, threads: 2, spillMegabytes: 2_000 }, folder)
const steps: [string, number, number][] = []
const cpuMs = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}
const report = await compareSamples(
  {
    samples: {
      reference: { kind: 'file', of: 'the reference', file: reference, total: Number(rows) },
      current: { kind: 'file', of: 'the current rows', file: current, total: Number(rows) },
    },
    columns: [
      ...numberNames.map(name => ({ name, kind: 'number' as const })),
      ...categoryNames.map(name => ({ name, kind: 'category' as const })),
    ],
    seed: 'bench',
    mostRows: 10_000_000,
    notes: [],
  },
  {
    duckdb: connection,
    scratch: folder,
    signal: new AbortController().signal,
    progress: (_, step) => steps.push([step, performance.now() - startedAt, cpuMs()]),
  },
)
const { user, system } = process.cpuUsage()
const seconds = (performance.now() - startedAt) / 1000
process.stdout.write(
  JSON.stringify({
    seconds,
    cpu_seconds: (user + system) / 1_000_000,
    megabytes: process.resourceUsage().maxRSS / 1024,
    steps,
    sentence: report.sentence,
    columns: Object.fromEntries(
      report.columns.map(column => [
        column.name,
        { statistic: column.statistic, p: column.p, evidently: column.evidently_stability },
      ]),
    ),
  }),
)
