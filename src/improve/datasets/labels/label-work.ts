import { z } from 'zod'
import { Failure, nearestName } from '../../../foundation/platform/index.ts'
import type { ResolvedVersion } from '../datasets.ts'
import { columnsOfRole } from '../definition.ts'
import type { TaskContext } from '../task.ts'
import { askService, mostAskedRows } from './ask-service.ts'
import { computeSuspects } from './compute-suspects.ts'
import {
  agreementParameters,
  type AnnotatorsParameters,
  annotatorsParameters,
  suspectsParameters,
} from './label-parameters.ts'
import type { LabelReportResult } from './label-report.ts'
import { insertLabelReport } from './label-report-store.ts'
import type { LabelsContext } from './labels-context.ts'
import type { AnnotationShape, ReadVersion } from './read-annotations.ts'
import { readPart } from './read-part.ts'

/** The version is named by its id, so that a task that is run again reads the same. */
const task = <Options extends z.ZodType>(options: Options) =>
  z.strictObject({
    version: z.string(),
    dataset: z.string(),
    split: z.string().optional(),
    options,
  })

/** What a label task looks at, so that what cannot be done is refused before it waits. */
export function planAgreement(version: ResolvedVersion, options: z.output<typeof agreementParameters>) {
  for (const name of options.slices) checkColumn(version, name, 'slices')
  return { shape: shapeOf(version, options) }
}

export function planAnnotators(version: ResolvedVersion, options: AnnotatorsParameters) {
  return { shape: shapeOf(version, options) }
}

export function planSuspects(version: ResolvedVersion, options: z.output<typeof suspectsParameters>) {
  const label = oneColumn(version, options.label, 'label', 'label')
  if (options.probabilities !== undefined) {
    if (options.text)
      throw invalid(
        'text',
        '`text` and `probabilities` exclude each other: name what the labels are told from',
      )
    checkColumn(version, options.probabilities, 'probabilities')
    return { label, source: { kind: 'column' as const, columns: [options.probabilities] } }
  }
  const columns = options.text ?? present(version, columnsOfRole(version.definition, 'input'))
  for (const name of columns) checkColumn(version, name, 'text')
  if (columns.length === 0)
    throw invalid(
      'text',
      'Nothing says what the labels are told from. Name the columns of `text` or of `probabilities`, or give columns the role `input` in the definition',
    )
  if (columns.includes(label))
    throw invalid('text', `\`${label}\` is the label itself; it cannot be told from itself`)
  return { label, source: { kind: 'classifier' as const, columns } }
}

/** The kinds of long operations on labels; each leaves a report under the id of its task. */
export function registerLabelTasks(context: LabelsContext): void {
  const { datasets } = context

  async function report(
    {
      version: versionId,
      dataset,
      split,
      options,
    }: { version: string; dataset: string; split?: string | undefined; options: unknown },
    { taskId, caller, signal, progress }: TaskContext,
    work: (
      version: ResolvedVersion,
      read: ReadVersion,
      run: { readonly signal: AbortSignal; readonly progress: TaskContext['progress'] },
    ) => Promise<LabelReportResult>,
  ): Promise<unknown> {
    const version = await datasets.resolve(caller.tenant, { dataset, revision: versionId, split })
    const { where } = options as { where?: string | undefined }
    const result = await datasets.withFiles(
      [version],
      async ([files]) => {
        return await work(version, readPart(version, files, where), {
          signal,
          progress: (share, step) => progress(share * 0.95, step),
        })
      },
      signal,
    )
    await insertLabelReport(context.database, {
      id: taskId,
      tenant: caller.tenant,
      datasetId: version.dataset.id,
      versionId: version.version.id,
      kind: result.kind,
      split,
      parameters: options,
      result,
      author: caller.author,
      createdAt: new Date(context.now()),
    })
    return { report: taskId, ...summaryOf(result) }
  }

  datasets.tasks.register({
    kind: 'measure-agreement',
    parameters: task(agreementParameters),
    run: (asked, taskContext) =>
      report(asked, taskContext, (version, read, run) =>
        datasets.runTask(
          'measure-agreement',
          { ...read, ...planAgreement(version, asked.options), options: asked.options },
          run,
        ),
      ),
  })
  datasets.tasks.register({
    kind: 'rate-annotators',
    parameters: task(annotatorsParameters),
    run: (asked, taskContext) =>
      report(asked, taskContext, (version, read, run) =>
        datasets.runTask('rate-annotators', { ...read, ...planAnnotators(version, asked.options) }, run),
      ),
  })
  datasets.tasks.register({
    kind: 'find-suspects',
    parameters: task(suspectsParameters),
    run: (asked, taskContext) =>
      report(asked, taskContext, (version, read, run) => {
        const plan = planSuspects(version, asked.options)
        return asked.options.service === undefined
          ? datasets.runTask('find-suspects', { ...read, ...plan, options: asked.options }, run)
          : askForSuspects(asked.options.service, { version, read, plan, options: asked.options }, run)
      }),
  })

  /** A service is asked from here: data workers ask nobody. */
  async function askForSuspects(
    service: string,
    {
      version,
      read,
      plan,
      options,
    }: {
      readonly version: ResolvedVersion
      readonly read: ReadVersion
      readonly plan: ReturnType<typeof planSuspects>
      readonly options: z.output<typeof suspectsParameters>
    },
    { signal, progress }: Pick<TaskContext, 'signal' | 'progress'>,
  ): Promise<LabelReportResult> {
    const { columns } = plan.source
    const texts = await datasets.runTask(
      'read-labelled-texts',
      { ...read, label: plan.label, columns, mostRows: mostAskedRows },
      { signal },
    )
    const { classes: labels } = texts
    const asked = await askService(
      context.askForLabel,
      { texts: texts.told, labels },
      {
        tenant: version.dataset.tenant,
        subject: version.dataset.name,
        service,
        samples: options.samples,
        signal,
        progress: share => progress(share, `asks \`${service}\``),
      },
    )
    const kept = texts.keys.flatMap((_, row) => (asked.isTold[row] === true ? [row] : []))
    if (kept.length === 0)
      throw invalid('service', `\`${service}\` answered with none of the labels, of any row`)
    const probabilities = new Float32Array(kept.length * labels.length)
    for (const [at, row] of kept.entries())
      probabilities.set(
        asked.probabilities.subarray(row * labels.length, (row + 1) * labels.length),
        at * labels.length,
      )
    return computeSuspects(
      {
        keys: kept.map(row => texts.keys[row] ?? ''),
        classes: labels,
        given: kept.map(row => texts.given[row] ?? 0),
        probabilities,
        leftOut: texts.leftOut + texts.keys.length - kept.length,
        costNanoUsd: asked.costNanoUsd,
      },
      { label: plan.label, from: 'service', columns, method: options.method, ranking: options.ranking },
    )
  }
}

function summaryOf(result: LabelReportResult): object {
  switch (result.kind) {
    case 'agreement':
      return { items: result.items, compared: result.compared, alpha: result.alpha?.estimate ?? null }
    case 'annotators':
      return { items: result.items, annotators: result.annotators.length, unsure: result.unsure }
    case 'suspects':
      return { rows: result.rows, suspects: result.total, error_rate: result.error_rate }
  }
}

function shapeOf(version: ResolvedVersion, options: AnnotatorsParameters): AnnotationShape {
  const { annotators, item } = options
  if (annotators) {
    if (item ?? options.annotator ?? options.label)
      throw invalid(
        'annotators',
        '`annotators` (a column each) and `item`, `annotator`, `label` (a row for each label) exclude each other',
      )
    for (const name of annotators) checkColumn(version, name, 'annotators')
    return { kind: 'wide', columns: annotators }
  }
  const annotator = oneColumn(version, options.annotator, 'annotator', 'annotator')
  const label = oneColumn(version, options.label, 'label', 'label')
  const items = item ?? itemColumns(version, annotator, label)
  for (const name of items) checkColumn(version, name, 'item')
  return { kind: 'long', item: items, annotator, label }
}

/** What names an item where nobody says: the key without the annotator, else what is the input. */
function itemColumns({ definition, version }: ResolvedVersion, annotator: string, label: string): string[] {
  const { key } = version.manifest.schema
  const rest = key.filter(name => name !== annotator && name !== label)
  if (key.includes(annotator) && rest.length > 0) return rest
  const inputs = present({ version }, columnsOfRole(definition, 'input'))
  if (inputs.length > 0) return inputs
  throw invalid(
    'item',
    'Nothing says which rows are labels of one item. Name the columns of `item`, or `annotators` where each has a column of his own',
  )
}

function oneColumn(
  version: ResolvedVersion,
  named: string | undefined,
  role: 'annotator' | 'label',
  parameter: string,
): string {
  if (named !== undefined) {
    checkColumn(version, named, parameter)
    return named
  }
  const [first, second] = present(version, columnsOfRole(version.definition, role))
  if (first !== undefined && second === undefined) return first
  throw invalid(
    parameter,
    first === undefined
      ? `No column has the role \`${role}\`. Name it as \`${parameter}\`, or give it the role in the definition`
      : `More than one column has the role \`${role}\`. Name one as \`${parameter}\``,
  )
}

/** A column of a role may be declared and not be there yet. */
function present({ version }: Pick<ResolvedVersion, 'version'>, names: readonly string[]): string[] {
  return names.filter(name => version.manifest.schema.columns.some(column => column.name === name))
}

function checkColumn({ version, dataset }: ResolvedVersion, name: string, parameter: string): void {
  const names = version.manifest.schema.columns.map(column => column.name)
  if (names.includes(name)) return
  const nearest = nearestName(name, names)
  throw invalid(
    parameter,
    `\`${dataset.name}\` has no column \`${name.slice(0, 60)}\`${nearest ? `; did you mean \`${nearest}\`?` : `; it has ${names.slice(0, 20).join(', ')}`}`,
  )
}

function invalid(parameter: string, message: string): Failure {
  return new Failure('invalid_request', `${parameter}: ${message}`, { details: { parameter } })
}
