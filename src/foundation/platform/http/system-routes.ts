import { z } from 'zod'
import { type AnyRoute, defineRoute } from './route.ts'

const output = z
  .object({
    version: z.string(),
    started_at: z.string(),
    uptime_seconds: z.number(),
    resident_bytes: z.number(),
    process_id: z.number(),
    database: z.object({
      kind: z.enum(['embedded', 'external']),
      state: z.enum(['ready', 'unavailable']),
      restarts: z.number().describe('How often the embedded Postgres died and was started again.'),
      latency_ms: z.number().nullable().describe('How long a trivial query took.'),
    }),
    configuration: z.object({
      hash: z.string(),
      problems: z
        .number()
        .describe('Of the file as it is now; more than 0 means that an edit is not in force.'),
    }),
    traces: z.object({ queued: z.number(), written: z.number(), lost: z.number() }),
    requests_in_flight: z.number(),
    processes: z
      .array(
        z.object({
          worker: z
            .string()
            .describe('`0` is the primary, which owns the database, the engines and the jobs.'),
          role: z.enum(['primary', 'worker']),
          pid: z.number(),
          started_at: z.string(),
          resident_bytes: z.number(),
          requests_in_flight: z.number(),
        }),
      )
      .describe('Those that share the port; the figures above are their sums.'),
    replicas: z
      .array(
        z.object({
          name: z.string().describe('Host and process of the primary.'),
          revision: z.number().nullable().describe('The revision of the configuration in force there.'),
          refused_revision: z.number().nullable().describe('One that it could not put in force.'),
          problems: z.string().nullable().describe('What was wrong with it there, a line each.'),
          seen_at: z.string(),
        }),
      )
      .describe('The servers on this database, seen in the last 15 seconds.'),
  })
  .meta({ id: 'System' })

export type SystemState = z.output<typeof output>

/** How this server is doing. `read` gathers it; the platform knows only its shape. */
export function systemRoutes<Principal>(read: () => Promise<SystemState>): AnyRoute<Principal>[] {
  return [
    defineRoute<Principal>({
      method: 'GET',
      path: '/api/system',
      operationId: 'readSystem',
      summary: 'How this server is doing.',
      tag: 'System',
      permission: 'system:read',
      tenant: 'system',
      output,
      handle: read,
    }),
  ]
}
