/**
 * Runs of pipelines under random kills, and what a stage costs.
 *
 *   bun bench/pipelines/run.ts [--kills 100] [--runs 40] [--seed 1] [--json bench/pipelines/chaos.json]
 *
 * Ends with an error where something was applied twice, left behind or damaged, or a run did not end.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { chaos } from './chaos.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    runs: { type: 'string', default: '40' },
    seed: { type: 'string', default: '1' },
    work: { type: 'string', default: '2' },
    pause: { type: 'string', default: '2000' },
    json: { type: 'string' },
  },
})
let state = Number(values.seed)
/** Park and Miller’s. */
const random = (): number => {
  state = (state * 48_271) % 2_147_483_647
  return state / 2_147_483_647
}
const result = await chaos({
  runs: Number(values.runs),
  kills: Number(values.kills),
  work: values.work,
  pauseMs: Number(values.pause),
  random,
  log: text => process.stderr.write(`${text}\n`),
})
const text = JSON.stringify(result, null, 2)
process.stdout.write(`${text}\n`)
if (values.json) writeFileSync(values.json, `${text}\n`)
const { appliedTwice, begunTwice, overlaps, damagedArtifacts, processesLeft } = result
process.exit(appliedTwice + begunTwice + overlaps + damagedArtifacts + processesLeft === 0 ? 0 : 1)
