import { writeFile } from 'node:fs/promises'

import { Command, Option } from 'commander'
import { z } from 'zod'

import { usageError } from '../command-error.ts'
import { datasetPath, readReference } from '../dataset-reference.ts'
import { datasetTaskShape } from '../dataset-wire.ts'
import { describePublished } from '../describe-published.ts'
import { formatTime } from '../figures.ts'
import {
  appliedLabelsShape,
  labelReportShape,
  labelReportSummaryShape,
  type WireLabelReport,
} from '../label-wire.ts'
import { decimal, wholeNumber } from '../options.ts'
import { printLabelReport } from '../print-labels.ts'
import { openSession, type Session } from '../session.ts'
import { printTable } from '../table.ts'
import { followDatasetTask } from '../watch-dataset-task.ts'
import { listOf } from '../wire.ts'

interface ColumnOptions {
  readonly annotators?: readonly string[]
  readonly item?: readonly string[]
  readonly annotator?: string
  readonly label?: string
  readonly where?: string
  readonly seed?: string
  readonly tenant?: string
}

const listed = (text: string): string[] =>
  text
    .split(',')
    .map(name => name.trim())
    .filter(name => name !== '')

function withColumns(command: Command): Command {
  return command
    .argument('<reference>', 'NAME, NAME@BRANCH, NAME@12; :SPLIT behind it for one split')
    .option('--annotators <columns>', 'a column of labels for each annotator', listed)
    .option('--item <columns>', 'or a row for each label: the columns that name the item', listed)
    .option('--annotator <column>', 'who gave it; the column of that role by default')
    .option('--label <column>', 'the label; the column of that role by default')
    .option('--where <condition>', 'only rows of a condition in SQL')
    .option('--seed <text>', 'the same seed gives the same figures')
    .option('--tenant <id>', 'the tenant that it belongs to')
}

/** Starts the work, follows it and reads its report. */
async function report(
  session: Session,
  reference: string,
  what: string,
  body: object,
  options: { readonly tenant?: string | undefined; readonly most: number },
): Promise<WireLabelReport> {
  const { versionPath, split } = readReference(reference)
  const task = await session.api.read(`${versionPath}/labels/${what}`, datasetTaskShape, {
    method: 'POST',
    query: { tenant: options.tenant, split },
    body,
  })
  const done = await followDatasetTask(session, task.id)
  return await readReport(
    session,
    z.looseObject({ report: z.string() }).parse(done.result).report,
    options.most,
  )
}

async function readReport({ api }: Session, id: string, most: number): Promise<WireLabelReport> {
  return await api.read(`/api/label-reports/${encodeURIComponent(id)}`, labelReportShape, { query: { most } })
}

export function measureAgreementCommand(): Command {
  return withColumns(new Command('agreement'))
    .description('Measure how far annotators agree: α and κ with intervals, by pair, label and slice')
    .addOption(
      new Option('--level <level>', 'how labels differ')
        .choices(['nominal', 'ordinal', 'interval', 'ratio'])
        .default('nominal'),
    )
    .option('--order <labels>', 'for `ordinal`: the labels in their order', listed)
    .option('--slices <columns>', 'also within each value of these columns', listed)
    .action(
      async (
        reference: string,
        {
          tenant,
          ...options
        }: ColumnOptions & { level: string; order?: readonly string[]; slices?: readonly string[] },
        command: Command,
      ) => {
        const session = openSession(command)
        const found = await report(session, reference, 'agreement', options, { tenant, most: 1 })
        if (session.terminal.isJson) return session.terminal.printJson(found)
        printLabelReport(session.terminal, found)
      },
    )
}

export function rateAnnotatorsCommand(): Command {
  return withColumns(new Command('annotators'))
    .description('Estimate how good each annotator is, and what each item most likely is')
    .option('--consensus <file>', 'write the consensus of each item there, as JSON lines')
    .action(
      async (
        reference: string,
        { tenant, consensus, ...options }: ColumnOptions & { consensus?: string },
        command: Command,
      ) => {
        const session = openSession(command)
        const found = await report(session, reference, 'annotators', options, {
          tenant,
          most: consensus === undefined ? 1 : 20_000,
        })
        if (consensus !== undefined && found.result.kind === 'annotators') {
          const { consensus: items, is_cut: isCut } = found.result
          await writeFile(consensus, items.map(item => `${JSON.stringify(item)}\n`).join(''))
          session.terminal.note(
            `${items.length} items written to ${consensus}${isCut ? ', the least certain; the others are not among them' : ''}.`,
          )
        }
        if (session.terminal.isJson) return session.terminal.printJson(found)
        printLabelReport(session.terminal, found)
      },
    )
}

interface SuspectOptions {
  readonly label?: string
  readonly text?: readonly string[]
  readonly probabilities?: string
  readonly service?: string
  readonly samples?: number
  readonly method?: string
  readonly folds?: number
  readonly where?: string
  readonly seed?: string
  readonly tenant?: string
  readonly report?: string
  readonly most: number
  readonly sendToReview?: true
  readonly people: number
  readonly question?: string
  readonly show?: readonly string[]
}

export function findSuspectsCommand(): Command {
  return new Command('suspects')
    .description('Find labels that are probably wrong, and send them to people')
    .argument('[reference]', 'NAME, NAME@BRANCH, NAME@12; :SPLIT behind it for one split')
    .option('--label <column>', 'the label; the column of that role by default')
    .option(
      '--text <columns>',
      'what a classifier tells it from; columns of the role `input` by default',
      listed,
    )
    .option('--probabilities <column>', 'or a column with what a model says: {"label": probability, …}')
    .option('--service <name>', 'or a service that is asked for the label of each row, at the tenant’s cost')
    .option('--samples <count>', 'how often it is asked of each row', wholeNumber(1, 9))
    .addOption(
      new Option('--method <method>', 'which are suspected; docs/labels.md compares them').choices([
        'margin',
        'noise-rate',
        'class',
        'both',
        'joint',
      ]),
    )
    .option(
      '--folds <count>',
      'classifiers, each trained on what the others are asked of',
      wholeNumber(2, 20),
    )
    .option('--where <condition>', 'only rows of a condition in SQL')
    .option('--seed <text>', 'the same seed gives the same suspects')
    .option('--tenant <id>', 'the tenant that it belongs to')
    .option('--report <id>', 'take a report that was made before')
    .option('--most <count>', 'how many to list, and to send', wholeNumber(1, 20_000), 20)
    .option('--send-to-review', 'ask people which label is right; nothing changes until `labels apply`')
    .option('--people <count>', 'how many have to answer each', wholeNumber(1, 5), 1)
    .option('--question <text>', 'what they are asked')
    .option('--show <columns>', 'what they see; what the label is told from by default', listed)
    .action(async (reference: string | undefined, options: SuspectOptions, command: Command) => {
      const session = openSession(command)
      const { terminal } = session
      const { report: known, most, sendToReview, people, question, show, tenant, ...asked } = options
      if ((reference === undefined) === (known === undefined))
        throw usageError(
          'Name a version or a report.',
          'As `slipway dataset suspects desk`, or `--report ID`.',
        )
      const found =
        known === undefined
          ? await report(session, reference ?? '', 'suspects', asked, { tenant, most })
          : await readReport(session, known, most)
      const sent =
        sendToReview &&
        (await session.api.read(
          `/api/label-reports/${encodeURIComponent(found.id)}/reviews`,
          z.looseObject({ asked: z.number(), known: z.number() }),
          { method: 'POST', body: { most, people, question, show } },
        ))
      if (terminal.isJson) return terminal.printJson({ ...found, ...(sent && { sent }) })
      printLabelReport(terminal, found)
      if (!sent) return
      const before = sent.known > 0 ? `; ${sent.known} were asked before` : ''
      terminal.print(`${terminal.style.green('✓')} ${sent.asked} sent to people${before}.`)
      terminal.note(
        terminal.style.dim(
          `They answer with \`slipway reviews examples next\`; then \`slipway dataset labels apply ${found.id}\`.`,
        ),
      )
    })
}

export function labelCommands(): Command {
  const group = new Command('labels')
    .description('Reports on labels, and what people decided of suspects')
    .helpCommand(false)
  for (const command of [
    listReportsCommand(),
    showReportCommand(),
    consensusCommand(),
    applyCommand(),
    withdrawCommand(),
  ])
    group.addCommand(command)
  return group
}

function listReportsCommand(): Command {
  return new Command('list')
    .description('List reports on the labels of a dataset, the newest first')
    .argument('<name>')
    .option('--tenant <id>', 'the tenant that it belongs to')
    .option('--limit <count>', 'how many', wholeNumber(1, 100), 20)
    .action(async (name: string, options: { tenant?: string; limit: number }, command: Command) => {
      const { api, terminal } = openSession(command)
      const page = await api.read(`${datasetPath(name)}/label-reports`, listOf(labelReportSummaryShape), {
        query: options,
      })
      if (terminal.isJson) return terminal.printJson(page)
      printTable(
        terminal,
        page.data,
        [
          { title: 'id', value: row => row.id },
          { title: 'kind', value: row => row.kind },
          {
            title: 'version',
            value: row => `${row.dataset}@${row.number}${row.split === null ? '' : `:${row.split}`}`,
          },
          { title: 'by', value: row => row.author },
          { title: 'made', value: row => formatTime(row.created_at) },
        ],
        'There are no reports on its labels.',
      )
    })
}

function showReportCommand(): Command {
  return new Command('show')
    .description('Show a report on labels')
    .argument('<report>')
    .option('--most <count>', 'suspects or items to list', wholeNumber(1, 20_000), 20)
    .action(async (id: string, { most }: { most: number }, command: Command) => {
      const session = openSession(command)
      const found = await readReport(session, id, most)
      if (session.terminal.isJson) return session.terminal.printJson(found)
      printLabelReport(session.terminal, found)
    })
}

interface ConsensusOptions {
  readonly method?: string
  readonly least?: number
  readonly column?: string
  readonly branch?: string
  readonly message?: string
}

const consensusShape = z.looseObject({
  number: z.number(),
  branch: z.string(),
  is_new: z.boolean(),
  items: z.number(),
  undecided: z.number(),
})

function consensusCommand(): Command {
  return new Command('consensus')
    .description('Publish what each item of a report on annotators most likely is, beside its labels')
    .argument('<report>')
    .addOption(
      new Option('--method <method>', 'who is good counts for more, or each the same').choices([
        'dawid-skene',
        'majority',
      ]),
    )
    .option('--least <share>', 'what is less certain is left empty (0)', decimal(0, 1))
    .option('--column <name>', 'gets the label (consensus)')
    .option('--branch <name>', 'on this branch; a new one that begins at the version looked at by default')
    .option('-m, --message <text>', 'what the version is about')
    .action(async (id: string, options: ConsensusOptions, command: Command) => {
      const session = openSession(command)
      const { api, terminal } = session
      const started = await api.read(
        `/api/label-reports/${encodeURIComponent(id)}/consensus`,
        datasetTaskShape,
        { method: 'POST', body: options },
      )
      const result = consensusShape.parse((await followDatasetTask(session, started.id)).result)
      if (terminal.isJson) return terminal.printJson(result)
      const { number, branch, items, undecided } = result
      const empty = undecided > 0 ? `, ${undecided} of them undecided and left empty` : ''
      terminal.print(
        result.is_new
          ? `${terminal.style.green('✓')} Version ${number} on ${branch}: the consensus of ${items} items${empty}.`
          : `Nothing has changed: ${branch} stays at version ${number}.`,
      )
    })
}

function applyCommand(): Command {
  return new Command('apply')
    .description('Publish what people decided of the suspects of a report as a new version')
    .argument('<report>')
    .option('--branch <name>', 'on this branch; a new one that begins at the version looked at by default')
    .option('-m, --message <text>', 'what the version is about')
    .action(async (id: string, options: { branch?: string; message?: string }, command: Command) => {
      const { api, terminal } = openSession(command)
      const applied = await api.read(
        `/api/label-reports/${encodeURIComponent(id)}/apply`,
        appliedLabelsShape,
        {
          method: 'POST',
          body: options,
        },
      )
      if (terminal.isJson) return terminal.printJson(applied)
      const parts = [
        `${applied.changed} labels changed`,
        `${applied.confirmed} confirmed`,
        ...(applied.applied > 0 ? [`${applied.applied} changed before`] : []),
        ...(applied.undecided > 0 ? [`${applied.undecided} undecided`] : []),
        ...(applied.stale > 0 ? [`${applied.stale} left alone, since the row is another by now`] : []),
        ...(applied.pending > 0 ? [`${applied.pending} still wait`] : []),
      ]
      terminal.print(`${parts.join(', ')}.`)
      if (!applied.publication) return terminal.note(terminal.style.dim('So there is no new version.'))
      describePublished(terminal, applied.publication)
      terminal.note(
        terminal.style.dim(
          `It is on the branch ${applied.branch}; \`slipway dataset merge\` brings it into another.`,
        ),
      )
    })
}

function withdrawCommand(): Command {
  return new Command('withdraw')
    .description('Ask people no longer about the suspects of a report that still wait')
    .argument('<report>')
    .action(async (id: string, _options: object, command: Command) => {
      const { api, terminal } = openSession(command)
      const path = `/api/label-reports/${encodeURIComponent(id)}/reviews`
      const result = await api.read(path, z.looseObject({ withdrawn: z.number() }), { method: 'DELETE' })
      if (terminal.isJson) return terminal.printJson(result)
      terminal.print(`${result.withdrawn} are asked no longer.`)
    })
}
