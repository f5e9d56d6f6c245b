import { z } from 'zod'
import { type AnyRoute, defineRoute } from '../../foundation/platform/index.ts'
import { actorOf, type Principal } from '../../govern/access/index.ts'
import { collectGarbage } from './collect-garbage.ts'
import { type DatasetsRoutesOptions, tag } from './routes-context.ts'

const body = z.strictObject({
  dry_run: z.boolean().default(true).describe('Only count what would be deleted.'),
  grace_hours: z
    .number()
    .min(0)
    .max(8_760)
    .optional()
    .describe('Keeps what is younger; `datasets.garbageGraceHours` by default.'),
})

/** Garbage collection by hand; the same runs every hour. */
export function garbageRoutes({ context, settings }: DatasetsRoutesOptions): AnyRoute<Principal>[] {
  return [
    defineRoute<Principal, undefined, undefined, typeof body>({
      method: 'POST',
      path: '/api/dataset-garbage',
      operationId: 'collectDatasetGarbage',
      summary: 'Deletes versions and rows that no branch, tag or pin needs, of all tenants.',
      tag,
      permission: 'dataset:collect',
      tenant: 'system',
      input: { body },
      output: z
        .object({
          dry_run: z.boolean(),
          versions: z.int(),
          objects: z.int(),
          bytes: z.int(),
          rewritten: z
            .int()
            .describe('Packs of files of which little was needed, and that were written anew.'),
        })
        .meta({ id: 'DatasetGarbage' }),
      handle: async (input, { principal, requestId, signal }) => {
        const { dry_run: isDryRun, grace_hours: hours = settings().garbageGraceHours } = input.body
        const found = await collectGarbage(context, { graceMs: hours * 3_600_000, isDryRun, signal })
        if (!isDryRun)
          await context.audit.record({
            actor: actorOf(principal),
            action: 'dataset:collect',
            subject: 'datasets',
            tenant: undefined,
            requestId,
            after: found,
          })
        return { dry_run: isDryRun, ...found }
      },
    }),
  ]
}
