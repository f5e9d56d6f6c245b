import { Command } from 'commander'

import { silenceShape } from '../alerts-wire.ts'
import { usageError } from '../command-error.ts'
import { parseMoment } from '../duration.ts'
import { formatTime } from '../figures.ts'
import { openSession } from '../session.ts'

export function createSilenceCommand(): Command {
  return new Command('create')
    .description('Send nothing of alerts with these labels, until a time')
    .argument('<matchers...>', 'label=value; `*` at the end of a value stands for anything')
    .requiredOption('--until <time>', 'a span (2h, 3d) or a time (2026-12-31T12:00:00Z)')
    .requiredOption('--reason <text>', 'why, for the others')
    .action(async (words: string[], options: { until: string; reason: string }, command: Command) => {
      const matchers = Object.fromEntries(words.map(readMatcher))
      const body = { matchers, reason: options.reason, ends_at: parseMoment(options.until, 'ahead') }
      const { api, terminal } = openSession(command)
      const silence = await api.read('/api/silences', silenceShape, { method: 'POST', body })
      if (terminal.isJson) return terminal.printJson(silence)
      terminal.print(
        `${terminal.style.green('✓')} Alerts with ${words.join(', ')} are not sent until ${formatTime(silence.ends_at)}. ${terminal.style.dim(silence.id)}`,
      )
    })
}

function readMatcher(word: string): [string, string] {
  const at = word.indexOf('=')
  if (at < 1 || at === word.length - 1)
    throw usageError(
      `\`${word}\` is no matcher.`,
      'Write label=value, e.g. service=support or rule=spending.',
    )
  return [word.slice(0, at), word.slice(at + 1)]
}
