/**
 * Runs of pipelines under random kills.
 *
 *   bun bench/pipelines/run.ts [--kills 100] [--open 12] [--models 6] [--work 3] [--pause 2000] [--seed 1] [--json bench/pipelines/chaos.json]
 *
 * Ends with an error where something was applied twice, left behind or damaged, or a run did not succeed.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { chaos } from './chaos.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    open: { type: 'string', default: '12' },
    models: { type: 'string', default: '6' },
    work: { type: 'string', default: '3' },
    pause: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
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
  open: Number(values.open),
  kills: Number(values.kills),
  modelEvery: Number(values.models),
  work: values.work,
  pauseMs: Number(values.pause),
  random,
  log: text => process.stderr.write(`${text}\n`),
})
const text = JSON.stringify(result, null, 2)
process.stdout.write(`${text}\n`)
if (values.json) writeFileSync(values.json, `${text}\n`)
const wrongs =
  result.appliedTwice +
  result.begunTwice +
  result.overlaps +
  result.attemptsAtOnce +
  result.damaged +
  result.zombies +
  result.processesLeft +
  (result.runs - result.succeeded)
process.exit(wrongs === 0 ? 0 : 1)
