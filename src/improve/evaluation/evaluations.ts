import { createId, Failure } from '../../foundation/platform/index.ts'
import { readYaml, textHash } from '../../foundation/config/index.ts'
import { actorOf, type Principal } from '../../govern/access/index.ts'
import type { Datasets, ResolvedVersion } from '../datasets/index.ts'
import {
  findReleaseProblem,
  readSuite,
  type ReadSuite,
  type SuiteContext,
  suiteFailure,
} from './suites/read-suite.ts'
import { findSuite, putSuite, type StoredSuite } from './suites/suite-store.ts'
import { servicesOf, type Suite } from './suites/suite.ts'
import { pinPlan } from './runs/pin-plan.ts'
import type { Run, RunPlan } from './runs/run.ts'
import { askToCancelRun, findRun, insertRun, resumeRun, retryFailedItems } from './runs/run-store.ts'
import type { RunnerOptions } from './runs/run-suite.ts'

export interface EvaluationsOptions extends Pick<
  RunnerOptions,
  'database' | 'audit' | 'evaluators' | 'findRelease'
> {
  readonly datasets: Pick<Datasets, 'resolve' | 'pin'>
  /** Names of services in the configuration in force. */
  readonly services: () => readonly string[]
  /** Whether the key may call the service. Memory only. */
  readonly mayCall: (principal: Principal, service: string) => boolean
  /** There is work: look at once. */
  readonly wake: () => void
}

export interface StartRun {
  /** A text, which is stored, or the newest (or named) version of a stored suite. */
  readonly suite:
    | { readonly text: string; readonly file: string }
    | { readonly name: string; readonly version?: number | undefined }
  /** Another release to hold the others against; joins the suite where it is not in it. */
  readonly against?: string | undefined
  readonly budgetNanoUsd?: number | undefined
  readonly sample?: number | undefined
  readonly usesCache: boolean
  /** Another version of data than the suite names: `name@3f0c91aa:test`. */
  readonly dataset?: string | undefined
  /** Begins it once, however often it is asked for under this; a new one by default. */
  readonly id?: string | undefined
}

/** Who does something. */
export interface EvaluationCaller {
  readonly principal: Principal
  readonly tenant: string
  readonly requestId: string
}

/** The use cases of suites and runs. */
export interface Evaluations {
  /** All that is wrong with a text, against the dataset and the configuration as they are. */
  check(tenant: string, text: string, file: string): Promise<ReadSuite>
  putSuite(
    caller: EvaluationCaller,
    text: string,
    file: string,
  ): Promise<StoredSuite & { readonly isNew: boolean }>
  start(caller: EvaluationCaller, wanted: StartRun): Promise<Run>
  /** What a run would be about if it were begun now. */
  plan(
    tenant: string,
    wanted: Pick<StartRun, 'suite' | 'against' | 'sample' | 'dataset'>,
  ): Promise<PlannedRun>
  find(id: string): Promise<Run | undefined>
  cancel(caller: EvaluationCaller, run: Run): Promise<Run>
  /** Goes on with a paused run; `retryFailed` asks again what got no answer, also of one that is completed. */
  resume(
    caller: EvaluationCaller,
    run: Run,
    options: { readonly budgetNanoUsd?: number | undefined; readonly retryFailed: boolean },
  ): Promise<Run>
}

export interface PlannedRun {
  readonly plan: RunPlan
  /** Equal where the rows are, whoever published them. */
  readonly contentHash: string
}

export function createEvaluations(options: EvaluationsOptions): Evaluations {
  const { database, audit, datasets, evaluators, findRelease, services } = options

  const context = (version: ResolvedVersion | undefined, against?: string): SuiteContext => ({
    evaluators,
    findRelease,
    against,
    services: services(),
    columns: version?.version.manifest.schema.columns.map(({ name }) => name),
    declaredSlices: version && Object.keys(version.definition.slices),
  })

  /** Reads it alone first: only then it is known which dataset it is about. */
  async function check(tenant: string, text: string, file: string, against?: string): Promise<ReadSuite> {
    const alone = readSuite(text, file, { evaluators, against })
    if ('problems' in alone) return alone
    try {
      return readSuite(text, file, context(await datasets.resolve(tenant, alone.suite.dataset), against))
    } catch (error) {
      if (!(error instanceof Failure) || (error.code !== 'not_found' && error.code !== 'invalid_request'))
        throw error
      const without = readSuite(text, file, context(undefined, against))
      const more = 'problems' in without ? without.problems : []
      const { line, column } = readYaml(text).positionOf(['dataset'], 'value')
      const mend = 'See `slipway dataset list`.'
      return { problems: [{ file, line, column, path: 'dataset', message: error.message, mend }, ...more] }
    }
  }

  async function store(caller: EvaluationCaller, name: string, text: string) {
    const { tenant, principal, requestId } = caller
    const stored = await database.transaction(async transaction => {
      const put = await putSuite(transaction, {
        tenant,
        name,
        hash: textHash(text),
        text,
        author: principal.keyName,
        createdAt: new Date(),
      })
      if (put.isNew)
        await audit.record(
          {
            actor: actorOf(principal),
            requestId,
            action: 'evaluation:define',
            subject: `evaluation-suite:${name}`,
            tenant,
            after: { version: put.version, hash: put.hash },
          },
          transaction,
        )
      return put
    })
    return stored
  }

  async function checked(tenant: string, text: string, file: string, against?: string): Promise<Suite> {
    const read = await check(tenant, text, file, against)
    if ('suite' in read) return read.suite
    throw suiteFailure(read.problems)
  }

  return {
    check,
    async putSuite(caller, text, file) {
      const suite = await checked(caller.tenant, text, file)
      return await store(caller, suite.suite, text)
    },
    find: async id => await findRun(database, undefined, id),
    async plan(tenant, wanted) {
      const { text, file } = await textOf(wanted, tenant)
      const suite = withChanges(await checked(tenant, text, file, wanted.against), wanted)
      const resolved = await datasets.resolve(tenant, suite.dataset)
      const plan = pinPlan(suite, resolved, { suiteHash: textHash(text), findRelease })
      return { plan, contentHash: resolved.version.manifest.contentHash }
    },
    async start(caller, wanted) {
      const { tenant, principal, requestId } = caller
      const known = wanted.id === undefined ? undefined : await findRun(database, tenant, wanted.id)
      if (known) return known
      const { text, file } = await textOf(wanted, tenant)
      const suite = withChanges(await checked(tenant, text, file, wanted.against), wanted)
      for (const service of servicesOf(suite))
        if (!options.mayCall(principal, service))
          throw new Failure(
            'forbidden',
            `This key may not call the service \`${service}\`, which the suite asks.`,
          )
      const stored = await store(caller, suite.suite, text)
      const resolved = await datasets.resolve(tenant, suite.dataset)
      const plan = pinPlan(suite, resolved, { suiteHash: stored.hash, findRelease })
      const id = wanted.id ?? createId()
      await datasets.pin({
        tenant,
        versionId: resolved.version.id,
        kind: 'evaluation',
        subject: id,
        why: `It is what the evaluation ${suite.suite} was run on.`,
      })
      const run = {
        id,
        tenant,
        suite: suite.suite,
        suiteVersion: stored.version,
        plan,
        budgetNanoUsd: wanted.budgetNanoUsd ?? suite.budgetNanoUsd,
        usesCache: wanted.usesCache,
        author: principal.keyName,
        createdAt: new Date(),
      }
      await database.transaction(async transaction => {
        await insertRun(transaction, run)
        await audit.record(
          {
            actor: actorOf(principal),
            requestId,
            action: 'evaluation:run',
            subject: `evaluation:${id}`,
            tenant,
            after: {
              suite: suite.suite,
              version: stored.version,
              dataset: resolved.version.id,
              releases: suite.releases,
              budgetNanoUsd: run.budgetNanoUsd ?? null,
            },
          },
          transaction,
        )
      })
      options.wake()
      return await again(id)
    },
    async cancel(caller, run) {
      const isOpen = await database.transaction(async transaction => {
        const wasOpen = await askToCancelRun(transaction, run.id)
        if (wasOpen) await record(transaction, caller, run, 'evaluation:cancel', {})
        return wasOpen
      })
      if (!isOpen) throw new Failure('conflict', `The run has ended already: it is ${run.state}.`)
      options.wake()
      return await again(run.id)
    },
    async resume(caller, run, { budgetNanoUsd, retryFailed }) {
      await database.transaction(async transaction => {
        const isMoved = retryFailed
          ? await retryFailedItems(transaction, run.id, budgetNanoUsd)
          : await resumeRun(transaction, run.id, budgetNanoUsd)
        if (!isMoved)
          throw new Failure(
            'conflict',
            retryFailed
              ? `There is nothing to ask again: the run is ${run.state} with ${run.failed} failed.`
              : `The run is ${run.state}; only a paused one can be resumed.`,
          )
        await record(transaction, caller, run, 'evaluation:resume', {
          retryFailed,
          ...(budgetNanoUsd !== undefined && { budgetNanoUsd }),
        })
      })
      options.wake()
      return await again(run.id)
    },
  }

  async function textOf(
    { suite }: Pick<StartRun, 'suite'>,
    tenant: string,
  ): Promise<{ text: string; file: string }> {
    if ('text' in suite) return suite
    const stored = await findSuite(database, tenant, suite.name, suite.version)
    if (stored) return { text: stored.text, file: `${suite.name}.yaml` }
    const which = suite.version === undefined ? '' : ` in version ${suite.version}`
    throw new Failure(
      'not_found',
      `There is no suite \`${suite.name}\`${which}. See \`slipway eval list --suites\`.`,
    )
  }

  async function again(id: string): Promise<Run> {
    const run = await findRun(database, undefined, id)
    if (!run) throw new Failure('not_found', `There is no run ${id}.`)
    return run
  }

  async function record(
    transaction: Parameters<typeof findRun>[0],
    { principal, requestId, tenant }: EvaluationCaller,
    run: Run,
    action: string,
    after: Record<string, unknown>,
  ): Promise<void> {
    const actor = actorOf(principal)
    const subject = `evaluation:${run.id}`
    await audit.record({ actor, action, subject, tenant, after, requestId }, transaction)
  }

  /** What the command line changes of a suite for one run. */
  function withChanges(
    suite: Suite,
    { against, sample, dataset }: Pick<StartRun, 'against' | 'sample' | 'dataset'>,
  ): Suite {
    const changed = {
      ...suite,
      ...(sample !== undefined && { sample }),
      ...(dataset !== undefined && { dataset }),
    }
    if (against === undefined) return changed
    const problem = findReleaseProblem(against, context(undefined))
    if (problem)
      throw new Failure('invalid_request', `${problem.message} ${problem.mend}`, {
        details: { parameter: 'against' },
      })
    const releases = suite.releases.includes(against) ? suite.releases : [against, ...suite.releases]
    return { ...changed, releases, baseline: against }
  }
}
