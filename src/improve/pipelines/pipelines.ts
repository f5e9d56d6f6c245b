import { createId, Failure, type Queryable } from '../../foundation/platform/index.ts'
import { textHash } from '../../foundation/config/index.ts'
import type { Actor } from '../../govern/audit/index.ts'
import { actorOf, type Principal } from '../../govern/access/index.ts'
import { type ApprovalTerms, approvalTerms } from './declaration/approval-terms.ts'
import { instancesOf, needsOf, type Pipeline, readParameters, scopeOfValues } from './declaration/pipeline.ts'
import {
  parsePipeline,
  readPipeline,
  type PipelineContext,
  type ReadPipeline,
} from './declaration/read-pipeline.ts'
import { renderTemplate } from './declaration/template.ts'
import { triggersOf } from './declaration/trigger.ts'
import { withApproval } from './declaration/with-approval.ts'
import { findPipeline, putPipeline, type StoredPipeline } from './definitions/pipeline-store.ts'
import { type PipelineParts, secretsOf } from './ports.ts'
import type { PipelineRun, RunTrigger } from './runs/run.ts'
import {
  askToCancelRun,
  cancelGroup,
  findRun,
  hasOpenRun,
  insertRun,
  lockGroup,
  reopenRun,
  tellOfRun,
  wakeRun,
} from './runs/run-store.ts'
import { decideStage, insertStages, listStages, reopenStages } from './runs/stage-store.ts'
import { insertDecision } from './triggers/decision-store.ts'
import { newDecision } from './triggers/hold-against-rules.ts'
import { replaceTriggers } from './triggers/trigger-store.ts'

/** Who does something. */
export interface PipelineCaller {
  readonly principal: Principal
  readonly tenant: string
  readonly requestId: string
}

/** In whose name a run is begun, by a person or by a trigger. */
export interface RunAuthor {
  readonly tenant: string
  readonly actor: Actor
  readonly author: string
  readonly keyId: string | undefined
  readonly requestId?: string | undefined
}

export interface BeginRun {
  readonly pipeline: string
  /** The newest by default. */
  readonly version?: number | undefined
  readonly parameters: Readonly<Record<string, unknown>>
  readonly usesCache: boolean
  readonly trigger: RunTrigger
  readonly event?: unknown
  /** Begins it once, however often it is asked for under this. */
  readonly triggerKey?: string | undefined
  /** The trigger of the pipeline that begins it. */
  readonly triggerName?: string | undefined
  /** What a person is asked before its first stage. */
  readonly approval?: ApprovalTerms | undefined
}

/** The use cases of pipelines and their runs. */
export interface Pipelines {
  check(tenant: string, text: string, file: string): ReadPipeline
  define(
    caller: PipelineCaller,
    text: string,
    file: string,
  ): Promise<StoredPipeline & { readonly isNew: boolean }>
  /** `undefined` where it was begun under its trigger key before. */
  begin(author: RunAuthor, wanted: BeginRun, within?: Queryable): Promise<PipelineRun | undefined>
  cancel(caller: PipelineCaller, run: PipelineRun, reason: string): Promise<PipelineRun>
  /** Goes on from what has not succeeded. */
  resume(caller: PipelineCaller, run: PipelineRun): Promise<PipelineRun>
  decide(
    caller: PipelineCaller,
    run: PipelineRun,
    decision: {
      readonly stage: string | undefined
      readonly outcome: 'approved' | 'rejected'
      readonly reason: string
    },
  ): Promise<PipelineRun>
}

export interface PipelinesOptions extends Pick<
  PipelineParts,
  'database' | 'audit' | 'kinds' | 'settings' | 'metrics'
> {
  /** There is work: look at once. */
  readonly wake: () => void
}

export function createPipelines(options: PipelinesOptions): Pipelines {
  const { database, audit, kinds, settings } = options

  const contextOf = (tenant: string): PipelineContext => ({
    kinds,
    secrets: secretsOf(settings(), tenant),
    asksKinds: true,
  })

  async function again(id: string): Promise<PipelineRun> {
    const run = await findRun(database, undefined, id)
    if (!run) throw new Failure('not_found', `There is no run ${id}.`)
    return run
  }

  async function begin(
    author: RunAuthor,
    wanted: BeginRun,
    transaction: Queryable,
  ): Promise<string | undefined> {
    const { tenant } = author
    const stored = await findPipeline(transaction, tenant, wanted.pipeline, wanted.version)
    if (!stored) {
      const which = wanted.version === undefined ? '' : ` in version ${wanted.version}`
      throw new Failure(
        'not_found',
        `There is no pipeline \`${wanted.pipeline}\`${which}. See \`slipway pipeline list\`.`,
      )
    }
    const declared = parsePipeline(stored.text, `${stored.name}.yaml`, contextOf(tenant))
    const pipeline = withApproval(declared, wanted.approval)
    const parameters = readParameters(pipeline.parameters, wanted.parameters)
    const id = createId()
    const group = groupOf(pipeline, id, parameters, wanted)
    let state: 'queued' | 'skipped' = 'queued'
    if (group !== undefined && pipeline.concurrency) {
      await lockGroup(transaction, tenant, group)
      const { policy } = pipeline.concurrency
      if (policy === 'skip' && (await hasOpenRun(transaction, tenant, group))) state = 'skipped'
      if (policy === 'cancel-previous')
        for (const cancelled of await cancelGroup(
          transaction,
          tenant,
          group,
          `Run ${id} of its group was begun.`,
        ))
          await tellOfRun(transaction, cancelled)
    }
    const run = {
      id,
      tenant,
      pipeline: stored.name,
      version: stored.version,
      parameters,
      state,
      reason: state === 'skipped' ? 'Another run of its group has not ended.' : undefined,
      trigger: wanted.trigger,
      event: wanted.event,
      triggerKey: wanted.triggerKey,
      triggerName: wanted.triggerName,
      approval: wanted.approval,
      concurrencyGroup: group,
      usesCache: wanted.usesCache,
      author: author.author,
      keyId: author.keyId,
      createdAt: new Date(),
    }
    if (!(await insertRun(transaction, run))) return undefined
    if (state !== 'skipped') await insertStages(transaction, run, stagesOf(pipeline))
    await audit.record(
      {
        actor: author.actor,
        action: 'pipeline:run',
        subject: `pipeline-run:${id}`,
        tenant,
        requestId: author.requestId,
        after: { pipeline: stored.name, version: stored.version, parameters, trigger: wanted.trigger, state },
      },
      transaction,
    )
    return id
  }

  return {
    check: (tenant, text, file) => readPipeline(text, file, contextOf(tenant)),
    async define(caller, text, file) {
      const { tenant, principal, requestId } = caller
      const pipeline = parsePipeline(text, file, contextOf(tenant))
      return await database.transaction(async transaction => {
        const createdAt = new Date()
        const put = await putPipeline(transaction, {
          tenant,
          name: pipeline.pipeline,
          hash: textHash(text),
          text,
          author: principal.keyName,
          keyId: principal.keyId,
          createdAt,
        })
        if (!put.isNew) return put
        const gone = await replaceTriggers(transaction, put, triggersOf(pipeline), {
          hearsInstallation: principal.tenant === undefined,
          now: createdAt,
        })
        for (const state of gone)
          if (state.held)
            await insertDecision(
              transaction,
              newDecision({ ...state, version: put.version }, state.held, createdAt, {
                outcome: 'refused',
                reason: 'redefined',
                message: `Version ${put.version} has no such trigger any more.`,
              }),
            )
        await audit.record(
          {
            actor: actorOf(principal),
            requestId,
            action: 'pipeline:write',
            subject: `pipeline:${put.name}`,
            tenant,
            after: { version: put.version, hash: put.hash },
          },
          transaction,
        )
        return put
      })
    },
    async begin(author, wanted, within) {
      const id = within
        ? await begin(author, wanted, within)
        : await database.transaction(async transaction => await begin(author, wanted, transaction))
      if (id === undefined) return undefined
      options.metrics.began(wanted.trigger)
      if (within) return await findRun(within, author.tenant, id)
      options.wake()
      return await again(id)
    },
    async cancel(caller, run, reason) {
      const isOpen = await database.transaction(async transaction => {
        const wasOpen = await askToCancelRun(transaction, run.id, reason)
        if (!wasOpen) return false
        await record(transaction, caller, run, 'pipeline:cancel', { reason })
        await tellOfRun(transaction, run.id)
        return true
      })
      if (!isOpen) throw new Failure('conflict', `The run has ended already: it is ${run.state}.`)
      options.wake()
      return await again(run.id)
    },
    async resume(caller, run) {
      await database.transaction(async transaction => {
        if (!(await reopenRun(transaction, run.id)))
          throw new Failure(
            'conflict',
            `The run is ${run.state}; only one that has failed or was cancelled can be resumed.`,
          )
        const stages = await reopenStages(transaction, run.id)
        await record(transaction, caller, run, 'pipeline:resume', { stages })
        await tellOfRun(transaction, run.id)
      })
      options.wake()
      return await again(run.id)
    },
    async decide(caller, run, { stage: named, outcome, reason }) {
      const { principal } = caller
      await database.transaction(async transaction => {
        const waiting = (await listStages(transaction, run.id)).filter(
          ({ state, name, decision }) =>
            state === 'approval' && !decision && (named === undefined || name === named),
        )
        const [stage, other] = waiting
        if (!stage)
          throw new Failure(
            'conflict',
            `No ${named === undefined ? 'stage' : `\`${named}\``} of this run waits for approval.`,
          )
        if (other)
          throw new Failure(
            'invalid_request',
            `Several stages wait for approval: name one of ${waiting.map(({ name }) => `\`${name}\``).join(', ')}.`,
            { details: { parameter: 'stage' } },
          )
        const terms = approvalTerms.parse(stage.parameters)
        if (terms.byAnother && outcome === 'approved' && principal.keyId === run.keyId)
          throw new Failure(
            'forbidden',
            `Whoever began the run cannot approve \`${stage.name}\`: another key has to.`,
          )
        const at = new Date()
        if (
          !(await decideStage(transaction, run.id, stage.name, {
            outcome,
            by: principal.keyName,
            at,
            reason,
          }))
        )
          throw new Failure('conflict', `\`${stage.name}\` was decided already.`)
        await wakeRun(transaction, run.id)
        await record(transaction, caller, run, `pipeline:${outcome === 'approved' ? 'approve' : 'reject'}`, {
          stage: stage.name,
          reason,
        })
        await tellOfRun(transaction, run.id)
      })
      options.wake()
      return await again(run.id)
    },
  }

  async function record(
    transaction: Queryable,
    { principal, requestId }: PipelineCaller,
    run: PipelineRun,
    action: string,
    after: Record<string, unknown>,
  ): Promise<void> {
    const actor = actorOf(principal)
    const subject = `pipeline-run:${run.id}`
    await audit.record({ actor, action, subject, tenant: run.tenant, after, requestId }, transaction)
  }
}

/** All stages of a run, with those of matrices, in an order in which each comes after what it needs. */
function stagesOf({ order, stages }: Pipeline) {
  const instances = (name: string) => {
    const stage = stages[name]
    return stage ? instancesOf(name, stage) : []
  }
  return order.flatMap(name => {
    const stage = stages[name]
    if (!stage) return []
    const needs = needsOf(stage).flatMap(need => instances(need).map(one => one.name))
    return instances(name).map(one => ({ ...one, kind: stage.use, needs }))
  })
}

/** Runs of one group come after each other; those without one side by side. */
function groupOf(
  pipeline: Pipeline,
  id: string,
  parameters: PipelineRun['parameters'],
  { trigger, event }: BeginRun,
): string | undefined {
  if (!pipeline.concurrency) return undefined
  const { group } = pipeline.concurrency
  if (group === undefined) return `pipeline ${pipeline.pipeline}`
  const rendered = renderTemplate(group, {
    parameters: scopeOfValues(parameters),
    matrix: {},
    stages: {},
    run: { id, trigger },
    event: event ?? {},
  })
  return String(rendered).slice(0, 500)
}
