import { z } from 'zod'
import { name } from './parts.ts'

const declaredFunction = z
  .strictObject({
    command: z
      .array(z.string().min(1))
      .min(1)
      .describe('Program and words. It reads one JSON object a line and writes one a line.'),
    timeoutMs: z
      .int()
      .min(10)
      .max(600_000)
      .default(10_000)
      .describe('How long it may take for one answer; after that its process is ended.'),
    maxMemoryMegabytes: z
      .int()
      .min(16)
      .max(65_536)
      .default(512)
      .describe(
        'Its process is ended when it holds more. Looked at four times a second while it works, on Linux.',
      ),
  })
  .describe('A command that scores answers, for the evaluator `function`.')

export const evaluation = z
  .strictObject({
    retentionDays: z
      .int()
      .min(1)
      .max(3_650)
      .default(90)
      .describe(
        'Days that a run is kept, with its answers and scores; answers that are found again stay longer.',
      ),
    maxConcurrency: z
      .int()
      .min(1)
      .max(256)
      .default(16)
      .describe('Examples of one run under way at once, whatever its suite says.'),
    functions: z
      .record(name, declaredFunction)
      .nullish()
      .transform(value => value ?? {})
      .describe(
        'Evaluators of your own, by name. They run as the server’s user, so that only who writes this file can add one; suites name them.',
      ),
  })
  .describe('How answers are evaluated.')

export type EvaluationConfig = z.output<typeof evaluation>
