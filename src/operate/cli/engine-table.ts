import { printTable } from './table.ts'
import type { Terminal } from './terminal.ts'
import type { WireEngine } from './wire.ts'

export function printEngines(terminal: Terminal, engines: readonly WireEngine[]): void {
  printTable(
    terminal,
    engines,
    [
      { title: 'engine', value: engine => engine.name },
      { title: 'state', value: engine => [engine.state, engine.state_reason].filter(Boolean).join(': ') },
      { title: 'process', value: engine => String(engine.pid ?? '–'), isNumber: true },
      { title: 'restarts', value: engine => String(engine.restarts ?? 0), isNumber: true },
    ],
    'No engine is configured.',
  )
}
