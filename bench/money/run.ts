/**
 * The money drill: several replicas on one Postgres, a crowd of clients, a provider that fails in every way and knows what it
 * is owed, replicas and Postgres killed meanwhile. Then the books are compared.
 *
 *   bun bench/money/run.ts [--replicas 3] [--clients 200] [--seconds 60] [--budget 1.5] [--seed 1] [--json results.json]
 *
 * Ends with an error where a dollar is wrong.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { drill } from './drill.ts'

const { values } = parseArgs({
  options: {
    replicas: { type: 'string', default: '3' },
    clients: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '60' },
    budget: { type: 'string', default: '1.5' },
    seed: { type: 'string', default: '1' },
    json: { type: 'string' },
  },
})
const result = await drill({
  replicas: Number(values.replicas),
  clients: Number(values.clients),
  seconds: Number(values.seconds),
  budgetUsd: Number(values.budget),
  seed: Number(values.seed),
  log: text => process.stderr.write(`${text}\n`),
})
const text = JSON.stringify(result, null, 2)
process.stdout.write(`${text}\n`)
if (values.json) writeFileSync(values.json, `${text}\n`)
const isRight = result.wrongEntries === 0 && result.missingRequests === 0 && result.overspentNanoUsd === 0
process.exit(isRight ? 0 : 1)
