import { Argument, Command } from 'commander'

import { withInterrupt } from '../interrupt.ts'
import { openSession } from '../session.ts'

export function installEngineCommand(): Command {
  return new Command('install')
    .description('Get the engine build for a GPU; the one for the processor is always there')
    .addArgument(new Argument('<build>', 'which one').choices(['cuda', 'vulkan']))
    .action(async (kind: 'cuda' | 'vulkan', _options: unknown, command: Command) => {
      const { terminal } = openSession(command)
      const { installEngineBinaries } = await import('../../../serve/engines/index.ts')
      const { directory } = await withInterrupt(signal =>
        installEngineBinaries({ kind, signal, onProgress: message => terminal.note(message) }),
      )
      if (terminal.isJson) return terminal.printJson({ kind, directory })
      terminal.print(`${terminal.style.green('✓')} The ${kind} build is in ${directory}.`)
      terminal.note('  A running server takes it at `slipway engine restart <name>`.')
    })
}
