import { Command, Option } from 'commander'
import { z } from 'zod'

import { usageError } from '../command-error.ts'
import { formatTime } from '../figures.ts'
import { exampleReviewShape, type WireExampleReview } from '../label-wire.ts'
import { wholeNumber } from '../options.ts'
import { openSession } from '../session.ts'
import { printable, printFields, printTable } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { listOf } from '../wire.ts'

interface ListOptions {
  readonly tenant?: string
  readonly purpose?: string
  readonly subject?: string
  readonly state: string
  readonly limit: number
  readonly cursor?: string
}

export function listExamplesCommand(): Command {
  return new Command('list')
    .description('List questions about rows of data, the most urgent first')
    .addOption(
      new Option('--state <state>', 'which').choices(['pending', 'decided', 'withdrawn']).default('pending'),
    )
    .option('--tenant <id>', 'only those of a tenant')
    .addOption(new Option('--purpose <purpose>', 'only these').choices(['label-suspects', 'collection']))
    .option('--subject <id>', 'only those of a report')
    .option('--limit <count>', 'how many', wholeNumber(1, 200), 20)
    .option('--cursor <cursor>', 'go on where an earlier list ended')
    .action(async (options: ListOptions, command: Command) => {
      const { api, terminal } = openSession(command)
      const page = await api.read('/api/reviews/examples', listOf(exampleReviewShape), {
        query: { ...options },
      })
      if (terminal.isJson) return terminal.printJson(page)
      printTable(
        terminal,
        page.data,
        [
          { title: 'id', value: row => row.id },
          { title: 'of', value: row => row.title },
          { title: 'state', value: row => (row.state === 'pending' ? row.priority : row.state) },
          { title: 'answers', value: row => `${row.answered}/${row.people}`, isNumber: true },
          { title: 'due', value: row => formatTime(row.decided_at ?? row.due_at) },
          { title: 'answer', value: row => row.answer ?? '–' },
          { title: 'begins', value: row => (row.shown[0]?.text ?? '').slice(0, 60) },
        ],
        options.state === 'pending' ? 'Nothing waits for a person.' : 'There is none.',
      )
      if (typeof page.next_cursor === 'string')
        terminal.note(terminal.style.dim(`More: add --cursor ${page.next_cursor}`))
    })
}

export function nextExampleCommand(): Command {
  return new Command('next')
    .description('Take the most urgent question about a row that you have not answered, and show it')
    .addOption(
      new Option('--purpose <purpose>', 'only one of these').choices(['label-suspects', 'collection']),
    )
    .option('--subject <id>', 'only one of a report')
    .action(async (options: { purpose?: string; subject?: string }, command: Command) => {
      const { api, terminal } = openSession(command)
      const shape = z.looseObject({ review: exampleReviewShape.nullable() })
      const { review } = await api.read('/api/reviews/examples/next', shape, {
        method: 'POST',
        body: { ...options },
      })
      if (terminal.isJson) return terminal.printJson(review)
      if (!review) return terminal.note(terminal.style.dim('Nothing waits that you have not answered.'))
      printExample(terminal, review)
    })
}

export function answerExampleCommand(): Command {
  return new Command('answer')
    .description('Answer a question about a row of data')
    .argument('<id>', 'as `list` and `next` show it')
    .argument('[answer]', 'one of its choices, or a text where there are none')
    .option('--cannot-tell', 'instead of an answer')
    .option('--note <text>', 'why')
    .action(
      async (
        id: string,
        answer: string | undefined,
        { cannotTell, note }: { cannotTell?: true; note?: string },
        command: Command,
      ) => {
        const { api, terminal } = openSession(command)
        if ((answer === undefined) !== (cannotTell === true))
          throw usageError(
            'Give an answer, or --cannot-tell.',
            'As `slipway reviews examples answer ID billing`.',
          )
        const review = await api.read(
          `/api/reviews/examples/${encodeURIComponent(id)}/answer`,
          exampleReviewShape,
          { method: 'POST', body: { answer: answer ?? null, note } },
        )
        if (terminal.isJson) return terminal.printJson(review)
        const then =
          review.state === 'pending' ? `${review.answered} of ${review.people} people` : review.state
        terminal.print(`${terminal.style.green('✓')} ${review.id}: ${then}.`)
      },
    )
}

function printExample(terminal: Terminal, review: WireExampleReview): void {
  printFields(terminal, [
    ['id', review.id],
    ['of', `${review.title} ${review.item}`],
    ['people', `${review.answered} of ${review.people}`],
    ['due', formatTime(review.due_at)],
  ])
  for (const { name, text } of review.shown) {
    terminal.print(`\n${terminal.style.dim(printable(name))}`)
    for (const line of text.split('\n')) terminal.print(`  ${printable(line)}`)
  }
  terminal.print(`\n${printable(review.question)}`)
  for (const choice of review.choices ?? []) terminal.print(`  ${printable(choice)}`)
}
