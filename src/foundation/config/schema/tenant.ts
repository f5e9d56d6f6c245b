import { z } from 'zod'
import { weight } from './capacity.ts'
import { budgets, limits } from './limits.ts'
import { name } from './parts.ts'

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
  })
  .nullable()
  .transform(value => value ?? {})
  .describe('The unit of isolation: keys, traces and figures belong to one tenant.')

export type TenantConfig = z.output<typeof tenant>
