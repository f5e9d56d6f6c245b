import { type AnyRoute, defineRoute } from '../../foundation/platform/index.ts'
import { builtinModelDirectory, modelCardSchema, readModelCard } from './model-card.ts'

/** The card of the built-in model, as `slipway model show` prints it. */
export function modelRoutes<Principal>(): AnyRoute<Principal>[] {
  return [
    defineRoute<Principal>({
      method: 'GET',
      path: '/api/model',
      operationId: 'readModelCard',
      summary: 'The card of the built-in model: how it was trained, how well it does, and its limits.',
      tag: 'Models',
      permission: 'model:read',
      tenant: 'any',
      output: modelCardSchema.meta({ id: 'ModelCard' }),
      handle: () => readModelCard(builtinModelDirectory()),
    }),
  ]
}
