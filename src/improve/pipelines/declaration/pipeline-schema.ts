import { z } from 'zod'
import { cpuQuantity } from '../../../foundation/config/index.ts'
import { approvalTerms } from './approval-terms.ts'

/** Names stand in expressions, where a dash would be a minus. */
const name = z
  .string()
  .regex(/^[a-z][a-z0-9_]*$/, 'Write it in lower-case letters, digits and _, beginning with a letter.')
  .max(60)

const pipelineName = z
  .string()
  .regex(
    /^[a-z][a-z0-9]*(?:[-_.][a-z0-9]+)*$/,
    'Write it in lower-case letters and digits, with single - _ or . between them.',
  )
  .max(100)

const seconds = { s: 1, m: 60, h: 3_600, d: 86_400 } as const

/** `90s`, `10m`, `2h` or `3d`, in milliseconds. */
const duration = z
  .string()
  .regex(/^[1-9]\d{0,6}[smhd]$/, 'A duration is a whole number and a unit: `30s`, `5m`, `6h` or `30d`.')
  .transform(text => Number(text.slice(0, -1)) * seconds[text.at(-1) as keyof typeof seconds] * 1_000)

const bytes = { KB: 1_024, MB: 1_048_576, GB: 1_073_741_824 } as const

const size = z
  .string()
  .regex(/^[1-9]\d{0,6}(?:KB|MB|GB)$/, 'A size is a whole number and a unit: `512MB` or `4GB`.')
  .transform(text => Number(text.slice(0, -2)) * bytes[text.slice(-2) as keyof typeof bytes])

const parameter = z
  .strictObject({
    type: z.enum(['string', 'integer', 'number', 'boolean']),
    description: z.string().max(1_000).optional(),
    default: z
      .union([z.string().max(10_000), z.number(), z.boolean()])
      .optional()
      .describe('Left out, each run has to give it.'),
    choices: z
      .array(z.union([z.string().max(1_000), z.number()]))
      .min(1)
      .max(100)
      .optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
  })
  .describe('What a run may be told; `parameters.NAME` in expressions.')

const values = z.record(name, z.union([z.string().max(10_000), z.number(), z.boolean()]))

/** Decisions of triggers are kept for so long at least. */
export const longestWindowMs = 31 * 86_400_000

const window = duration
  .refine(ms => ms <= longestWindowMs, 'It is 31 days at most.')
  .describe('`1h`, `1d`, `7d`: counted back from now.')

const trigger = z
  .strictObject({
    name: pipelineName
      .optional()
      .describe(
        'What it is called; its event, `cron`, `rows` or `api` by default. What it knows stays with its name.',
      ),
    cron: z
      .string()
      .max(200)
      .optional()
      .describe('Five fields: minute, hour, day of the month, month, day of the week.'),
    timezone: z.string().max(100).default('UTC').describe('Of `cron`: `Europe/Berlin`.'),
    event: z.string().max(100).optional().describe('The name of an event: `dataset.published`.'),
    rows: z
      .strictObject({
        dataset: z.string().min(1).max(200),
        branch: z.string().min(1).max(200).default('main'),
        atLeast: z.int().min(1).describe('So many rows that were added or changed since its last run.'),
      })
      .optional()
      .describe('Begins a run when so many rows have come.'),
    api: z
      .record(name, z.enum(['string', 'int', 'double', 'bool']))
      .optional()
      .describe(
        'Begins a run when it is called: `POST /api/pipelines/NAME/triggers/TRIGGER`, with these facts.',
      ),
    where: z
      .string()
      .max(2_000)
      .optional()
      .describe('An expression on `event` that has to be true: `event.dataset == "questions"`.'),
    parameters: values.default({}).describe('For the runs that it begins; texts may hold `${event.…}`.'),
    debounce: duration
      .optional()
      .describe(
        'Waits until nothing has happened for so long, ten times that at most; one run then begins with the newest.',
      ),
    cooldown: window.optional().describe('No run begins sooner after the one before.'),
    atMost: z
      .strictObject({ runs: z.int().min(1).max(1_000), per: window })
      .optional()
      .describe('How many runs it may begin: `{ runs: 3, per: 1d }`.'),
    budget: z
      .strictObject({ usd: z.number().positive().max(1_000_000), per: window })
      .optional()
      .describe('What its runs may cost together: `{ usd: 5, per: 1d }`.'),
    approval: approvalTerms.optional().describe('A person is asked before the first stage of each run.'),
  })
  .describe('What begins runs by itself: one of `cron`, `event`, `rows` and `api`.')

const matrixValue = z.union([z.string().min(1).max(100), z.number(), z.boolean()])

/** A stage as it is written. */
export const stageSchema = z
  .strictObject({
    use: z
      .string()
      .min(1)
      .max(100)
      .describe('The kind of stage; `slipway pipeline list --kinds` names them.'),
    description: z.string().max(1_000).optional(),
    needs: z.array(name).max(100).default([]).describe('Stages that come before it.'),
    inputs: z
      .record(name, z.string().max(200))
      .default({})
      .describe('What it takes of earlier stages: `data: check.dataset`. Those are needed too.'),
    with: z
      .record(z.string().max(100), z.json())
      .default({})
      .describe('Parameters of the kind; texts may hold `${parameters.x}` and `${stages.check.outputs.x}`.'),
    when: z
      .string()
      .min(1)
      .max(2_000)
      .optional()
      .describe('An expression; the stage is skipped where it is false.'),
    matrix: z
      .record(name, z.array(matrixValue).min(1).max(50))
      .default({})
      .describe('Runs the stage once for each combination; `matrix.NAME` in expressions.'),
    retries: z
      .strictObject({
        most: z.int().min(0).max(20).default(0),
        firstPause: duration.prefault('1s'),
        longestPause: duration.prefault('5m'),
      })
      .prefault({})
      .describe('How often it is tried again, after pauses that double and are drawn at random.'),
    timeout: duration.prefault('1h').describe('After which an attempt is ended and counts as failed.'),
    resources: z
      .strictObject({
        memory: size.optional(),
        cpuTime: duration.optional(),
        cpu: cpuQuantity.optional(),
        gpus: z.int().min(1).max(64).optional(),
        disk: size.optional(),
      })
      .default({})
      .describe(
        'What a command may use: memory, processor time, and what it writes. `cpu` and `gpus` are of containers.',
      ),
    secrets: z
      .array(z.string().max(63))
      .max(50)
      .default([])
      .describe('Names of secrets of the configuration that it finds in its environment.'),
    cache: z
      .union([z.boolean(), z.strictObject({ maxAge: duration })])
      .default(true)
      .describe('Whether a result of the same inputs is used again, and how old it may be.'),
  })
  .describe('One step: what it does, what it takes and what it leaves.')

/** A pipeline as it is written. */
export const pipelineSchema = z.strictObject({
  pipeline: pipelineName.describe('Its name.'),
  description: z.string().max(4_000).optional(),
  parameters: z.record(name, parameter).default({}),
  concurrency: z
    .strictObject({
      group: z
        .string()
        .min(1)
        .max(200)
        .optional()
        .describe(
          'Runs of one group come after each other; the pipeline’s name by default. May hold `${parameters.x}`.',
        ),
      policy: z
        .enum(['queue', 'cancel-previous', 'skip'])
        .default('queue')
        .describe('What a run does while another of its group has not ended.'),
    })
    .optional(),
  triggers: z.array(trigger).max(20).default([]).describe('What begins runs by itself.'),
  stages: z.record(name, stageSchema).refine(all => Object.keys(all).length > 0, 'There is no stage.'),
})

export type PipelineText = z.output<typeof pipelineSchema>
export type StageText = PipelineText['stages'][string]
export type ParameterText = PipelineText['parameters'][string]
export type TriggerText = PipelineText['triggers'][number]
export type ParameterValue = string | number | boolean
