/**
 * What profile, checks and the search for near-duplicates cost on many rows, in one process as a data worker has it.
 * `bun bench/datasets/checks-speed.ts 1000000`
 */
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { textDetectors } from '../../src/serve/guardrails/index.ts'
import { findNearDuplicates } from '../../src/improve/datasets/duplicates/find-near.ts'
import { TextReader, textOf } from '../../src/improve/datasets/duplicates/read-texts.ts'
import { readDefinition } from '../../src/improve/datasets/index.ts'
import { computeProfile } from '../../src/improve/datasets/profile/compute-profile.ts'
import { readRules } from '../../src/improve/datasets/validation/read-rules.ts'
import { runChecks } from '../../src/improve/datasets/validation/run-checks.ts'
import { openDuckdb } from '../../src/improve/datasets/worker/open-duckdb.ts'

const rows = Number(process.argv[2] ?? 1_000_000)
const definition = `key: id
columns:
  id: { type: string, unique: true, pattern: '^t-\\d+$' }
  message: { type: string, nullable: false, length: { min: 10, max: 2000 }, tokens: { max: 500 } }
  context: { type: string, nullable: false }
  label: { type: string, values: [refund, status, billing, other] }
  price: { type: number, min: 0, max: 1000 }
  created_at: { type: timestamp, min: '2020-01-01' }
checks:
  - rows: { min: 1000 }
  - balance: { column: label, minShare: 0.05 }
  - assert: price >= 0
  - drift: {}
  - secrets: { columns: message }
`
const slow = {
  language: 'columns: { message: { language: en } }',
  'personal data without names':
    'checks: [{ personal-data: { columns: message, entities: [EMAIL_ADDRESS, PHONE_NUMBER, CREDIT_CARD, IBAN, NATIONAL_ID] } }]',
  'personal data': 'checks: [{ personal-data: { columns: message } }]',
  'secrets in all texts': 'checks: [{ secrets: {} }]',
  leakage: 'checks: [{ leakage: { on: message, column: split, between: [train, test] } }]',
}

const scratch = await mkdtemp(path.join(tmpdir(), 'slipway-speed-'))
const opened = await openDuckdb(
  { memoryMegabytes: 768, threads: 2, spillMegabytes: 20_000 },
  path.join(scratch, 'spill'),
)
const duckdb = opened.connection
let peak = 0
const timer = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss())
}, 50)

async function measure<T>(what: string, work: () => Promise<T>): Promise<T> {
  peak = process.memoryUsage.rss()
  const since = performance.now()
  const result = await work()
  console.log(
    `${what.padEnd(40)} ${((performance.now() - since) / 1_000).toFixed(1).padStart(7)} s   peak ${(peak / 1e6).toFixed(0).padStart(5)} MB`,
  )
  return result
}

const words = `['the','order','and','parcel','has','not','come','yet','where','my','shoes','lamp','please','refund','this','that','with','from','delivery','status','broken','box','arrived','late','again','money','back','card','account','help','need','want','send','new','one','blue','red','large','small','today']`
const speak = (count: number, salt: number) =>
  `array_to_string(list_transform(range(${count}), x -> CASE WHEN hash(i * 131 + x + ${salt}) % 25 = 0 THEN (hash(i * 7 + x * ${salt}) % 100000)::VARCHAR ELSE ${words}[1 + (hash(i * 31 + x * 17 + ${salt}) % 40)::INTEGER] END), ' ')`

try {
  const file = path.join(scratch, 'rows.parquet')
  await measure(`makes ${rows.toLocaleString('en-US')} rows`, async () => {
    await duckdb.run(
      `COPY (SELECT 't-' || i AS id, CASE WHEN i % 50 = 7 THEN ${speak(40, 3).replaceAll('(i *', '((i - 3) *')} || ' ok' ELSE ${speak(40, 3)} END AS message, ${speak(120, 11)} AS context, ['refund','status','billing','other'][1 + (hash(i) % 4)::INTEGER] AS label, (hash(i + 5) % 100000) / 100.0 AS price, TIMESTAMP '2026-01-01' + to_seconds(i) AS created_at, CASE WHEN hash(i) % 10 = 0 THEN 'test' ELSE 'train' END AS split FROM range(${rows}) t(i)) TO '${file}' (FORMAT parquet, COMPRESSION zstd)`,
    )
  })
  console.log(`${((await stat(file)).size / 1e6).toFixed(0)} MB of Parquet`)
  await duckdb.run(
    `CREATE VIEW source AS SELECT * EXCLUDE (file_row_number), file_row_number + 1 AS _row, '["' || id || '"]' AS _key FROM read_parquet('${file}', file_row_number = true)`,
  )
  const text = await duckdb.runAndReadAll(
    `SELECT sum(strlen(id) + strlen(message) + strlen(context) + strlen(label) + 40) FROM source`,
  )
  console.log(`${(Number(text.getRows()[0]?.[0]) / 1e6).toFixed(0)} MB of values`)
  const schema = {
    key: ['id'],
    columns: [
      ...['id', 'message', 'context', 'label', 'split'].map(name => ({
        name,
        type: 'string' as const,
        isNullable: false,
      })),
      { name: 'price', type: 'number' as const, isNullable: false },
      { name: 'created_at', type: 'timestamp' as const, isNullable: false },
    ],
  }
  const view = { view: 'source', schema, rows }
  const signal = new AbortController().signal
  await measure(
    'profile',
    async () =>
      await computeProfile({ duckdb, rows: view, roles: new Map(), splitExpression: undefined, signal }),
  )
  const check = async (yaml: string) => {
    const read = readDefinition(yaml)
    if ('problems' in read) throw new Error(read.problems[0]?.message)
    const { rules } = readRules(read.definition, textDetectors)
    return await runChecks(
      rules,
      {
        duckdb,
        rows: view,
        parent: view,
        others: new Map(),
        splits: undefined,
        slices: {},
        splitExpression: undefined,
        detectors: textDetectors,
        scratch,
        signal,
      },
      (share, step) => {
        if (process.env['STEPS'] !== undefined)
          console.log(`  ${share.toFixed(2)} ${step} ${performance.now().toFixed(0)}`)
      },
    )
  }
  const report = await measure('15 rules, drift and secrets among them', async () => await check(definition))
  console.log(
    report.checks
      .filter(({ outcome }) => outcome !== 'passed')
      .map(({ check: name, message }) => `${name}: ${message}`),
  )
  for (const [name, yaml] of Object.entries(slow)) await measure(name, async () => await check(yaml))
  const near = await measure('near-duplicates of messages', async () => {
    const texts = new TextReader(duckdb, {
      view: 'source',
      text: textOf(schema, ['message']),
      where: undefined,
    })
    return await findNearDuplicates(() => texts.read(), { threshold: 0.85, scratch, signal })
  })
  console.log(
    `${near.pairs.length} near-duplicates, ${near.method.candidates} candidates, ${near.method.compared} compared`,
  )
} finally {
  clearInterval(timer)
  opened.close()
  await rm(scratch, { recursive: true, force: true })
}
