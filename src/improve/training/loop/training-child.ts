import { Failure } from '../../../foundation/platform/index.ts'
import { runTraining } from './run-training.ts'

/**
 * The process that trains: `training-child.ts DIRECTORY`. Writes one event per line to its output, and last either
 * `{"kind":"finished"}` or `{"kind":"failed",…}`; ends when its input closes, so that it never outlives its parent.
 */
const [directory] = process.argv.slice(2)
const say = (line: object): boolean => process.stdout.write(`${JSON.stringify(line)}\n`)

process.stdin.on('end', () => process.exit(3))
process.stdin.resume()

try {
  if (directory === undefined) throw new Failure('invalid_request', 'Name the directory of the run.')
  await runTraining(directory, event => void say(event))
  say({ kind: 'finished' })
  process.exit(0)
} catch (error) {
  const failure = error instanceof Failure ? error : null
  say({
    kind: 'failed',
    code: failure?.code ?? null,
    message: error instanceof Error ? error.message : String(error),
  })
  process.exit(failure === null ? 1 : 2)
}
