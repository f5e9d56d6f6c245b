import type { Api } from '../api.ts'
import type { Alarm, DriftReport, ModelEvent, Page, Rollout, Run, Verdict } from '../shapes.ts'
import { monitor, type Story } from '../story.ts'

export interface RolloutFacts {
  readonly rollout: Rollout
  /** In the order in which they were given. */
  readonly verdicts: readonly Verdict[]
}

/** What the API says of what happened, when everything is over. */
export interface Facts {
  readonly alarm: Alarm
  readonly drift: DriftReport | undefined
  readonly run: Run
  readonly rollout: RolloutFacts | undefined
  readonly mistake: { readonly run: Run; readonly rollout: RolloutFacts | undefined } | undefined
  /** Moves of the alias `live`, in order. */
  readonly moves: readonly ModelEvent[]
  readonly signed: readonly { readonly version: number; readonly state: string }[]
}

export async function gatherFacts(owner: Api, story: Story): Promise<Facts> {
  const alarms = await owner.get<Page<Alarm>>(`/api/monitors/${monitor}/alarms`)
  const alarm = alarms.data.find(({ id }) => id === story.alarm)
  if (!alarm) throw new Error(`The alarm ${story.alarm} is gone.`)
  const drift = alarm.report?.drift_report
  const rolloutOf = async (id: string | undefined): Promise<RolloutFacts | undefined> => {
    if (id === undefined) return undefined
    const { data } = await owner.get<Page<Verdict>>(`/api/rollouts/${id}/verdicts?limit=200`)
    return { rollout: await owner.get<Rollout>(`/api/rollouts/${id}`), verdicts: data.toReversed() }
  }
  const runOf = async (id: string): Promise<Run> => await owner.get<Run>(`/api/pipeline-runs/${id}`)
  const history = await owner.get<Page<ModelEvent>>('/api/models/support/history?alias=live&limit=200')
  const moves = history.data.filter(({ kind }) => kind === 'move-alias').toReversed()
  const signed = await Promise.all(
    moves.map(async ({ version }) => {
      const { signature } = await owner.get<{ signature: { state: string } }>(
        `/api/models/support/versions/${version}/verification`,
      )
      return { version: version ?? 0, state: signature.state }
    }),
  )
  return {
    alarm,
    drift: drift === undefined ? undefined : await owner.get<DriftReport>(`/api/drift-reports/${drift}`),
    run: await runOf(story.run),
    rollout: await rolloutOf(story.rollout),
    mistake: story.mistake && {
      run: await runOf(story.mistake.run),
      rollout: await rolloutOf(story.mistake.rollout),
    },
    moves,
    signed,
  }
}
