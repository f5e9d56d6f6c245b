import type { RolloutPlan } from '../../../foundation/config/index.ts'
import { isOpen, type Rollout, stepCount, stepTraffic } from '../rollout.ts'

/** What the gateway follows of a rollout. */
export interface RolloutTraffic {
  readonly id: string
  /** From 0. */
  readonly step: number
  readonly baseline: string
  readonly candidates: readonly { readonly release: string; readonly share: number }[]
  /** What all candidates of a test had when it began: those of a candidate stay where another is left out. */
  readonly places?: readonly { readonly release: string; readonly share: number }[] | undefined
  /** What candidates had that were left out is dealt out to all others in proportion to their shares. */
  readonly isNarrowed?: true | undefined
  /** Candidates get copies, and clients get the baseline. */
  readonly isShadow: boolean
  /** Of the requests, copied in a shadow step; nothing else. */
  readonly shadowShare: number
  readonly sticky: RolloutPlan['sticky']
  /** The id of the rollout: the same user falls on the same side in all steps. */
  readonly salt: string
  /** What a process acts upon at once: surely so much more of the candidate’s requests fail, or are acted on by a policy. */
  readonly fastPath: {
    readonly alpha: number
    readonly errorMargin: number
    readonly guardMargin?: number | undefined
  }
  /** What copies may cost in one process in this step; nano-dollars. */
  readonly shadowNanoUsd?: number | undefined
}

/** What is declared for a service, as a whole. */
export interface DeclaredTraffic {
  /** The release that answers unless the rollout says otherwise. */
  readonly live: string
  /** What slipway.yaml said when this was declared: where that says another release since, the file wins. */
  readonly declared: string
  /** The revision of the configuration that said so: who knows an older one does not overrule this. */
  readonly configuration: number
  readonly rollout?: RolloutTraffic | undefined
}

/** The release that slipway.yaml names, and in which revision of it. */
export interface FileRelease {
  readonly declared: string
  readonly configuration: number
}

export interface ServiceTraffic extends DeclaredTraffic {
  readonly service: string
  /** Rises with every change; two processes with the same number do the same. */
  readonly revision: number
}

/** The traffic of a rollout in its state and step. All of it is on one release in a promotion and after the end. */
export function declareTraffic(rollout: Rollout, file: FileRelease): DeclaredTraffic {
  const live = liveOf(rollout)
  if (!isOpen(rollout.state) || rollout.state === 'promoting' || rollout.state === 'blocked')
    return { live, ...file }
  const { isShadow, shares } = stepTraffic(rollout)
  const { sticky, fastPath, shadowBudgetUsd, test } = rollout.plan
  return {
    live,
    ...file,
    rollout: {
      id: rollout.id,
      step: rollout.step,
      baseline: rollout.baseline,
      candidates: Object.entries(shares).map(([release, share]) => ({
        release,
        share: isShadow ? 0 : share,
      })),
      ...(test &&
        !test.narrow && {
          places: rollout.candidates.map(release => ({ release, share: test.shares[release] ?? 0 })),
        }),
      ...(test?.narrow && { isNarrowed: true }),
      isShadow,
      shadowShare: isShadow ? Math.max(...Object.values(shares)) : 0,
      sticky,
      salt: rollout.id,
      fastPath: {
        alpha: fastPath.chance / stepCount(rollout),
        errorMargin: fastPath.errors,
        ...(fastPath.guardBlocks !== undefined && { guardMargin: fastPath.guardBlocks }),
      },
      ...(shadowBudgetUsd !== undefined && { shadowNanoUsd: Math.round(shadowBudgetUsd * 1e9) }),
    },
  }
}

function liveOf({ state, baseline, winner, plan }: Rollout): string {
  if (state === 'promoting' || state === 'blocked') return winner ?? baseline
  if (state !== 'promoted') return baseline
  // the baseline's engine serves the candidate's version by then
  return plan.onPromoted ? baseline : (winner ?? baseline)
}
