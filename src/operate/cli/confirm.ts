import { createInterface } from 'node:readline/promises'

import { usageError } from './command-error.ts'
import type { Terminal } from './terminal.ts'

/** Asks before something that cannot be taken back; `--yes` answers beforehand, as scripts have to. */
export async function confirm(terminal: Terminal, question: string, isAnswered: boolean): Promise<boolean> {
  if (isAnswered) return true
  if (!terminal.isInteractive)
    throw usageError(`${question} Nobody is here to be asked.`, 'Add `--yes` to do it without a question.')
  const reader = createInterface({ input: process.stdin, output: process.stdout })
  try {
    const answer = await reader.question(`${question} [y/N] `)
    return /^y(es)?$/i.test(answer.trim())
  } finally {
    reader.close()
  }
}
