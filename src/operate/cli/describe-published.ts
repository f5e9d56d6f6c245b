import type { z } from 'zod'

import type { publishedShape } from './dataset-wire.ts'
import { formatBytes } from './figures.ts'
import type { Terminal } from './terminal.ts'

/** Says what a publication did, and which checks warn. */
export function describePublished(terminal: Terminal, published: z.output<typeof publishedShape>): void {
  const { version, added, changed, removed } = published
  const name = `${version.dataset}@${version.number}`
  if (!published.is_new)
    return terminal.print(`${terminal.style.green('✓')} Nothing has changed: it is at ${name} already.`)
  const counts = `${added} added, ${changed} changed, ${removed} removed`
  terminal.print(
    `${terminal.style.green('✓')} ${name} (${version.id.slice(0, 12)}): ${version.rows} rows; ${counts}; ${formatBytes(published.stored_bytes)} stored.`,
  )
  for (const { check, rows } of version.checks.filter(({ outcome }) => outcome === 'failed')) {
    const count = typeof rows === 'number' ? `: ${rows} rows` : ''
    terminal.note(terminal.style.yellow(`  ! ${check}${count}`))
  }
}
