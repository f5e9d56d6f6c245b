import { z } from 'zod'
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

export const pipelines = z
  .strictObject({
    commands: commands
      .nullable()
      .transform(value => value ?? commands.parse({}))
      .prefault({})
      .describe('Commands as stages. Who may define pipelines runs code here where they are allowed.'),
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
