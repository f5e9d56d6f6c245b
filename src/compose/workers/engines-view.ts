import { Failure } from '../../foundation/platform/index.ts'
import type { EngineEndpoint, EngineState, EngineSupervisor } from '../../serve/engines/index.ts'
import { type Processes, questions } from './processes.ts'

/** The engines as the primary has them now, for the processes that share them. */
export type EnginesView = readonly {
  readonly state: EngineState
  readonly endpoint: EngineEndpoint | { readonly whyNot: string; readonly retryAfterSeconds: number }
}[]

export function viewEngines(engines: EngineSupervisor): EnginesView {
  return engines.states().map(state => {
    try {
      return { state, endpoint: engines.endpoint(state.name) }
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      const { message: whyNot, details } = error
      return { state, endpoint: { whyNot, retryAfterSeconds: details.retryAfterSeconds ?? 1 } }
    }
  })
}

export interface SharedEngines extends EngineSupervisor {
  /** The primary says that something has changed. */
  follow(view: EnginesView): void
}

/** The engines of the primary: it starts and stops them, everybody calls them. */
export function createSharedEngines(processes: Processes, first: EnginesView): SharedEngines {
  let view = first
  return {
    follow: next => {
      view = next
    },
    apply: () => Promise.resolve(),
    endpoint: name => {
      const endpoint = view.find(({ state }) => state.name === name)?.endpoint
      if (endpoint && 'url' in endpoint) return endpoint
      throw new Failure('engine_not_ready', endpoint?.whyNot ?? `There is no engine ${name} yet.`, {
        details: { retryAfterSeconds: endpoint?.retryAfterSeconds ?? 1 },
      })
    },
    states: () => view.map(({ state }) => state),
    restart: async name => {
      await processes.askPrimary(questions.restartEngine, name)
    },
    stop: () => Promise.resolve(),
  }
}
