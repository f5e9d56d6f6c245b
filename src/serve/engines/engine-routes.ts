import { z } from 'zod'
import { defineRoute, Failure } from '../../foundation/platform/index.ts'
import type { AnyRoute } from '../../foundation/platform/index.ts'
import type { Principal } from '../../govern/access/index.ts'
import type { Audit } from '../../govern/audit/index.ts'
import { engineConditions } from './engine-state.ts'
import type { EngineState } from './engine-state.ts'
import type { EngineSupervisor } from './engine-supervisor.ts'

const engineOutput = z
  .object({
    name: z.string(),
    kind: z.literal('llama.cpp'),
    model: z.string().describe('As the configuration names it.'),
    state: z.enum(engineConditions),
    state_reason: z
      .string()
      .nullable()
      .describe('Why it is not ready and what to do about it; of one that is, what is wrong with its model.'),
    pid: z.int().nullable(),
    restarts: z.int().describe('Times that it was started again by itself.'),
    context_size: z.int().nullable().describe('Tokens a sequence may hold; null until it was ready once.'),
    parallel: z.int().describe('Sequences decoded together.'),
    active_sequences: z.int().describe('Requests being answered, as of the last two seconds.'),
  })
  .meta({ id: 'Engine' })

const path = z.object({ name: z.string().min(1) })

export function engineRoutes(options: { engines: EngineSupervisor; audit: Audit }): AnyRoute<Principal>[] {
  const { engines, audit } = options
  const find = (name: string): EngineState => {
    const engine = engines.states().find(one => one.name === name)
    if (engine === undefined) throw new Failure('not_found', `There is no engine ${name}.`)
    return engine
  }
  return [
    defineRoute<Principal>({
      method: 'GET',
      path: '/api/engines',
      operationId: 'listEngines',
      summary: 'The engines that run here, and how they are.',
      tag: 'Providers and engines',
      permission: 'engine:list',
      tenant: 'system',
      output: z.object({ data: z.array(engineOutput), next_cursor: z.null() }),
      handle: () => ({ data: engines.states().map(toWire), next_cursor: null }),
    }),
    defineRoute<Principal, typeof path>({
      method: 'POST',
      path: '/api/engines/{name}/restart',
      operationId: 'restartEngine',
      summary: 'Start an engine over, once its requests in flight have ended.',
      tag: 'Providers and engines',
      permission: 'engine:restart',
      tenant: 'system',
      input: { path },
      output: engineOutput,
      status: 202,
      handle: async ({ path: { name } }, { principal, requestId }) => {
        const before = toWire(find(name))
        await audit.record({
          actor: { id: principal.keyId, name: principal.keyName },
          action: 'engine:restart',
          subject: `engine:${name}`,
          tenant: undefined,
          requestId,
          before,
          after: before,
        })
        // requests in flight may take half a minute; the answer does not wait, and the supervisor logs what goes wrong
        engines.restart(name).catch(() => undefined)
        return toWire(find(name))
      },
    }),
  ]
}

function toWire(engine: EngineState): z.output<typeof engineOutput> {
  return {
    name: engine.name,
    kind: engine.kind,
    model: engine.model,
    state: engine.state,
    state_reason: engine.stateReason ?? null,
    pid: engine.pid ?? null,
    restarts: engine.restarts,
    context_size: engine.contextSize ?? null,
    parallel: engine.parallel,
    active_sequences: engine.activeSequences,
  }
}
