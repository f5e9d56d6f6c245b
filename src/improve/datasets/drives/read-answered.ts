import type { Drive } from './drive.ts'
import { drivePurpose, type DrivesContext } from './drives-context.ts'
import { itemOf } from './ask-about-candidates.ts'

export interface Answered {
  /** By inference, of which all fields were told: column → what people said. */
  readonly answered: ReadonlyMap<string, Readonly<Record<string, string>>>
  /** Inferences of which people differ in a field, or cannot tell it. */
  readonly undecided: ReadonlySet<string>
  readonly reviewers: number
}

/** What people have said of the candidates of a drive. */
export async function readAnswered(
  { examples }: Pick<DrivesContext, 'examples'>,
  { id, tenant, plan }: Drive,
): Promise<Answered> {
  const decisions = await examples.decisions({ tenant, purpose: drivePurpose, subject: id })
  const byItem = new Map(decisions.map(decision => [decision.item, decision]))
  const inferences = new Set(decisions.map(({ item }) => (JSON.parse(item) as [string, string])[0]))
  const answered = new Map<string, Readonly<Record<string, string>>>()
  const undecided = new Set<string>()
  for (const inference of inferences) {
    const said = plan.fields.map(({ column }) => ({
      column,
      decision: byItem.get(itemOf(inference, column)),
    }))
    if (said.some(({ decision }) => decision !== undefined && decision.answer === undefined))
      undecided.add(inference)
    const told = said.flatMap(({ column, decision }) =>
      decision?.answer === undefined ? [] : [[column, decision.answer] as const],
    )
    if (told.length === said.length) answered.set(inference, Object.fromEntries(told))
  }
  return {
    answered,
    undecided,
    reviewers: new Set(decisions.flatMap(({ reviewers }) => reviewers)).size,
  }
}
