import { z } from 'zod'
import { type Rollout, rolloutStates } from '../rollout.ts'
import type { Verdict } from '../verdicts/verdict.ts'

const outcomes = ['success', 'failure', 'inconclusive'] as const

/** What another controller acts on. */
export const outcomeSchema = z
  .object({
    result: z
      .enum(outcomes)
      .describe(
        '`success`: the step is passed, or the release was promoted; `failure`: it was rolled back or ended otherwise; `inconclusive`: not decided.',
      ),
    rollout: z.string(),
    service: z.string(),
    state: z.enum(rolloutStates),
    step: z.int(),
    decision: z.enum(['promote', 'hold', 'roll-back']).nullable().describe('Of the last verdict.'),
    reasons: z.array(z.string()),
  })
  .meta({ id: 'RolloutOutcome' })

export const statusQuery = z.object({
  status: z
    .enum(['always-200', 'success', 'not-failure', 'failure'])
    .default('always-200')
    .describe(
      'When the status is 200: always, or only with this result; else it is 422 for a failure and 409 otherwise. Flagger: `not-failure` for `rollout`, `success` for `confirm-promotion`, `failure` for `rollback`.',
    ),
})

type Outcome = z.output<typeof outcomeSchema>

export function toOutcome(rollout: Rollout, last: Verdict | undefined): Outcome {
  const { id, service, state, step, reason } = rollout
  const ofStep = last?.step === step ? last : undefined
  return {
    result: resultOf(rollout, ofStep),
    rollout: id,
    service,
    state,
    step,
    decision: ofStep?.decision ?? null,
    reasons: ofStep && state === 'running' ? [...ofStep.reasons] : [reason],
  }
}

function resultOf({ state }: Rollout, last: Verdict | undefined): Outcome['result'] {
  if (state === 'promoted' || state === 'promoting') return 'success'
  if (state === 'rolled-back' || state === 'aborted' || state === 'superseded') return 'failure'
  if (state === 'approval') return 'success'
  return last?.decision === 'promote' ? 'success' : 'inconclusive'
}

export function answerVerdict(
  outcome: Outcome,
  { status }: z.output<typeof statusQuery>,
): Outcome | Response {
  const { result } = outcome
  const isMet =
    status === 'always-200' || status === result || (status === 'not-failure' && result !== 'failure')
  return isMet ? outcome : Response.json(outcome, { status: result === 'failure' ? 422 : 409 })
}
