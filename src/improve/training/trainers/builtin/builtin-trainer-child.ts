import { runBuiltin } from './run-builtin.ts'

/** The built-in trainer as a process under the contract of trainers: `builtin-trainer-child.ts FOLDER`. */
const [folder = ''] = process.argv.slice(2)
let isStopWanted = false
process.on('SIGTERM', () => {
  isStopWanted = true
})
process.exit(await runBuiltin(folder, () => isStopWanted))
