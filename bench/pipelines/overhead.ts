/**
 * What a stage costs beside its own work, fifty runs at once, and how soon another server goes on.
 *
 *   bun bench/pipelines/overhead.ts [--json bench/pipelines/overhead.json]
 *
 * Over the domain itself: real Postgres, a folder of objects, real processes (`true`). One machine for all of it.
 */
import { writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { createTestPipelines } from '../../test/pipelines.ts'
import { until } from '../../test/until.ts'

const { values } = parseArgs({ options: { json: { type: 'string' } } })
const round = (value: number): number => Math.round(value * 10) / 10
const stage = (needs: string): string =>
  `{ use: command, cache: false, ${needs === '' ? '' : `needs: [${needs}], `}with: { command: ['true'] } }`
const chain = (name: string, length: number): string =>
  `pipeline: ${name}\nstages:\n${Array.from({ length }, (_, index) => `  s${index}: ${stage(index === 0 ? '' : `s${index - 1}`)}`).join('\n')}\n`

const length = 20
const many = 50
await using pipelines = await createTestPipelines()
await pipelines.end(await pipelines.begin(chain('warm', 3)))

const cpuBefore = process.cpuUsage()
const startedAt = performance.now()
await pipelines.end(await pipelines.begin(chain('chain', length)))
const chainMs = performance.now() - startedAt
const cpu = process.cpuUsage(cpuBefore)

const manyAt = performance.now()
const text = chain('many', 3)
const ids = await Promise.all(Array.from({ length: many }, () => pipelines.begin(text)))
const ends = await Promise.all(ids.map(id => pipelines.end(id)))
const manyMs = performance.now() - manyAt

// a second server on the same database; the first is cut off in the middle, as if it were killed
const gate = `${pipelines.folder}/gate`
const id = await pipelines.begin(
  `pipeline: cut\nstages:\n  wait: { use: command, cache: false, with: { command: [sh, -c, 'until test -e ${gate}; do sleep 0.1; done'] } }\n`,
)
await until(async () => (await pipelines.stages(id))['wait']?.state === 'running')
await pipelines.test.database.query(
  `UPDATE pipeline_runs SET lease_owner = 'a server that was killed' WHERE id = $1`,
  [id],
)
const cutAt = performance.now()
await until(async () => (await pipelines.stages(id))['wait']?.attempts === 2)
const recoveryMs = performance.now() - cutAt
await Bun.write(gate, '')
await pipelines.end(id)

const result = {
  stages: length,
  wallMsPerStage: round(chainMs / length),
  cpuMsPerStage: round((cpu.user + cpu.system) / 1_000 / length),
  runsAtOnce: many,
  succeeded: ends.filter(({ state }) => state === 'succeeded').length,
  wallMsPerStageAtOnce: round(manyMs / (many * 3)),
  recoverySeconds: round(recoveryMs / 1_000),
  loadAverage: round(loadavg()[0] ?? 0),
}
process.stdout.write(`${JSON.stringify(result, null, 2)}\n`)
if (values.json) writeFileSync(values.json, `${JSON.stringify(result, null, 2)}\n`)
process.exit(0)
