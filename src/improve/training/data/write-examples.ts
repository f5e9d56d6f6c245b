import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rename } from 'node:fs/promises'
import { once } from 'node:events'
import { Failure } from '../../../foundation/platform/index.ts'
import type { JobData } from '../jobs/job.ts'
import type { ExampleFormat, LearningRules, PlacedExample } from '../ports.ts'

export interface ExampleLimits {
  readonly mostExamples: number
  readonly mostBytes: number
}

type Found = NonNullable<JobData['found']>

interface Checks {
  readonly format: ExampleFormat
  readonly check: LearningRules['check']
  readonly limits: ExampleLimits
}

/**
 * Writes examples as the lines that a trainer gets, each checked. Throws `invalid_request` that says which is wrong and how to
 * mend it; nothing is left then.
 */
export async function writeExamples(
  file: string,
  examples: AsyncIterable<PlacedExample>,
  checks: Checks,
): Promise<Found> {
  const output = createWriteStream(`${file}.part`, { mode: 0o600 })
  let found: Found
  try {
    found = await readExamples(examples, checks, async line => {
      if (!output.write(line)) await once(output, 'drain')
    })
  } finally {
    await new Promise<void>(resolve => output.end(() => resolve()))
  }
  await rename(`${file}.part`, file)
  return found
}

/** What a trainer would be given, without writing it. Throws as `writeExamples` does. */
export async function digestExamples(examples: AsyncIterable<PlacedExample>, checks: Checks): Promise<Found> {
  return await readExamples(examples, checks, () => Promise.resolve())
}

async function readExamples(
  examples: AsyncIterable<PlacedExample>,
  { format, check, limits: { mostExamples, mostBytes } }: Checks,
  take: (line: string) => Promise<void>,
): Promise<Found> {
  const hash = createHash('sha256')
  let [count, bytes] = [0, 0]
  for await (const { place, value } of examples) {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw invalid(`${place} is no object`, 'Each example is a JSON object.')
    const fault = check(format, value as Readonly<Record<string, unknown>>)
    if (fault) throw invalid(`${place}: ${fault.what}`, fault.mend)
    const line = `${JSON.stringify(value)}\n`
    count += 1
    bytes += Buffer.byteLength(line)
    if (count > mostExamples)
      throw invalid(`It holds more than ${mostExamples} examples`, 'Take fewer, or raise `training.maxExamples`.')
    if (bytes > mostBytes)
      throw invalid(
        `It holds more than ${Math.round(mostBytes / 1_048_576)} MB`,
        'Take fewer examples, or raise `training.maxFileMegabytes`.',
      )
    hash.update(line)
    await take(line)
  }
  if (count === 0) throw invalid('It holds no example', 'There is nothing to learn from it.')
  return { examples: count, bytes, sha256: hash.digest('hex') }
}

function invalid(what: string, mend: string): Failure {
  return new Failure('invalid_request', `${what}. ${mend}`)
}
