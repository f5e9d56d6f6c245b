import { engineConfig, startEngines } from './start-engines.ts'

/** A process that owns an engine, writes the engine's process id, and waits to be killed. */
const engines = await startEngines({ resolveModel: reference => reference })
await engines.supervisor.apply({ a: engineConfig(process.argv[2] ?? '') })
await engines.until('a', 'ready')
process.stdout.write(`${engines.supervisor.states()[0]?.pid}\n`)
