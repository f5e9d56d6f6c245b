import { Command } from 'commander'

import { usageError } from '../command-error.ts'
import { openSession } from '../session.ts'
import { readStandardInput } from '../standard-input.ts'
import { reviewDetailShape } from '../wire.ts'

interface Options {
  readonly because: string
  readonly hash?: string
}

export function approveReviewCommand(): Command {
  return decision('approve', 'Let an item out as it is; the approval is of what it is now')
}

export function rejectReviewCommand(): Command {
  return decision('reject', 'Keep an item from going out')
}

function decision(verdict: 'approve' | 'reject', description: string): Command {
  return new Command(verdict)
    .description(description)
    .argument('<id>', 'as `slipway reviews list` shows it')
    .requiredOption('--because <reason>', 'why; it is kept with the decision')
    .option('--hash <hash>', 'refuse where the content is another by now, as `show` has it')
    .action(async (id: string, options: Options, command: Command) => {
      const { api, terminal } = openSession(command)
      const path = `/api/reviews/${encodeURIComponent(id)}`
      const content_hash = options.hash ?? (await api.read(path, reviewDetailShape)).content_hash
      const review = await api.read(`${path}/decision`, reviewDetailShape, {
        method: 'POST',
        body: { verdict, content_hash, rationale: options.because },
      })
      if (terminal.isJson) return terminal.printJson(review)
      const then =
        review.state === 'pending' ? `${review.people.have} of ${review.people.needed} people` : review.state
      terminal.print(`${terminal.style.green('✓')} ${review.id}: ${then}.`)
    })
}

export function editReviewCommand(): Command {
  return new Command('edit')
    .description('Write another version from standard input; somebody else has to approve it')
    .argument('<id>', 'as `slipway reviews list` shows it')
    .requiredOption('--because <reason>', 'what was changed, and why')
    .option('--text <index>', 'which of its texts, where it has several', '0')
    .action(async (id: string, options: { because: string; text: string }, command: Command) => {
      const { api, terminal } = openSession(command)
      const index = Number(options.text)
      if (!Number.isInteger(index) || index < 0)
        throw usageError(`\`${options.text}\` is no index of a text.`, 'Use 0 for the first.')
      const path = `/api/reviews/${encodeURIComponent(id)}`
      const before = await api.read(path, reviewDetailShape)
      const text = (await readStandardInput()).replace(/\n$/, '')
      const review = await api.read(`${path}/edit`, reviewDetailShape, {
        method: 'POST',
        body: { content_hash: before.content_hash, texts: [{ index, text }], rationale: options.because },
      })
      if (terminal.isJson) return terminal.printJson(review)
      terminal.print(
        `${terminal.style.green('✓')} ${review.id}: version ${review.version} waits for somebody else to approve it.`,
      )
    })
}
