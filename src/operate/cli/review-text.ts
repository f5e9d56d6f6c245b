import type { z } from 'zod'

import { formatTime } from './figures.ts'
import { printable, printFields } from './table.ts'
import type { Terminal } from './terminal.ts'
import type { reviewDetailShape, reviewTextShape } from './wire.ts'

type Detail = z.output<typeof reviewDetailShape>

/** All that a review is decided with, as the terminal shows it. */
export function printReview(
  terminal: Terminal,
  review: Detail,
  texts = review.texts,
  context = review.context,
): void {
  const { style } = terminal
  printFields(terminal, [
    ['id', review.id],
    ['service', `${review.service} of ${review.tenant}`],
    ['state', review.state],
    ['waits', `${review.waits_for}, ${review.priority}`],
    ['due', formatTime(review.due_at)],
    ['expires', formatTime(review.expires_at)],
    ['people', `${review.people.have} of ${review.people.needed}`],
    ['with', review.claimed_by],
    ['policy', review.policy],
    ...review.fired.map(fired => ['found', `${fired.guard} on ${fired.stage}: ${fired.why}`] as const),
    ['content', review.content_hash],
    ['you', review.may_not_because],
  ])
  for (const text of context) printText(terminal, text, style.dim)
  for (const text of texts) printText(terminal, text, one => one)
  for (const vote of review.votes)
    terminal.print(style.dim(`${vote.reviewer}: ${vote.verdict} · ${printable(vote.rationale)}`))
}

function printText(
  terminal: Terminal,
  text: z.output<typeof reviewTextShape>,
  paint: (text: string) => string,
): void {
  const name = typeof text.name === 'string' ? ` · ${text.name}` : ''
  terminal.print(
    `\n${terminal.style.dim(`${text.role}${text.kind === 'text' ? '' : ` · ${text.kind}`}${name}`)}`,
  )
  for (const line of text.text.split('\n')) terminal.print(paint(`  ${printable(line)}`))
}
