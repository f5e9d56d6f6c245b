import type { Api } from './api.ts'
import type { People } from './set-up.ts'
import type { Alarm, Engine, Monitor, Page, Rollout, Run } from './shapes.ts'
import { isOver } from './shapes.ts'
import type { Sizes } from './sizes.ts'
import type { Answered, Traffic } from './traffic.ts'
import { waitFor } from './watch.ts'

/** When a part of the story began, for the report. */
export interface Phase {
  readonly name: string
  readonly at: number
}

/** What happened, by the ids under which the API knows it. */
export interface Story {
  readonly phases: readonly Phase[]
  readonly alarm: string
  readonly run: string
  readonly rollout: string | undefined
  readonly mistake: { readonly run: string; readonly rollout: string | undefined } | undefined
}

export interface StoryOptions {
  readonly people: People
  readonly traffic: Traffic
  readonly sizes: Sizes
  readonly signal: AbortSignal
  readonly say: (text: string) => void
}

export const monitor = 'support-quality'
/** The stream of what customers say; the other one is of what they write. */
export const quality = 'liked'
export const service = 'support'
/** Slow machines get a story that takes longer, and not another one. */
const limitSeconds = 900

/** Plays it. Whatever does not come is an error that says what was waited for. */
export async function playStory(options: StoryOptions): Promise<Story> {
  const { people, traffic, sizes, signal, say } = options
  const { owner } = people
  const phases: Phase[] = []
  const begin = (name: string, text: string): void => {
    phases.push({ name, at: Date.now() })
    say(`\n${name}\n  ${text}`)
  }
  const wait = async <Found>(what: string, look: () => Promise<Found | undefined>): Promise<Found> =>
    await waitFor(what, look, { limitSeconds, signal })

  traffic.come(sizes.healthyRequests)
  begin('A healthy service', 'Customers ask, and most of them say that the answers are right.')
  await wait(
    `${sizes.healthyRequests} answers and a reference of the monitor`,
    async () => (traffic.answered.length >= sizes.healthyRequests && (await isWatching(owner))) || undefined,
  )
  say(`  ${sayQuality(traffic.answered)}`)

  begin('The world changes', 'The shop sells something new, and other people come, who write as one texts.')
  const from = traffic.answered.length
  traffic.change(sizes.rampRequests)
  traffic.come(sizes.changedRequests)
  const alarm = await wait('an alarm of the monitor', async () => {
    const { data } = await owner.get<Page<Alarm>>(`/api/monitors/${monitor}/alarms`)
    return data.find(({ stream }) => stream === quality)
  })
  say(`  ${sayQuality(traffic.answered.slice(from))}`)
  begin('An alarm', alarm.summary)

  traffic.come(sizes.furtherRequests)
  const first = await wait('a run that the alarm has begun', async () => {
    const { data } = await owner.get<Page<Run>>('/api/pipeline-runs?pipeline=retrain-support')
    return data.find(({ event }) => event?.name === 'monitor.alarm')
  })
  begin('Nobody has to wake up', `A trigger has begun run ${first.id}.`)
  const rollout = await followRun(options, first.id, wait)

  if (rollout?.state === 'promoted') {
    const candidate = await owner.get<{ aliases: { name: string; version: number }[] }>('/api/models/support')
    const version = candidate.aliases.find(({ name }) => name === 'live')?.version
    await wait(`version ${version} in the engine`, async () => {
      const { data } = await owner.get<Page<Engine>>('/api/engines')
      const engine = data.find(({ name }) => name === 'support')
      return (engine?.state === 'ready' && engine.model.endsWith(`#${version}`)) || undefined
    })
    begin('Better again?', `The alias live is at version ${version}, and everybody is answered by it.`)
  } else {
    begin('Not promoted', 'The candidate was not good enough, and customers keep the model that they had.')
  }
  await after(options, wait)

  begin('A mistake', 'Somebody retrains on an export from before the new products, and measures on it too.')
  say('  $ slipway pipeline run retrain-support -p data=support-desk@1')
  const { id } = await owner.send<Run>('POST', '/api/pipeline-runs', {
    pipeline: 'retrain-support',
    parameters: { data: 'support-desk@1', ...sizes.mistake },
  })
  const second = await followRun(options, id, wait)
  begin(
    second?.state === 'rolled-back' ? 'Taken back' : 'The end of the mistake',
    second?.reason ?? 'It did not come as far as a rollout.',
  )
  await after(options, wait)
  return {
    phases,
    alarm: alarm.id,
    run: first.id,
    rollout: rollout?.id,
    mistake: { run: id, rollout: second?.id },
  }
}

type Wait = <Found>(what: string, look: () => Promise<Found | undefined>) => Promise<Found>

async function isWatching(owner: Api): Promise<boolean> {
  const { streams } = await owner.get<Monitor>(`/api/monitors/${monitor}`)
  return streams.every(({ state }) => state !== 'learning')
}

/** So many answers more, and what became of quality. */
async function after({ traffic, sizes, say }: StoryOptions, wait: Wait): Promise<void> {
  traffic.come(sizes.afterRequests)
  const from = traffic.answered.length
  await wait(`${sizes.afterRequests} more answers`, () =>
    Promise.resolve(traffic.answered.length - from >= sizes.afterRequests || undefined),
  )
  say(`  ${sayQuality(traffic.answered.slice(from))}`)
}

/**
 * Says each stage as it ends, and of a rollout each step; answers the rollout that the run came to. Few customers come while only the
 * pipeline has something to do.
 */
async function followRun(
  { people, traffic, sizes, say }: StoryOptions,
  id: string,
  wait: Wait,
): Promise<Rollout | undefined> {
  const { owner } = people
  const told = new Set<string>()
  const tell = (what: string, text: string): void => {
    if (told.has(what)) return
    told.add(what)
    say(`  ${text}`)
  }
  traffic.come(0)
  const run = await wait(`an end of run ${id}`, async () => {
    const now = await owner.get<Run>(`/api/pipeline-runs/${id}`)
    for (const stage of now.stages)
      if (stage.state !== 'waiting' && stage.state !== 'running')
        tell(stage.name, `${stage.name}: ${stage.state}${took(stage)}`)
      else if (stage.state === 'running' && stage.name === 'rollout') {
        if (!told.has('customers')) traffic.come(sizes.rolloutRequests)
        told.add('customers')
        await tellRollout()
      }
    return isOver(now) ? now : undefined
  })
  if (run.reason !== null) say(`  ${run.reason}`)
  return await rolloutSince(owner, run.created_at)

  async function tellRollout(): Promise<void> {
    const rollout = await rolloutSince(owner, undefined)
    const share = rollout?.steps[rollout.step]?.share
    if (rollout?.state === 'running' && share !== undefined && share !== null)
      tell(`${rollout.id} ${rollout.step}`, `rollout: ${100 * share} % of the customers get the candidate`)
  }
}

async function rolloutSince(owner: Api, since: string | undefined): Promise<Rollout | undefined> {
  const { data } = await owner.get<Page<Rollout>>(`/api/rollouts?service=${service}`)
  return data.find(({ created_at: at }) => since === undefined || Date.parse(at) >= Date.parse(since))
}

function took({
  started_at: from,
  ended_at: to,
}: {
  started_at: string | null
  ended_at: string | null
}): string {
  return from === null || to === null
    ? ''
    : ` (${((Date.parse(to) - Date.parse(from)) / 1_000).toFixed(1)} s)`
}

const window = 200

/** Of the last answers, how many were right; customers know it of some. */
function sayQuality(answered: readonly Answered[]): string {
  const last = answered.slice(-window)
  const right = last.filter(one => one.isRight).length
  return `${right} of the last ${last.length} answers were right (${Math.round((100 * right) / Math.max(1, last.length))} %).`
}
