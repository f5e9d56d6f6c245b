/**
 * A large batch through the product: how fast, how much memory, and what a server that is killed in the middle costs.
 *
 *   bun bench/batches/run.ts [--lines 50000] [--delay 0] [--kills 1] [--json results.json]
 *
 * Ends with an error where a line is missing or there twice.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { drill } from './drill.ts'

const { values } = parseArgs({
  options: {
    lines: { type: 'string', default: '50000' },
    delay: { type: 'string', default: '0' },
    kills: { type: 'string', default: '1' },
    json: { type: 'string' },
  },
})
const result = await drill({
  lines: Number(values.lines),
  delayMs: Number(values.delay),
  kills: Number(values.kills),
  log: text => process.stderr.write(`${text}\n`),
})
const text = JSON.stringify(result, null, 2)
process.stdout.write(`${text}\n`)
if (values.json) writeFileSync(values.json, `${text}\n`)
process.exit(result.missingLines === 0 && result.repeatedLines === 0 && result.unknownLines === 0 ? 0 : 1)
