import { z } from 'zod'
import { weight } from './capacity.ts'
import { budgets, limits } from './limits.ts'
import { name } from './parts.ts'
import { tenantSpans } from './spans.ts'

export const tenant = z
  .strictObject({
    name: z.string().min(1).optional().describe('Its name for people.'),
    services: z
      .array(name)
      .optional()
      .describe('The services that its keys may call; all where this is left out.'),
    weight: weight.optional(),
    limits: limits.optional(),
    budgets: budgets.optional(),
    useForTraining: z
      .boolean()
      .optional()
      .describe(
        'Whether examples may be made of what its keys ask: `true` allows it for all services that do not refuse, `false` refuses it for all. Where neither the tenant nor the service says it, nothing is used.',
      ),
    spans: tenantSpans.optional(),
  })
  .nullable()
  .transform(value => value ?? {})
  .describe('The unit of isolation: keys, traces and figures belong to one tenant.')

export type TenantConfig = z.output<typeof tenant>
