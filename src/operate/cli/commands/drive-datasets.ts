import { Command, Option } from 'commander'
import { z } from 'zod'
import { datasetPath, readReference } from '../dataset-reference.ts'
import { datasetTaskShape, publishedShape } from '../dataset-wire.ts'
import { describePublished } from '../describe-published.ts'
import { parseMoment } from '../duration.ts'
import { formatTime } from '../figures.ts'
import { collect, decimal, wholeNumber } from '../options.ts'
import { openSession } from '../session.ts'
import { printTable } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { followDatasetTask } from '../watch-dataset-task.ts'
import { listOf } from '../wire.ts'

const driveShape = z.looseObject({
  id: z.string(),
  dataset: z.string(),
  number: z.number(),
  needs: z.array(
    z.looseObject({
      kind: z.string(),
      name: z.string(),
      rows: z.number(),
      missing: z.number(),
      asked: z.number(),
      expected: z.number(),
      answered: z.number(),
      found: z.number(),
      still_missing: z.number(),
    }),
  ),
  looked_at: z.number(),
  left_out: z.array(z.looseObject({ why: z.string(), count: z.number() })),
  candidates: z.number(),
  answered: z.number(),
  undecided: z.number(),
  questions: z.looseObject({ pending: z.number(), decided: z.number(), withdrawn: z.number() }),
  created_at: z.string(),
})
type WireDrive = z.output<typeof driveShape>
const appliedShape = z.looseObject({
  branch: z.string(),
  publication: publishedShape.nullable(),
  added: z.number(),
  known: z.number(),
  undecided: z.number(),
  gone: z.number(),
})

/** What a version lacks, looked for in traffic, to people and back. */
export function driveCommands(): Command {
  const group = new Command('drive')
    .description('Ask people about traffic that probably is what a dataset has too few rows of')
    .helpCommand(false)
  for (const command of [startCommand(), listCommand(), showCommand(), applyCommand(), withdrawCommand()])
    group.addCommand(command)
  return group
}

interface StartOptions {
  readonly service?: readonly string[]
  readonly since: string
  readonly until?: string
  readonly of?: string
  readonly slice?: readonly string[]
  readonly label?: string
  readonly input?: string
  readonly each?: number
  readonly halfWidth?: number
  readonly budget?: number
  readonly least?: number
  readonly lookAt?: number
  readonly people?: number
  readonly priority?: string
  readonly tenant?: string
}

function startCommand(): Command {
  return new Command('start')
    .description('Look through traffic for what a version lacks, and ask people what it is')
    .argument('<reference>', 'NAME, NAME@BRANCH, NAME@12')
    .option('--service <name>', 'of this service; again for more (all)', collect)
    .option('--since <when>', 'a span before now, or a time: 7d, 2026-01-31T00:00:00Z', '30d')
    .option('--until <when>', 'as --since (now)')
    .addOption(new Option('--of <what>', 'what may have too few rows').choices(['slices', 'labels', 'both']))
    .option('--slice <name>', 'by which column or declared slice (all that the definition says)', collect)
    .option('--label <column>', 'the label (default: the column with the role label)')
    .option('--input <column>', 'the column that gets what was asked (default: the one with the role input)')
    .option('--each <rows>', 'how many rows each is to have', wholeNumber(1, 1_000_000))
    .option('--half-width <share>', 'or how sure a share of each is to be (0.05)', decimal(0.005, 0.3))
    .option('--budget <answers>', 'how many answers people are asked for (200)', wholeNumber(1, 20_000))
    .option('--least <share>', 'how probable it has to be of what is lacking (0.2)', decimal(0, 1))
    .option('--look-at <count>', 'how many inferences are looked at (5000)', wholeNumber(1, 20_000))
    .option('--people <count>', 'how many have to answer each question (1)', wholeNumber(1, 5))
    .addOption(new Option('--priority <priority>', 'how soon').choices(['urgent', 'high', 'normal', 'low']))
    .option('--tenant <id>', 'the tenant that it belongs to')
    .action(async (reference: string, options: StartOptions, command: Command) => {
      const session = openSession(command)
      const { api, terminal } = session
      const { name, revision } = readReference(reference)
      const started = await api.read(`${datasetPath(name)}/drives`, datasetTaskShape, {
        method: 'POST',
        query: { tenant: options.tenant },
        body: {
          revision,
          filter: {
            services: options.service,
            since: parseMoment(options.since, 'back'),
            until: options.until === undefined ? undefined : parseMoment(options.until, 'back'),
          },
          of: options.of,
          slices: options.slice,
          label: options.label,
          input: options.input,
          each: options.each,
          half_width: options.halfWidth,
          budget: options.budget,
          least: options.least,
          look_at: options.lookAt,
          people: options.people,
          priority: options.priority,
        },
      })
      await followDatasetTask(session, started.id)
      const drive = await api.read(`/api/drives/${started.id}`, driveShape)
      if (terminal.isJson) return terminal.printJson(drive)
      printDrive(terminal, drive)
      terminal.note(
        terminal.style.dim(
          `They answer with \`slipway reviews examples next\`; then \`slipway dataset drive apply ${drive.id}\`.`,
        ),
      )
    })
}

function listCommand(): Command {
  return new Command('list')
    .description('List the drives of a dataset, the newest first')
    .argument('<name>')
    .option('--tenant <id>', 'the tenant that it belongs to')
    .action(async (name: string, options: { tenant?: string }, command: Command) => {
      const { api, terminal } = openSession(command)
      const page = await api.read(`${datasetPath(name)}/drives`, listOf(driveShape), { query: options })
      if (terminal.isJson) return terminal.printJson(page)
      printTable(
        terminal,
        page.data,
        [
          { title: 'id', value: ({ id }) => id },
          { title: 'version', value: row => `${row.dataset}@${row.number}` },
          { title: 'asked', value: ({ candidates }) => String(candidates), isNumber: true },
          { title: 'answered', value: ({ answered }) => String(answered), isNumber: true },
          {
            title: 'missing',
            value: ({ needs }) => String(needs.reduce((sum, need) => sum + need.still_missing, 0)),
            isNumber: true,
          },
          { title: 'began', value: row => formatTime(row.created_at) },
        ],
        'Nobody was asked for rows of it.',
      )
    })
}

function showCommand(): Command {
  return new Command('show')
    .description('What was lacking, what people were asked and said, and what is lacking still')
    .argument('<drive>')
    .action(async (id: string, _options: object, command: Command) => {
      const { api, terminal } = openSession(command)
      const drive = await api.read(`/api/drives/${encodeURIComponent(id)}`, driveShape)
      if (terminal.isJson) return terminal.printJson(drive)
      printDrive(terminal, drive)
    })
}

function applyCommand(): Command {
  return new Command('apply')
    .description('Publish what people said as rows of a new version')
    .argument('<drive>')
    .option('--branch <name>', 'on this branch; a new one that begins at the version looked at by default')
    .option('-m, --message <text>', 'what the version is about')
    .action(async (id: string, options: { branch?: string; message?: string }, command: Command) => {
      const { api, terminal } = openSession(command)
      const applied = await api.read(`/api/drives/${encodeURIComponent(id)}/apply`, appliedShape, {
        method: 'POST',
        body: options,
      })
      if (terminal.isJson) return terminal.printJson(applied)
      const parts = [
        `${applied.added} rows`,
        ...(applied.known > 0 ? [`${applied.known} were there before`] : []),
        ...(applied.undecided > 0 ? [`${applied.undecided} undecided`] : []),
        ...(applied.gone > 0 ? [`${applied.gone} gone, or not to be used any more`] : []),
      ]
      terminal.print(`${parts.join(', ')}.`)
      if (applied.publication) describePublished(terminal, applied.publication)
      else terminal.print('There is nothing to publish.')
    })
}

function withdrawCommand(): Command {
  return new Command('withdraw')
    .description('Ask no longer what waits; another drive may ask it')
    .argument('<drive>')
    .action(async (id: string, _options: object, command: Command) => {
      const { api, terminal } = openSession(command)
      const shape = z.looseObject({ withdrawn: z.number() })
      const path = `/api/drives/${encodeURIComponent(id)}/reviews`
      const result = await api.read(path, shape, { method: 'DELETE' })
      if (terminal.isJson) return terminal.printJson(result)
      terminal.print(`${result.withdrawn} are asked no longer.`)
    })
}

function printDrive(terminal: Terminal, drive: WireDrive): void {
  const { style } = terminal
  terminal.print(`${style.bold('drive')}  ${drive.id}  ${drive.dataset}@${drive.number}`)
  printTable(
    terminal,
    drive.needs,
    [
      { title: 'lacking', value: ({ kind, name }) => `${kind} ${name}` },
      { title: 'rows', value: ({ rows }) => String(rows), isNumber: true },
      { title: 'missing', value: ({ missing }) => String(missing), isNumber: true },
      { title: 'asked', value: ({ asked }) => String(asked), isNumber: true },
      { title: 'expected', value: ({ expected }) => expected.toFixed(1), isNumber: true },
      { title: 'answered', value: ({ answered }) => String(answered), isNumber: true },
      { title: 'found', value: ({ found }) => String(found), isNumber: true },
      { title: 'still missing', value: one => String(one.still_missing), isNumber: true },
    ],
    'Nothing is lacking.',
  )
  const { pending, decided, withdrawn } = drive.questions
  terminal.print(
    `${drive.candidates} of ${drive.looked_at} inferences are asked about: ${pending} questions wait, ${decided} decided${withdrawn > 0 ? `, ${withdrawn} withdrawn` : ''}; ${drive.answered} examples told${drive.undecided > 0 ? `, ${drive.undecided} undecided` : ''}.`,
  )
  for (const { why, count } of drive.left_out) terminal.note(style.dim(`  ${count} left out: ${why}`))
}
