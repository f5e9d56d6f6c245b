import { z } from 'zod'
import { clusterPlaceShape } from './kubernetes.ts'
import { name, secret } from './parts.ts'

const commands = z
  .strictObject({
    allow: z
      .boolean()
      .default(false)
      .describe('Whether stages may run commands on this machine, as the server’s user.'),
    tenants: z
      .array(name)
      .default(['default'])
      .describe('Whose pipelines may; the tenant `default` alone where it is left out.'),
    process: z
      .boolean()
      .default(true)
      .describe('Whether they may run on this machine itself; if not, only in `executors`.'),
    atOnce: z
      .int()
      .min(1)
      .max(1_000)
      .default(4)
      .describe('Commands that run at once on this server; the others wait.'),
    secrets: z
      .record(
        z.string().regex(/^[A-Z][A-Z0-9_]{0,62}$/, 'Write it as a variable: capitals, digits and _.'),
        secret,
      )
      .nullish()
      .transform(value => value ?? {})
      .describe('What a stage may name under `secrets`; it finds it in its environment under this name.'),
    mostMemoryMegabytes: z
      .int()
      .min(16)
      .max(10_000_000)
      .default(4_096)
      .describe('What a command may hold in memory, whatever its stage says.'),
    mostDiskMegabytes: z
      .int()
      .min(1)
      .max(10_000_000)
      .default(10_240)
      .describe('What a command may write into its folder, whatever its stage says.'),
  })
  .describe(
    'Commands as stages of pipelines. Who may define pipelines runs code here where they are allowed.',
  )

const executor = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('kubernetes').describe('Each command is a Job of a cluster.'),
      ...clusterPlaceShape,
      image: z.string().min(1).max(500).optional().describe('For commands that name no image of their own.'),
      images: z
        .array(z.string().min(1).max(500))
        .max(100)
        .default(['*'])
        .describe('Which images pipelines may name: beginnings that end with `*`, or whole names.'),
    }),
  ])
  .describe('Where commands run beside this machine: each as a Job in a cluster.')

export const pipelines = z
  .strictObject({
    commands: commands
      .nullable()
      .transform(value => value ?? commands.parse({}))
      .prefault({})
      .describe('Commands as stages. Who may define pipelines runs code here where they are allowed.'),
    executors: z
      .record(
        name.refine(given => given !== 'process', '`process` is this machine, which is there already.'),
        executor,
      )
      .nullish()
      .transform(value => value ?? {})
      .describe('What a command may name under `executor`.'),
    usdPerHour: z
      .record(name, z.number().nonnegative().max(100_000))
      .nullish()
      .transform(value => value ?? {})
      .describe(
        'What an hour of a stage costs, for budgets of triggers: by executor for commands (`process` is this machine), by kind for all else (`training`).',
      ),
    retentionDays: z
      .int()
      .min(1)
      .max(3_650)
      .default(90)
      .describe('Days that a run is kept after its end, with its artifacts and logs.'),
    logKilobytes: z
      .int()
      .min(1)
      .max(1_048_576)
      .default(2_048)
      .describe('What is kept of what an attempt of a stage prints; the rest is counted and dropped.'),
  })
  .describe('Pipelines, their stages and what they leave.')

export type PipelinesConfig = z.output<typeof pipelines>
export type ExecutorConfig = z.output<typeof executor>
