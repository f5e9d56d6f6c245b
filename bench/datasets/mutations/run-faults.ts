import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createRandom } from '../../../src/foundation/statistics/index.ts'
import { checkFile, type CheckResult } from '../../../src/improve/datasets/index.ts'
import { textDetectors } from '../../../src/serve/guardrails/index.ts'
import { makeTickets, skus, type Tickets } from './clean-data.ts'
import type { Fault } from './faults.ts'

export interface CaughtBy {
  readonly kind: string
  readonly what: string
  /** Rules that failed, and had not on clean data. */
  readonly rules: readonly string[]
}

export interface Bench extends AsyncDisposable {
  /** What failed on the clean data: false alarms. */
  readonly falseAlarms: readonly CheckResult[]
  plant(faults: readonly Fault[], seed: number): Promise<readonly string[]>
  /** Checks other clean data of the same make. */
  checkClean(seed: number): Promise<readonly string[]>
}

const definitionFile = path.join(import.meta.dirname, 'dataset.yaml')

/** Clean data, and a way to plant faults into copies of it. */
export async function openBench({
  train,
  test,
  seed,
}: {
  readonly train: number
  readonly test: number
  readonly seed: number
}): Promise<Bench> {
  const folder = await mkdtemp(path.join(tmpdir(), 'slipway-mutations-'))
  const put = async (name: string, rows: Tickets): Promise<string> => {
    const file = path.join(folder, name)
    await writeFile(file, rows.map(row => JSON.stringify(row)).join('\n'))
    return file
  }
  const clean: Tickets = (await makeTickets(train, test, seed, folder)) as unknown as Tickets
  const parentFile = await put(
    'parent.jsonl',
    (await makeTickets(train, test, seed + 1, folder)) as unknown as Tickets,
  )
  const others = new Map([['skus', await put('skus.jsonl', skus)]])
  const text = await readFile(definitionFile, 'utf8')
  // bounds that hold for the size of this run; a classifier learns nothing from a few hundred rows
  const rows = train + test
  const fitted = text
    .replace('min: 1400, max: 3000', `min: ${Math.floor(rows * 0.7)}, max: ${Math.ceil(rows * 1.5)}`)
    .replace(/.*suspect-labels.*\n/, line => (rows < 1_000 ? '' : line))
  const define = path.join(folder, 'dataset.yaml')
  await writeFile(define, fitted)

  const check = async (rows: Tickets): Promise<readonly CheckResult[]> => {
    const checked = await checkFile({
      file: await put('rows.jsonl', rows),
      definitionFile: define,
      parentFile,
      others,
      detectors: textDetectors,
      signal: new AbortController().signal,
    })
    if ('problems' in checked)
      throw new Error(
        checked.problems.map(({ line, column, message }) => `${line}:${column} ${message}`).join('\n'),
      )
    return checked.report.checks.filter(({ outcome }) => outcome === 'failed')
  }
  const falseAlarms = await check(clean)
  const known = new Map(falseAlarms.map(alarm => [alarm.check, alarm.rows]))
  return {
    falseAlarms,
    async plant(faults, number) {
      const random = createRandom(seed, number, 'plant')
      const rows = faults.reduce((planted, fault) => fault.plant(planted, random), clean)
      return await check(rows).then(
        failed =>
          failed
            .filter(
              ({ check: name, rows: count }) => !known.has(name) || (known.get(name) ?? 0) < (count ?? 0),
            )
            .map(({ check: name }) => name),
        (error: unknown) => [
          `the file is refused: ${error instanceof Error ? error.message.slice(0, 80) : String(error)}`,
        ],
      )
    },
    checkClean: async other =>
      (await check((await makeTickets(train, test, other, folder)) as unknown as Tickets)).map(
        ({ check: name }) => name,
      ),
    [Symbol.asyncDispose]: async () => await rm(folder, { recursive: true, force: true }),
  }
}
