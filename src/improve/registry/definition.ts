import { z } from 'zod'
import { declarationReader, formatProblem } from '../../foundation/config/index.ts'
import { Failure } from '../../foundation/platform/index.ts'
import { proofKinds } from './ports.ts'

/** A model's name: also a part of references (`support@production`), so without `@`, `/` and `:`. */
export const modelName = z
  .string()
  .max(200)
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9 ._-]*$/,
    'must begin with a letter or a digit and hold letters, digits, spaces, ., _ and -',
  )

/** Not a number and not `latest`, which mean versions; not `v1`, which looks like one. */
export const aliasName = z
  .string()
  .max(100)
  .regex(/^[A-Za-z][A-Za-z0-9_.-]*$/, 'must begin with a letter and hold letters, digits, ., _ and -')
  .refine(name => name !== 'latest' && !/^v\d+$/i.test(name), 'must not look like the number of a version')

const aliasRule = z.strictObject({
  approvals: z
    .int()
    .min(0)
    .max(20)
    .default(1)
    .describe('How many people have to approve a version before the alias may move to it.'),
  permission: z
    .string()
    .max(100)
    .default('model:approve')
    .describe('What an approval needs beside `model:approve`, when it is given and when the alias moves.'),
  makerMayApprove: z
    .boolean()
    .default(false)
    .describe('Whether the key that made the version may be among those who approve it.'),
  evaluation: z
    .strictObject({
      suite: z.string().min(1).max(200).describe('A run of this suite has to have passed.'),
      maxAgeDays: z.number().positive().max(3_650).optional().describe('How long ago it may have ended.'),
      measured: z
        .enum(['version', 'any'])
        .default('version')
        .describe(
          '`version`: an engine that had this very version answered the run. `any`: the run is taken at its word.',
        ),
    })
    .optional(),
  datasetPinned: z
    .boolean()
    .default(false)
    .describe('Whether the version has to name the version of a dataset that it was trained on.'),
  attachments: z
    .array(z.string().min(1).max(100))
    .max(20)
    .default([])
    .describe('Kinds that have to be there: `signature`, `sbom`, `card`.'),
  verified: z
    .array(z.enum(proofKinds))
    .max(proofKinds.length)
    .default([])
    .describe(
      'What is looked at whenever the alias moves and before an engine takes it: `signature`, `bom`, `card`.',
    ),
  whenUnproven: z
    .enum(['keep', 'unload'])
    .default('keep')
    .describe(
      'What becomes of an engine that serves a version of which `verified` does not hold any more, as when a key was revoked: it goes on and says so until it has to start again, or it is ended.',
    ),
  formats: z.array(z.string()).max(10).optional().describe('Formats that may be served: `[gguf]`.'),
})

export type AliasRule = z.output<typeof aliasRule>

/** What a model is held to, as YAML. An alias that is not named moves freely. */
export const definitionSchema = z.strictObject({
  model: modelName.optional(),
  description: z.string().max(4_000).optional(),
  aliases: z
    .record(aliasName, aliasRule)
    .nullish()
    .transform(aliases => aliases ?? {}),
})

export type ModelDefinition = z.output<typeof definitionSchema>

const read = declarationReader({ schema: definitionSchema, page: 'docs/registry.md' })

/** Reads the YAML of a definition; an empty text protects nothing. Throws `invalid_request` with every problem, by line and column. */
export function parseDefinition(text: string): ModelDefinition {
  if (text.trim() === '') return definitionSchema.parse({})
  const parsed = read(text, 'model.yaml')
  if ('value' in parsed) return parsed.value
  throw new Failure('invalid_request', parsed.problems.map(formatProblem).join('\n'), {
    details: {
      parameter: 'definition',
      problems: parsed.problems.map(({ path, line, column, message, mend }) => ({
        parameter: path,
        message: `line ${line}, column ${column}: ${message} ${mend}`,
      })),
    },
  })
}
