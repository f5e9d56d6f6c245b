/**
 * What a drift report costs over many rows, beside Evidently on the same files in the same run.
 *
 *   bun bench/monitors/run.ts [--rows 500000] [--rounds 3] [--python VENV/bin/python] [--json bench/monitors/results.json]
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { makeRows } from './make-rows.ts'

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '500000' },
    rounds: { type: 'string', default: '3' },
    python: { type: 'string' },
    json: { type: 'string' },
  },
})

interface Ours {
  readonly seconds: number
  readonly cpu_seconds: number
  readonly megabytes: number
  readonly columns: Record<string, { readonly evidently: number | null }>
}
interface Theirs {
  readonly import_seconds: number
  readonly read_seconds: number
  readonly stability_seconds: number
  readonly own_seconds: number
  readonly cpu: Record<'import' | 'read' | 'stability' | 'own', number>
  readonly megabytes: number
  readonly stability: Record<string, number>
}

function runOnce(command: string, words: readonly string[]): unknown {
  const { status, stdout, stderr } = spawnSync(command, words, {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  if (status !== 0) throw new Error(`${command} ${words[0]} failed: ${stderr}`)
  return JSON.parse(stdout)
}

const folder = mkdtempSync(path.join(tmpdir(), 'slipway-bench-'))
try {
  const { reference, current } = await makeRows(folder, Number(values.rows))
  const here = import.meta.dirname
  const ours: Ours[] = []
  const theirs: Theirs[] = []
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const words = [path.join(here, 'explain.ts'), reference, current, values.rows, path.join(folder, 'spill')]
    ours.push(runOnce(process.execPath, words) as Ours)
    if (values.python !== undefined)
      theirs.push(runOnce(values.python, [path.join(here, 'peer.py'), reference, current]) as Theirs)
  }
  const median = (numbers: readonly number[]): number =>
    numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN
  const of = <Result>(results: readonly Result[], read: (result: Result) => number): number =>
    Number(median(results.map(read)).toFixed(3))
  const apart = theirs.flatMap(({ stability }) =>
    Object.entries(ours[0]?.columns ?? {}).flatMap(([name, { evidently }]) =>
      evidently === null ? [] : [Math.abs(evidently - (stability[name] ?? Number.NaN))],
    ),
  )
  const result = {
    rows_of_each: Number(values.rows),
    columns: 20,
    rounds: ours.length,
    ours: {
      seconds: of(ours, one => one.seconds),
      cpu_seconds: of(ours, one => one.cpu_seconds),
      megabytes: of(ours, one => one.megabytes),
    },
    ...(theirs.length > 0 && {
      evidently: {
        import_seconds: of(theirs, one => one.import_seconds),
        read_seconds: of(theirs, one => one.read_seconds),
        stability_seconds: of(theirs, one => one.stability_seconds),
        own_seconds: of(theirs, one => one.own_seconds),
        cpu_seconds: {
          read: of(theirs, one => one.cpu.read),
          stability: of(theirs, one => one.cpu.stability),
          own: of(theirs, one => one.cpu.own),
        },
        megabytes: of(theirs, one => one.megabytes),
        // the same work: read the files, and compare each column once
        ratio_of_wall: median(
          theirs.map(
            (one, round) => (one.read_seconds + one.stability_seconds) / (ours[round]?.seconds ?? 1),
          ),
        ),
        ratio_of_cpu: median(
          theirs.map((one, round) => (one.cpu.read + one.cpu.stability) / (ours[round]?.cpu_seconds ?? 1)),
        ),
        largest_difference_of_stability: Math.max(...apart),
      },
    }),
    machine: { processors: cpus().length, model: cpus()[0]?.model ?? '', load: loadavg().map(Math.round) },
  }
  const text = `${JSON.stringify(result, undefined, 2)}\n`
  process.stdout.write(text)
  if (values.json !== undefined) writeFileSync(values.json, text)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
