import { Failure } from '../../../foundation/platform/index.ts'
import type { NewExampleReview } from '../../../observe/reviews/index.ts'
import type { DatasetCaller } from '../datasets.ts'
import { columnsOfRole } from '../definition.ts'
import type { LabelReport } from './label-report-store.ts'
import type { LabelsContext } from './labels-context.ts'

export interface SendOptions {
  /** Of the suspects, the most suspect first. */
  readonly most: number
  readonly people: number
  readonly priority: 'urgent' | 'high' | 'normal' | 'low'
  readonly dueMinutes: number
  readonly question: string | undefined
  /** Columns that people see; what the label was told from by default. */
  readonly show: readonly string[] | undefined
}

const rowsAtOnce = 500

/**
 * Asks people which label is right, of the most suspect rows. They are told neither the label that was given nor the one that
 * is likelier: who knows them tends to agree. Sent again, only what was not asked before is asked.
 */
export async function sendSuspects(
  context: LabelsContext,
  report: LabelReport,
  options: SendOptions,
  caller: DatasetCaller,
): Promise<{ readonly asked: number; readonly known: number }> {
  const { result } = report
  if (result.kind !== 'suspects')
    throw new Failure(
      'invalid_request',
      `The report ${report.id} is one of ${result.kind}; only suspects can be sent.`,
    )
  const version = await context.datasets.resolve(report.tenant, {
    dataset: report.dataset,
    revision: report.versionId,
    split: undefined,
  })
  const { columns } = version.version.manifest.schema
  const has = (name: string): boolean => columns.some(column => column.name === name)
  const inputs = columnsOfRole(version.definition, 'input').filter(has)
  const shown = options.show ?? (result.from === 'classifier' ? result.columns : inputs)
  const others = shown.filter(name => has(name) && name !== result.label_column)
  if (others.length === 0)
    throw new Failure(
      'invalid_request',
      'show: nothing says what people are to be shown. Name columns of the dataset',
      { details: { parameter: 'show' } },
    )
  const labels = result.classes.map(({ label }) => label)
  const suspects = result.suspects.slice(0, options.most)
  let [asked, known] = [0, 0]
  for (let from = 0; from < suspects.length; from += rowsAtOnce) {
    const keys = suspects.slice(from, from + rowsAtOnce).map(({ key }) => key)
    const page = await context.datasets.readRows(version, { keys, columns: others, limit: rowsAtOnce })
    const rows = new Map(page.rows.map(({ key, row }) => [key, row]))
    const questions = keys.flatMap((key): NewExampleReview[] => {
      const row = rows.get(key)
      if (!row) return []
      return [
        {
          subject: report.id,
          item: key,
          shown: others.map(name => ({ name, text: toText(row[name]) })),
          question: options.question ?? `Which \`${result.label_column}\` is right?`,
          answer: { kind: 'choice', choices: labels },
        },
      ]
    })
    const done = await context.examples.ask(
      {
        tenant: report.tenant,
        purpose: 'label-suspects',
        title: `${report.dataset}@${report.versionNumber}`,
        people: options.people,
        priority: options.priority,
        dueMinutes: options.dueMinutes,
        askedBy: caller.keyId ?? 'system',
      },
      questions,
    )
    asked += done.asked
    known += done.known
  }
  await context.audit.record({
    actor: { id: caller.keyId ?? 'system', name: caller.author },
    action: 'dataset:ask-reviewers',
    subject: `dataset:${report.dataset}@${report.versionNumber}`,
    tenant: report.tenant,
    requestId: caller.requestId,
    after: { report: report.id, asked, known, people: options.people },
  })
  return { asked, known }
}

function toText(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2)
}
