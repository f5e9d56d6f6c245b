import { Command } from 'commander'

import { CommandError } from '../command-error.ts'
import { exitCodes } from '../exit-codes.ts'
import { withInterrupt } from '../interrupt.ts'
import { openSession } from '../session.ts'
import type { Session } from '../session.ts'
import { describeEnd, watchBatch } from '../watch-batch.ts'

export function watchBatchCommand(): Command {
  return new Command('watch')
    .description('Follow a batch until it has ended; Ctrl-C leaves it running')
    .argument('<id>', 'as `slipway batch list` shows it')
    .action(async (id: string, _options: object, command: Command) => {
      await followBatch(openSession(command), id)
    })
}

/** Fails where the batch did not complete. */
export async function followBatch({ api, terminal }: Session, id: string): Promise<void> {
  const batch = await withInterrupt(signal => watchBatch(api, terminal, id, signal))
  if (!batch) {
    throw new CommandError('interrupted', `The batch ${id} goes on.`, {
      mend: `Follow it again with \`slipway batch watch ${id}\`, or end it with \`slipway batch cancel ${id}\`.`,
      exitCode: exitCodes.interrupted,
    })
  }
  const { isWell, text } = describeEnd(batch)
  if (!isWell) throw new CommandError(`batch_${batch.status}`, text)
  if (terminal.isJson) return
  terminal.print(`${terminal.style.green('✓')} ${text}`)
  terminal.note(`  Read the answers with \`slipway batch results ${id}\`.`)
}
