import type { NewExampleReview } from '../../../observe/reviews/index.ts'
import { readExamples } from '../collect/find-examples.ts'
import type { DatasetCaller } from '../datasets.ts'
import type { Drive, DriveBody } from './drive.ts'
import { listCandidates } from './drive-store.ts'
import { drivePurpose, type DrivesContext } from './drives-context.ts'
import { toRow } from './to-candidate.ts'

const candidatesAtOnce = 100
/** So many needs are named in a question; the rest is counted. */
const namedNeeds = 4

/**
 * Asks people what each candidate is: a question for each field. They are told what is lacking and never what the candidate is taken for,
 * since who knows that tends to agree. Asked again, nothing happens.
 */
export async function askAboutCandidates(
  context: DrivesContext,
  drive: Drive,
  terms: Pick<DriveBody, 'people' | 'priority' | 'due_minutes'>,
  caller: DatasetCaller,
  signal: AbortSignal,
): Promise<{ readonly asked: number; readonly candidates: number }> {
  const candidates = await listCandidates(context.database, drive.id)
  const { fields, input, filter } = drive.plan
  const why = sayWhy(drive)
  let [asked, said] = [0, 0]
  for (let from = 0; from < candidates.length; from += candidatesAtOnce) {
    const ids = candidates.slice(from, from + candidatesAtOnce).map(({ inferenceId }) => inferenceId)
    const texts = new Map<string, string>()
    for await (const page of readExamples(context.collect, drive.tenant, filter, ids, signal))
      for (const { value } of page.examples) {
        const row = toRow(value, [{ name: input, type: 'string', isNullable: false }], { key: '', input })
        if (row) texts.set(String(value['id']), String(row[input]))
      }
    const questions = ids.flatMap((id): NewExampleReview[] => {
      const text = texts.get(id)
      if (text === undefined) return []
      said += 1
      return fields.map(({ column, choices }) => ({
        subject: drive.id,
        item: itemOf(id, column),
        shown: [{ name: input, text }],
        question: `Which \`${column}\` is right? ${why}`,
        answer: { kind: 'choice', choices },
      }))
    })
    const done = await context.examples.ask(
      {
        tenant: drive.tenant,
        purpose: drivePurpose,
        title: `${drive.dataset}@${drive.versionNumber}`,
        people: terms.people,
        priority: terms.priority,
        dueMinutes: terms.due_minutes,
        askedBy: caller.keyId ?? 'system',
      },
      questions,
    )
    asked += done.asked
  }
  await context.audit.record({
    actor: { id: caller.keyId ?? 'system', name: caller.author },
    action: 'dataset:ask-reviewers',
    subject: `dataset:${drive.dataset}@${drive.versionNumber}`,
    tenant: drive.tenant,
    requestId: caller.requestId,
    after: { drive: drive.id, asked, candidates: said, people: terms.people },
  })
  return { asked, candidates: said }
}

/** Which candidate and field a question is about. */
export function itemOf(inferenceId: string, column: string): string {
  return JSON.stringify([inferenceId, column])
}

function sayWhy({ plan: { needs }, dataset }: Drive): string {
  const named = needs.slice(0, namedNeeds).map(({ name, missing }) => `${missing} of \`${name}\``)
  const more = needs.length > namedNeeds ? `, and of ${needs.length - namedNeeds} others` : ''
  return `Asked because \`${dataset}\` lacks rows: ${named.join(', ')}${more}.`
}
