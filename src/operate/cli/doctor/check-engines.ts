import type { ConfigSnapshot, EngineConfig } from '../../../foundation/config/index.ts'
import { createLogger, createMetricsRegistry } from '../../../foundation/platform/index.ts'
import { advice, ok, problem } from './finding.ts'
import type { DoctorFinding } from './finding.ts'

const longestStartMs = 120_000

/** Starts each engine for a moment, unless a server runs that has them already; then what a GPU could do. */
export async function* checkEngines(
  snapshot: ConfigSnapshot | undefined,
  isServing: boolean,
): AsyncGenerator<DoctorFinding> {
  if (snapshot !== undefined && !isServing)
    for (const [name, config] of Object.entries(snapshot.config.engines)) yield await tryEngine(name, config)
  yield await adviseOnGpu()
}

async function adviseOnGpu(): Promise<DoctorFinding> {
  const { engineAdvice } = await import('../../../serve/engines/index.ts')
  const { worthInstalling, message } = engineAdvice()
  return worthInstalling === undefined
    ? ok('gpu', message)
    : advice('gpu', message, `slipway engine install ${worthInstalling}`)
}

async function tryEngine(name: string, config: EngineConfig): Promise<DoctorFinding> {
  const [{ createEngineSupervisor }, { builtinModelFile }] = await Promise.all([
    import('../../../serve/engines/index.ts'),
    import('../../../improve/training/index.ts'),
  ])
  const engines = createEngineSupervisor({
    logger: createLogger({ level: 'silent' }),
    metrics: createMetricsRegistry(),
    resolveModel: reference => (reference === 'builtin:support' ? builtinModelFile() : reference),
  })
  const startedAt = performance.now()
  try {
    await engines.apply({ [name]: config })
    const deadline = performance.now() + longestStartMs
    while (performance.now() < deadline) {
      const state = engines.states().find(engine => engine.name === name)
      if (state?.state === 'ready') {
        const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1)
        return ok('engine', `The engine ${name} starts in ${seconds} s and has read ${config.model}.`)
      }
      if (state?.state === 'failed' || state?.state === 'restarting')
        return problem(
          'engine',
          `The engine ${name} does not start: ${state.stateReason ?? 'it ended.'}`,
          mend,
        )
      await new Promise(resolve => setTimeout(resolve, 50))
    }
    return problem('engine', `The engine ${name} was not ready within ${longestStartMs / 1_000} s.`, mend)
  } finally {
    await engines.stop()
  }
}

const mend = 'Correct the engine in slipway.yaml, then run `slipway doctor` again.'
