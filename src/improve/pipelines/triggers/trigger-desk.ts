import { Failure, type Queryable } from '../../../foundation/platform/index.ts'
import { type Audit, systemActor } from '../../../govern/audit/index.ts'
import { type ExpressionScope, parseExpression } from '../declaration/expression.ts'
import { parsePipeline } from '../declaration/read-pipeline.ts'
import { renderAll } from '../declaration/template.ts'
import { factsOf, type Trigger, triggersOf } from '../declaration/trigger.ts'
import { findPipeline, type StoredPipeline } from '../definitions/pipeline-store.ts'
import { celFacts, type FactTypes } from '../events/event-kinds.ts'
import type { Occurrence } from '../events/event-store.ts'
import type { Pipelines } from '../pipelines.ts'
import { type PipelineParts, secretsOf } from '../ports.ts'
import { insertDecision, setTakenUp, type TriggerDecision } from './decision-store.ts'
import { holdAgainstRules, isOlder, newDecision, quietAt, type ReadRunCosts } from './hold-against-rules.ts'
import { holdOccurrence, letOccurrenceGo, setCountedRows, type TriggerState } from './trigger-store.ts'

/** Decides what becomes of what a trigger is told; the row of the trigger is locked by whoever asks. */
export interface TriggerDesk {
  /** Something new. `undefined` where it is none of the trigger's business. */
  consider(
    transaction: Queryable,
    state: TriggerState,
    occurrence: Occurrence,
    now: Date,
  ): Promise<TriggerDecision | undefined>
  /** What was held, when its time has come. */
  reconsider(transaction: Queryable, state: TriggerState, now: Date): Promise<TriggerDecision | undefined>
}

export interface TriggerDeskOptions extends Pick<PipelineParts, 'kinds' | 'settings'> {
  readonly audit: Pick<Audit, 'record'>
  readonly pipelines: Pick<Pipelines, 'begin'>
  readonly readCosts: ReadRunCosts
}

interface Case {
  readonly stored: StoredPipeline
  readonly trigger: Trigger
  readonly state: TriggerState
  readonly occurrence: Occurrence
  readonly now: Date
}

export function createTriggerDesk(options: TriggerDeskOptions): TriggerDesk {
  const { audit, pipelines, readCosts } = options

  /** Throws a `Failure` where it cannot be read any more. */
  function declared(stored: StoredPipeline, name: string): Trigger | undefined {
    const pipeline = parsePipeline(stored.text, `${stored.name}.yaml`, {
      kinds: options.kinds,
      secrets: secretsOf(options.settings(), stored.tenant),
      asksKinds: false,
    })
    return triggersOf(pipeline).find(one => one.name === name)
  }

  async function write(transaction: Queryable, decision: TriggerDecision): Promise<TriggerDecision> {
    await insertDecision(transaction, decision)
    const { tenant, pipeline, trigger, outcome, reason, numbers, occurrence, runId } = decision
    await audit.record(
      {
        actor: systemActor('pipelines'),
        action: 'pipeline:trigger',
        subject: `pipeline:${pipeline}`,
        tenant,
        after: { trigger, outcome, reason, numbers, event: occurrence.name, run: runId ?? null },
      },
      transaction,
    )
    return decision
  }

  async function hold(
    transaction: Queryable,
    { state, occurrence, now }: Case,
    held: Pick<TriggerDecision, 'reason' | 'message' | 'numbers'> & { readonly until: Date },
    isNew: boolean,
  ): Promise<TriggerDecision> {
    const events = state.heldEvents + (isNew ? 1 : 0)
    await holdOccurrence(transaction, state, {
      occurrence,
      since: state.heldSince ?? now,
      events,
      dueAt: held.until,
    })
    const { until, ...decided } = held
    return await write(
      transaction,
      newDecision(state, occurrence, now, {
        ...decided,
        outcome: 'held',
        numbers: { ...held.numbers, held_events: events },
        heldUntil: until,
      }),
    )
  }

  async function settle(
    transaction: Queryable,
    { state, occurrence, now }: Case,
    decided: Pick<TriggerDecision, 'outcome' | 'reason' | 'message'> &
      Partial<Pick<TriggerDecision, 'numbers' | 'runId'>>,
  ): Promise<TriggerDecision> {
    if (state.held) await letOccurrenceGo(transaction, state)
    return await write(transaction, newDecision(state, occurrence, now, decided))
  }

  /** Nothing holds it any more but the rules of the trigger. */
  async function go(transaction: Queryable, one: Case, isNew: boolean): Promise<TriggerDecision> {
    const { stored, trigger, state, occurrence, now } = one
    const verdict = await holdAgainstRules(transaction, state, trigger, { now, readCosts })
    if (verdict.outcome === 'held') return await hold(transaction, one, verdict, isNew)
    if (verdict.outcome === 'refused') return await settle(transaction, one, verdict)
    try {
      const run = await pipelines.begin(
        {
          tenant: stored.tenant,
          actor: systemActor('pipelines'),
          author: stored.author,
          keyId: stored.keyId,
        },
        {
          pipeline: stored.name,
          version: stored.version,
          parameters: parametersOf(trigger, occurrence),
          usesCache: true,
          trigger: trigger.kind,
          event: { name: occurrence.name, ...occurrence.facts },
          triggerKey: `${trigger.kind} ${trigger.name} ${occurrence.id}`,
          triggerName: trigger.name,
          approval: trigger.approval,
        },
        transaction,
      )
      if (!run)
        return await settle(transaction, one, {
          outcome: 'not_wanted',
          reason: 'told_before',
          message: 'A run was begun for it before.',
        })
      const isLeftOut = run.state === 'skipped'
      const events = state.heldEvents + (isNew ? 1 : 0)
      const { countedRows } = state
      if (trigger.kind === 'rows' && !isLeftOut) await setCountedRows(transaction, state, 0)
      await setTakenUp(
        transaction,
        { tenant: state.tenant, pipeline: state.pipeline, trigger: state.name },
        run.id,
      )
      return await settle(transaction, one, {
        outcome: 'began',
        reason: isLeftOut ? 'group' : 'wanted',
        message: isLeftOut
          ? 'Its run was left out: another of its group has not ended.'
          : events > 1
            ? `A run began with the newest of ${events}.`
            : 'A run began.',
        numbers: { events, ...(trigger.kind === 'rows' && { rows: countedRows }) },
        runId: run.id,
      })
    } catch (error) {
      if (!isRefusal(error)) throw error
      return await settle(transaction, one, { outcome: 'refused', reason: 'refused', message: error.message })
    }
  }

  /** The trigger as its pipeline declares it, or what is written where that cannot be read. */
  async function open(
    transaction: Queryable,
    state: TriggerState,
    occurrence: Occurrence,
    now: Date,
  ): Promise<Case | TriggerDecision | undefined> {
    const stored = await findPipeline(transaction, state.tenant, state.pipeline, state.version)
    if (!stored) return undefined
    try {
      const trigger = declared(stored, state.name)
      return trigger && { stored, trigger, state, occurrence, now }
    } catch (error) {
      if (!isRefusal(error)) throw error
      if (state.held) await letOccurrenceGo(transaction, state)
      const message = `The pipeline cannot be read any more: ${error.message}`
      return await write(
        transaction,
        newDecision(state, occurrence, now, { outcome: 'refused', reason: 'refused', message }),
      )
    }
  }

  return {
    async consider(transaction, state, told, now) {
      const opened = await open(transaction, state, told, now)
      if (!opened || !('stored' in opened)) return opened
      const { trigger } = opened
      let one: Case = opened
      if (trigger.rows) {
        const { dataset, branch, atLeast } = trigger.rows
        const { facts } = told
        if (facts['dataset'] !== dataset || facts['branch'] !== branch) return undefined
        const counted = state.countedRows + Number(facts['added']) + Number(facts['changed'])
        await setCountedRows(transaction, state, counted)
        const occurrence = { ...told, facts: { ...facts, counted } }
        one = { ...opened, occurrence, state: { ...state, countedRows: counted } }
        if (counted < atLeast && !state.held)
          return await write(
            transaction,
            newDecision(state, occurrence, now, {
              outcome: 'not_wanted',
              reason: 'rows',
              message: `${counted} of ${atLeast} rows have come since the last run.`,
              numbers: { rows: counted, at_least: atLeast },
            }),
          )
      }
      const { occurrence } = one
      const where = whereOf(trigger, occurrence)
      if (where !== true)
        return await write(
          transaction,
          newDecision(state, occurrence, now, { outcome: 'not_wanted', reason: 'where', message: where }),
        )
      if (state.held && isOlder(occurrence, state.held))
        return await write(
          transaction,
          newDecision(state, occurrence, now, {
            outcome: 'held',
            reason: 'older',
            message: 'A newer one is held already.',
            heldUntil: state.dueAt,
          }),
        )
      if (trigger.debounce === undefined) return await go(transaction, one, true)
      const until = quietAt(trigger.debounce, state.heldSince ?? now, now)
      const message = `Quiet is waited for until ${until.toISOString()}; one run then begins with the newest.`
      const numbers = { debounce_seconds: trigger.debounce / 1_000 }
      return await hold(transaction, one, { reason: 'debounce', message, numbers, until }, true)
    },
    async reconsider(transaction, state, now) {
      const { held } = state
      if (!held) return undefined
      const opened = await open(transaction, state, held, now)
      if (!opened || !('stored' in opened)) {
        await letOccurrenceGo(transaction, state)
        return opened
      }
      const where = whereOf(opened.trigger, held)
      if (where !== true)
        return await settle(transaction, opened, { outcome: 'not_wanted', reason: 'where', message: where })
      return await go(transaction, opened, false)
    },
  }
}

/** What a pipeline says no to must not keep others from what they listen for. */
const isRefusal = (error: unknown): error is Failure => error instanceof Failure && error.kind.status < 500

const scopeOf = (types: FactTypes, { facts }: Occurrence): ExpressionScope => ({
  parameters: {},
  matrix: {},
  stages: {},
  run: { id: '', trigger: 'event' },
  event: celFacts(types, facts),
})

/** True, or why it is not wanted. */
function whereOf(trigger: Trigger, occurrence: Occurrence): true | string {
  const { where } = trigger
  if (where === undefined) return true
  const types = factsOf(trigger) ?? {}
  const expression = parseExpression(where, 'bool', types)
  if ('problem' in expression) return `\`${where}\`: ${expression.problem}`
  try {
    return expression.evaluate(scopeOf(types, occurrence)) === true || `\`${where}\` is false.`
  } catch (error) {
    if (isRefusal(error)) return error.message
    throw error
  }
}

function parametersOf(trigger: Trigger, occurrence: Occurrence): Readonly<Record<string, unknown>> {
  const types = factsOf(trigger) ?? {}
  return renderAll(trigger.parameters, scopeOf(types, occurrence), types) as Readonly<Record<string, unknown>>
}
