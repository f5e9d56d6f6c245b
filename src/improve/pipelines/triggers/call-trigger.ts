import { suggestSentence } from '../../../foundation/config/index.ts'
import { createId, type Database, Failure } from '../../../foundation/platform/index.ts'
import type { Trigger } from '../declaration/trigger.ts'
import type { FactType } from '../events/event-kinds.ts'
import { findEventId, insertEvent } from '../events/event-store.ts'
import { findDecision, type TriggerDecision } from './decision-store.ts'
import type { TriggerDesk } from './trigger-desk.ts'
import { lockTrigger } from './trigger-store.ts'

/** Tells a trigger of a call, once under each key. Throws `invalid_request` where its facts are not those that it declares. */
export async function callTrigger(
  { database, desk }: { readonly database: Database; readonly desk: TriggerDesk },
  call: {
    readonly tenant: string
    readonly pipeline: string
    readonly trigger: Trigger
    readonly facts: Readonly<Record<string, unknown>>
    readonly key: string | undefined
  },
): Promise<{ readonly decision: TriggerDecision; readonly isNew: boolean }> {
  const { tenant, pipeline, trigger, facts } = call
  checkFacts(trigger, facts)
  return await database.transaction(async transaction => {
    const state = await lockTrigger(transaction, tenant, pipeline, trigger.name)
    if (!state) throw new Failure('not_found', `The trigger \`${trigger.name}\` is gone.`)
    const at = new Date()
    const id = createId()
    const name = 'api'
    const key = `${pipeline}/${trigger.name} ${call.key ?? id}`
    const decidedOf = { tenant, pipeline, trigger: trigger.name }
    // what has the same key has the same lock
    if (!(await insertEvent(transaction, { id, tenant, name, key, facts, at, toldAt: at }))) {
      const earlier = await findEventId(transaction, { tenant, name, key })
      const decision = earlier && (await findDecision(transaction, decidedOf, earlier))
      if (decision) return { decision, isNew: false }
    }
    const decision = await desk.consider(transaction, state, { id, name, at, facts }, at)
    if (!decision) throw new Failure('conflict', `The pipeline \`${pipeline}\` was defined anew: call again.`)
    return { decision, isNew: true }
  })
}

function checkFacts({ name, api }: Trigger, facts: Readonly<Record<string, unknown>>): void {
  if (!api)
    throw new Failure(
      'conflict',
      `The trigger \`${name}\` is none that is called: it is not declared with \`api\`.`,
    )
  const problems = [
    ...Object.keys(facts)
      .filter(fact => !Object.hasOwn(api, fact))
      .map(fact => ({
        parameter: `facts.${fact}`,
        message: `The trigger has no fact \`${fact}\`. ${suggestSentence(fact, Object.keys(api), 'fact')}`,
      })),
    ...Object.entries(api)
      .filter(([fact, type]) => !isOfType(type, facts[fact]))
      .map(([fact, type]) => ({
        parameter: `facts.${fact}`,
        message: `\`${fact}\` has to be given, as ${type}.`,
      })),
  ]
  if (problems.length > 0)
    throw new Failure('invalid_request', problems.map(({ message }) => message).join(' '), {
      details: { problems },
    })
}

function isOfType(type: FactType, value: unknown): boolean {
  switch (type) {
    case 'string':
      return typeof value === 'string'
    case 'bool':
      return typeof value === 'boolean'
    case 'int':
      return Number.isSafeInteger(value)
    case 'double':
      return typeof value === 'number'
  }
}
