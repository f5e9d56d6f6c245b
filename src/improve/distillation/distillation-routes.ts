import { z } from 'zod'
import { type AnyRoute, defineRoute } from '../../foundation/platform/index.ts'
import { type Access, tenantOf, type Principal } from '../../govern/access/index.ts'
import type { Distillations } from './distillations.ts'

const body = z.strictObject({
  tenant: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('For keys of the installation; a tenant’s own key needs none.'),
  text: z.string().min(1).max(524_288).describe('The YAML of a recipe.'),
  uses_cache: z.boolean().default(true).describe('Whether what has not changed is taken from earlier runs.'),
})

const begun = z
  .object({
    run: z.string().describe('The run of the pipeline that it is: `/api/pipeline-runs/{run}`.'),
    pipeline: z.string(),
    version: z.int(),
    suite: z.string().nullable().describe('The suite that holds the student against the teacher.'),
  })
  .meta({ id: 'Distillation' })

export function distillationRoutes({
  access,
  distillations,
}: {
  readonly access: Pick<Access, 'visibleTenant'>
  readonly distillations: Distillations
}): AnyRoute<Principal>[] {
  return [
    defineRoute<Principal, undefined, undefined, typeof body>({
      method: 'POST',
      path: '/api/distillations',
      operationId: 'distil',
      summary: 'Makes a pipeline of a recipe, and a suite where it compares, and begins a run.',
      tag: 'Training',
      permission: 'pipeline:write',
      tenant: 'any',
      input: { body },
      output: begun,
      status: 201,
      handle: async ({ body: { tenant: asked, text, uses_cache: usesCache } }, { principal, requestId }) => {
        const tenant = tenantOf({ access }, principal, asked)
        return await distillations.begin({ principal, tenant, requestId }, text, usesCache)
      },
    }),
  ]
}
