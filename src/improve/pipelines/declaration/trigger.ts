import type { FactTypes } from '../events/event-kinds.ts'
import { eventKinds, isEventName } from '../events/event-kinds.ts'
import type { PipelineText, TriggerText } from './pipeline-schema.ts'

export const triggerKinds = ['cron', 'event', 'rows', 'api'] as const
export type TriggerKind = (typeof triggerKinds)[number]

/** A trigger under the name that it keeps over versions of its pipeline. */
export interface Trigger extends TriggerText {
  readonly name: string
  readonly kind: TriggerKind
}

/** The event that tells a trigger of rows that they have come. */
export const rowsEvent = 'dataset.published'

/** Which of them is declared; `undefined` where none or several are. */
export function kindOf(trigger: TriggerText): TriggerKind | undefined {
  const [kind, other] = triggerKinds.filter(one => trigger[one] !== undefined)
  return other === undefined ? kind : undefined
}

/** All that are one of a kind, under their names: the second of a kind without a name is `dataset.published-2`. */
export function triggersOf({ triggers }: Pick<PipelineText, 'triggers'>): Trigger[] {
  const seen = new Map<string, number>()
  return triggers.flatMap(trigger => {
    const kind = kindOf(trigger)
    if (!kind) return []
    const usual = trigger.event ?? kind
    const nth = (seen.get(usual) ?? 0) + (trigger.name === undefined ? 1 : 0)
    seen.set(usual, nth)
    return [{ ...trigger, kind, name: trigger.name ?? (nth > 1 ? `${usual}-${nth}` : usual) }]
  })
}

/** What its expressions may read; `undefined` where its event is not known. */
export function factsOf(trigger: TriggerText): FactTypes | undefined {
  switch (kindOf(trigger)) {
    case 'cron':
      return { due_at: 'string' }
    case 'rows':
      return { ...eventKinds[rowsEvent].facts, counted: 'int' }
    case 'api':
      return trigger.api
    case 'event':
      return trigger.event !== undefined && isEventName(trigger.event)
        ? eventKinds[trigger.event].facts
        : undefined
    case undefined:
      return undefined
  }
}
