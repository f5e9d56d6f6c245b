import { z } from 'zod'
import { Failure } from '../../foundation/platform/index.ts'
import type { StageKind } from '../../improve/pipelines/index.ts'
import { isOpen, type Rollout, type Rollouts } from '../../improve/rollouts/index.ts'
import { poll } from './poll.ts'
import type { AskAccess } from './principal-of.ts'

const parameters = z.strictObject({
  service: z.string().min(1).max(200).describe('Which service gets the release.'),
  candidate: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('The release; left out where the plan of the service is a test, which names its candidates.'),
  reason: z.string().min(1).max(2_000).optional().describe('Which run it was by default.'),
})

/**
 * Rolls a release out by the plan of its service and waits for the end; fails where that is neither a promotion nor a test's conclusion.
 * A run that is cancelled or late aborts the rollout; a server that stops or dies leaves it to the next attempt.
 */
export function createRolloutStage({
  rollouts,
  access,
}: {
  readonly rollouts: Pick<Rollouts, 'start' | 'find' | 'abort'>
  readonly access: Pick<AskAccess, 'principalOf'>
}): StageKind<z.output<typeof parameters>> {
  return {
    name: 'rollout',
    description: 'Rolls a release out to a service, and waits for its end; fails where it is not promoted.',
    version: 1,
    parameters,
    inputs: { after: ['dataset', 'model', 'report', 'file', 'folder', 'value'] },
    outputs: { rollout: 'report', verdict: 'value' },
    goesOnElsewhere: () => true,
    cacheKey: () =>
      Promise.resolve({
        parts: {},
        never: 'A rollout is judged by the requests of its time, never by earlier ones.',
      }),
    async run(context) {
      const { service, candidate, reason } = context.parameters
      const { author, keyId } = context.caller
      const principal = keyId === undefined ? undefined : access.principalOf(keyId)
      // what it may is asked by who begins the rollout: it concerns all tenants
      if (!principal)
        throw new Failure('forbidden', `The key of ${author}, in whose name the run was begun, is gone.`)
      const caller = { principal, tenant: context.caller.tenant, requestId: `pipeline-run:${context.runId}` }
      const { id } = await rollouts.start(caller, {
        id: context.stableId('rollout'),
        service,
        candidate,
        reason: reason ?? `Pipeline ${context.pipeline}, run ${context.runId}`,
      })
      context.log('system', `Rollout ${id} of ${service}.\n`)
      try {
        const ended = await poll(async () => {
          const now = await rollouts.find(id)
          if (!now) throw new Failure('not_found', `The rollout ${id} is gone.`)
          context.progress(shareOf(now), `${now.state}, step ${now.step + 1}: ${now.reason}`)
          return isOpen(now.state) ? undefined : now
        }, context.signal)
        return resultOf(ended)
      } catch (error) {
        // a server that stops leaves it: the next attempt finds it
        if (context.signal.reason === 'cancelled' || context.signal.reason === 'timeout')
          await rollouts
            .abort(caller, id, `The stage of run ${context.runId} was ${String(context.signal.reason)}.`)
            .catch(() => undefined)
        throw error
      }
    },
  }
}

const shareOf = ({ plan, step }: Rollout): number => step / (plan.steps?.length ?? 1)

function resultOf({ id, service, baseline, candidates, winner, state, reason }: Rollout) {
  const report = { rollout: id, service, baseline, candidates, winner: winner ?? null, state, reason }
  const outputs = {
    rollout: { type: 'report', value: report },
    verdict: { type: 'value', value: state },
  } as const
  if (state === 'promoted' || state === 'concluded') return { kind: 'done', outputs } as const
  return {
    kind: 'failed',
    code: `rollout_${state.replaceAll('-', '_')}`,
    message: `The rollout ${id} of \`${service}\` is ${state}: ${reason}`,
    isRetryable: false,
    outputs,
  } as const
}
