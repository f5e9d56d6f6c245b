import { Command } from 'commander'

import { usageError } from '../command-error.ts'
import { formatTime } from '../figures.ts'
import { wholeNumber } from '../options.ts'
import { readModelReference } from '../registry/model-reference.ts'
import { liveShape, modelEventShape } from '../registry/model-wire.ts'
import { printServings } from '../registry/print-model.ts'
import { openSession } from '../session.ts'
import { printTable } from '../table.ts'
import { listOf } from '../wire.ts'

interface HistoryOptions {
  readonly alias?: string
  readonly limit: number
  readonly tenant?: string
}

export function modelHistoryCommand(): Command {
  return new Command('history')
    .description('List what happened to a model, the newest first: who, when, why, and on which evidence')
    .argument('<model>', 'NAME; NAME@3 for one version')
    .option('--alias <alias>', 'only what happened to an alias')
    .option('--limit <count>', 'at most so many', wholeNumber(1, 200), 50)
    .option('--tenant <id>', 'whose model')
    .action(async (text: string, options: HistoryOptions, command: Command) => {
      const { api, terminal } = openSession(command)
      const { at, modelPath } = readModelReference(text)
      if (at !== undefined && !/^\d+$/.test(at))
        throw usageError(`${at} is no number of a version.`, `Use --alias ${at}.`)
      const found = await api.read(`${modelPath}/history`, listOf(modelEventShape), {
        query: { ...options, version: at },
      })
      if (terminal.isJson) return terminal.printJson(found)
      printTable(
        terminal,
        found.data,
        [
          { title: 'at', value: event => formatTime(event.at) },
          {
            title: 'what',
            value: ({ kind, alias, version, previous }) =>
              kind === 'move-alias'
                ? `${alias}: ${previous === null ? 'new' : previous} → ${version}`
                : [
                    kind,
                    version === null ? undefined : `version ${version}`,
                    alias === null ? undefined : `for ${alias}`,
                  ]
                    .filter(part => part !== undefined)
                    .join(' '),
          },
          { title: 'by', value: event => event.actor_name },
          { title: 'because', value: event => event.reason },
          {
            title: 'evidence',
            value: event => event.evidence.map(({ kind, id }) => `${kind}:${id}`).join(', '),
          },
        ],
        'Nothing of a model of this name is known.',
      )
    })
}

export function liveModelCommand(): Command {
  return new Command('live')
    .description(
      'Say what was live at a moment: where aliases were, who had moved them, which engine had what',
    )
    .argument('<model>', 'NAME')
    .option('--at <moment>', '2026-11-01, or 2026-11-01T10:00 of this machine’s time (default: now)')
    .option('--tenant <id>', 'whose model')
    .action(
      async (text: string, options: { readonly at?: string; readonly tenant?: string }, command: Command) => {
        const { api, terminal } = openSession(command)
        const { modelPath } = readModelReference(text)
        const found = await api.read(`${modelPath}/live`, liveShape, {
          query: { at: options.at && momentOf(options.at), tenant: options.tenant },
        })
        if (terminal.isJson) return terminal.printJson(found)
        terminal.note(terminal.style.dim(`At ${formatTime(found.at)}:`))
        printTable(
          terminal,
          found.aliases,
          [
            { title: 'alias', value: one => one.alias },
            { title: 'version', value: one => String(one.version), isNumber: true },
            { title: 'since', value: one => formatTime(one.since) },
            { title: 'moved by', value: one => one.event.actor_name },
            { title: 'because', value: one => one.event.reason },
            {
              title: 'evidence',
              value: one => one.event.evidence.map(({ kind, id }) => `${kind}:${id}`).join(', '),
            },
          ],
          'No alias was there.',
        )
        terminal.print('')
        printServings(terminal, found.servings, 'No engine of ours had it.')
      },
    )
}

function momentOf(text: string): string {
  // a day alone is its beginning here, not in Greenwich
  const time = Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00` : text)
  if (!Number.isNaN(time)) return new Date(time).toISOString()
  throw usageError(`${text} is no moment.`, 'Write 2026-11-01 or 2026-11-01T10:00.')
}
