import { Command } from 'commander'
import { CommandError, usageError } from '../command-error.ts'
import { driftDetailShape, driftSummaryShape } from '../drift/drift-wire.ts'
import { printDrift } from '../drift/print-drift.ts'
import { parseMoment } from '../duration.ts'
import { formatTime } from '../figures.ts'
import { followLive } from '../follow-live.ts'
import { withInterrupt } from '../interrupt.ts'
import { openSession } from '../session.ts'
import { printTable } from '../table.ts'
import { listOf } from '../wire.ts'

interface Options {
  readonly service?: string
  readonly release?: string
  readonly reference: string
  readonly current: string
  readonly columns?: string[]
  readonly texts?: boolean
  readonly label?: string
  readonly judge?: string
  readonly seed?: string
  readonly tenant?: string
}

export function reportDriftCommand(): Command {
  return new Command('report')
    .description(
      'Explain what differs between two windows of traffic, two versions of datasets, or one of each',
    )
    .option('--service <name>', 'whose inferences, where a side is a window')
    .option('--release <name>', 'only those of this release')
    .requiredOption(
      '--reference <sample>',
      'what it is held against: a window (8d..1d, 2026-11-01..2026-11-08) or dataset:NAME@REVISION',
    )
    .requiredOption('--current <sample>', 'what is to be explained, in the same words (1d is up to now)')
    .option('--columns <names...>', 'only these; HERE=REFERENCE:CURRENT where they have other names')
    .option('--texts', 'also what was asked and answered, where it is kept')
    .option('--label <column>', 'estimate this, from 0 to 1, where it is not known')
    .option('--judge <column>', 'and by this judge, corrected with the labels that there are')
    .option('--seed <text>', 'decides what is drawn')
    .option('--tenant <name>', 'whose rows, for keys of the installation')
    .action(async (options: Options, command: Command) => {
      const { api, terminal } = openSession(command)
      const body = {
        reference: readSample(options.reference, options),
        current: readSample(options.current, options),
        ...(options.columns && { columns: options.columns.map(readColumn) }),
        ...(options.texts && { texts: true }),
        ...(options.label !== undefined && {
          quality: { label: options.label, ...(options.judge !== undefined && { judge: options.judge }) },
        }),
        ...(options.seed !== undefined && { seed: options.seed }),
        ...(options.tenant !== undefined && { tenant: options.tenant }),
      }
      const started = await api.read('/api/drift-reports', driftDetailShape, { method: 'POST', body })
      await withInterrupt(signal =>
        followLive(api, `/api/drift-reports/${started.id}/live`, signal, ({ data }) => {
          const { state } = driftSummaryShape.parse(JSON.parse(data))
          return state === 'queued' || state === 'running' ? undefined : state
        }),
      )
      const found = await api.read(`/api/drift-reports/${started.id}`, driftDetailShape)
      if (terminal.isJson) terminal.printJson(found)
      else printDrift(terminal, found)
      if (found.error) throw new CommandError(found.error.code, found.error.message)
    })
}

export function showDriftCommand(): Command {
  return new Command('show')
    .description('Show a drift report')
    .argument('<id>', 'its id')
    .action(async (id: string, _options: object, command: Command) => {
      const { api, terminal } = openSession(command)
      const found = await api.read(`/api/drift-reports/${encodeURIComponent(id)}`, driftDetailShape)
      if (terminal.isJson) return terminal.printJson(found)
      printDrift(terminal, found)
    })
}

export function cancelDriftCommand(): Command {
  return new Command('cancel')
    .description('Cancel a drift report that is being made or waits for it')
    .argument('<id>', 'its id')
    .action(async (id: string, _options: object, command: Command) => {
      const { api, terminal } = openSession(command)
      const address = `/api/drift-reports/${encodeURIComponent(id)}/cancel`
      const found = await api.read(address, driftDetailShape, { method: 'POST' })
      if (terminal.isJson) return terminal.printJson(found)
      printDrift(terminal, found)
    })
}

export function listDriftCommand(): Command {
  return new Command('list')
    .description('Show drift reports, the newest first')
    .option('--service <name>', 'only those with traffic of it')
    .action(async (options: { readonly service?: string }, command: Command) => {
      const { api, terminal } = openSession(command)
      const found = await api.read('/api/drift-reports', listOf(driftSummaryShape), { query: { ...options } })
      if (terminal.isJson) return terminal.printJson(found)
      printTable(
        terminal,
        found.data,
        [
          { title: 'asked for', value: row => formatTime(row.created_at) },
          { title: 'state', value: row => row.state },
          { title: 'what', value: row => row.sentence ?? `${row.reference} and ${row.current}` },
          { title: 'id', value: row => row.id },
        ],
        'There are no drift reports. `slipway drift report` makes one.',
      )
    })
}

function readSample(text: string, { service, release }: Options): Record<string, string> {
  const dataset = /^dataset:(.+)$/.exec(text)?.[1]
  if (dataset !== undefined) return { dataset }
  if (service === undefined)
    throw usageError(
      `\`${text}\` is a window, and no service is named.`,
      'Add --service NAME, or write dataset:NAME@REVISION.',
    )
  const [since = '', until] = text.split('..')
  return {
    service,
    ...(release !== undefined && { release }),
    since: parseMoment(since, 'back'),
    until: until === undefined ? new Date().toISOString() : parseMoment(until, 'back'),
  }
}

function readColumn(word: string): string | Record<string, string> {
  const [, name, reference, current] = /^([^=]+)=([^:]+):(.+)$/.exec(word) ?? []
  return name === undefined || reference === undefined || current === undefined
    ? word
    : { name, reference, current }
}
