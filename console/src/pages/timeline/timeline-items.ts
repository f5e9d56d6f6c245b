import type { Alert, Answer, Engine, ModelEvent, PipelineRun, Service } from '../../api/types.ts'
import type { Tone } from '../../parts/status.tsx'
import { modelPath } from '../models/model-href.ts'

export const lanes = ['Alerts', 'Pipelines', 'Rollouts', 'Models'] as const
export type Lane = (typeof lanes)[number]

/** Something that happened to a service, or goes on: `untilMs` is undefined where it has not ended, and `atMs` where it took no time. */
export interface TimelineItem {
  readonly id: string
  readonly lane: Lane
  readonly atMs: number
  readonly untilMs: number | undefined
  readonly tone: Tone
  /** A few words, to stand on a bar. */
  readonly label: string
  /** What happened, in one sentence without its time. */
  readonly text: string
  readonly reason: string | undefined
  /** Where the evidence is. */
  readonly path: string
}

/** The models of the registry that the engines of a service follow; empty for one that providers answer for. */
export function followedModels(service: Service, engines: readonly Engine[]): string[] {
  const names = new Set(
    service.releases.flatMap(({ targets }) => targets.map(({ target }) => target.replace(/^engine:/, ''))),
  )
  const models = engines
    .filter(({ name }) => names.has(name))
    .flatMap(({ model }) => /^registry:(?:[^/@]+\/)?([^/@#]+)/.exec(model)?.[1] ?? [])
  return [...new Set(models)].sort()
}

/**
 * Runs that have to do with a service: those of pipelines that have made a version of one of its models, or that something
 * which happened to it has begun.
 */
export function runsOf(
  service: string,
  runs: readonly PipelineRun[],
  history: readonly ModelEvent[],
): PipelineRun[] {
  const makers = new Set(history.flatMap(({ details }) => pipelineRunsOf(details)))
  const isItsOwn = (run: PipelineRun): boolean =>
    makers.has(run.id) || (isRecord(run.event) && run.event['service'] === service)
  const pipelines = new Set(runs.filter(isItsOwn).map(({ pipeline }) => pipeline))
  return runs.filter(({ pipeline }) => pipelines.has(pipeline))
}

function pipelineRunsOf(details: unknown): string[] {
  const lineage = isRecord(details) ? details['lineage'] : undefined
  const runs: unknown = isRecord(lineage) ? lineage['runs'] : undefined
  if (!Array.isArray(runs)) return []
  return (runs as unknown[]).flatMap(run =>
    isRecord(run) && run['kind'] === 'pipeline' && typeof run['id'] === 'string' ? [run['id']] : [],
  )
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

const ms = (iso: string): number => Date.parse(iso)
const msOr = (iso: string | null): number | undefined => (iso === null ? undefined : ms(iso))

export function alertItem(alert: Alert): TimelineItem {
  const isOver = alert.resolved_at !== null
  return {
    id: `alert ${alert.id}`,
    lane: 'Alerts',
    atMs: ms(alert.fired_at ?? alert.started_at),
    untilMs: msOr(alert.resolved_at),
    tone: isOver ? 'idle' : alert.severity === 'page' ? 'bad' : 'warn',
    label: alert.name,
    text: alert.summary,
    reason: alert.resolution ?? undefined,
    path: `/alerts/${alert.id}`,
  }
}

const runTones: Readonly<Record<PipelineRun['state'], Tone>> = {
  queued: 'idle',
  running: 'accent',
  cancelling: 'warn',
  succeeded: 'good',
  failed: 'bad',
  cancelled: 'warn',
  skipped: 'idle',
}

export function runItem(run: PipelineRun): TimelineItem {
  const isOver = run.ended_at !== null
  const name = isRecord(run.event) ? run.event['name'] : undefined
  const begun =
    typeof name === 'string' ? `by ${name}` : run.trigger === 'cron' ? 'by the clock' : `by ${run.author}`
  return {
    id: `run ${run.id}`,
    lane: 'Pipelines',
    atMs: ms(run.created_at),
    untilMs: msOr(run.ended_at),
    tone: runTones[run.state],
    label: run.pipeline,
    text: `${run.pipeline} was begun ${begun} and ${isOver ? `has ${run.state === 'succeeded' ? 'succeeded' : `ended: ${run.state}`}` : `is ${run.state}`}.`,
    reason: run.reason ?? undefined,
    path: `/pipelines/${run.id}`,
  }
}

type Rollout = Answer<'listRollouts'>['data'][number]
export const rolloutTones: Readonly<Partial<Record<Rollout['state'], Tone>>> = {
  promoted: 'good',
  concluded: 'good',
  'rolled-back': 'bad',
  blocked: 'bad',
  aborted: 'warn',
  superseded: 'warn',
  paused: 'warn',
  approval: 'warn',
}

export function rolloutItem(rollout: Rollout): TimelineItem {
  const { candidates, baseline, state, shares } = rollout
  const names = candidates.join(', ')
  const now = candidates
    .map(candidate => `${candidate} answers ${Math.round(100 * (shares[candidate] ?? 0))} %`)
    .join(', ')
  return {
    id: `rollout ${rollout.id}`,
    lane: 'Rollouts',
    atMs: ms(rollout.created_at),
    untilMs: msOr(rollout.ended_at),
    tone: rolloutTones[state] ?? 'accent',
    label: `${names} ${state}`,
    text:
      rollout.ended_at === null
        ? `${names} is rolled out beside ${baseline}: ${state}, ${now}.`
        : `The rollout of ${names} beside ${baseline} has ended: ${state}.`,
    reason: rollout.last_verdict?.reasons.join(' ') ?? rollout.reason,
    path: `/rollouts/${rollout.id}`,
  }
}

const told = ['create-version', 'move-alias', 'delete-alias', 'refuse', 'approve', 'reject'] as const
const isTold = (kind: ModelEvent['kind']): kind is (typeof told)[number] =>
  (told as readonly string[]).includes(kind)

/** What of a model's history a service may have felt. */
export function modelItems(events: readonly ModelEvent[]): TimelineItem[] {
  return events.flatMap((event): TimelineItem[] => {
    const { kind, model, version, alias, previous } = event
    if (!isTold(kind)) return []
    const said = {
      'create-version': [`${model} ${version}`, `Version ${version} of ${model} was made.`, 'idle'],
      'move-alias': [
        `${alias} → ${version}`,
        previous === null
          ? `${alias} of ${model} is version ${version}.`
          : `${alias} of ${model} went from version ${previous} to ${version}.`,
        'accent',
      ],
      'delete-alias': [`${alias} deleted`, `${alias} of ${model}, version ${previous}, was deleted.`, 'warn'],
      refuse: [
        `${version} refused`,
        `Version ${version} of ${model} was kept from being served as ${alias}.`,
        'bad',
      ],
      approve: [`${version} approved`, `Version ${version} of ${model} was approved for ${alias}.`, 'good'],
      reject: [`${version} rejected`, `Version ${version} of ${model} was rejected for ${alias}.`, 'bad'],
    } as const satisfies Record<(typeof told)[number], readonly [string, string, Tone]>
    const [label, text, tone] = said[kind]
    return [
      {
        id: `model ${event.id}`,
        lane: 'Models',
        atMs: ms(event.at),
        untilMs: ms(event.at),
        tone,
        label,
        text: `${text} By ${event.actor_name}.`,
        reason: event.reason === '' ? undefined : event.reason,
        path: modelPath(
          { name: model, tenant: event.tenant },
          version === null ? undefined : String(version),
        ),
      },
    ]
  })
}

/** Those that lie in the span at least in part, the newest first. */
export function within(
  items: readonly TimelineItem[],
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): TimelineItem[] {
  return items
    .filter(({ atMs, untilMs }) => atMs <= toMs && (untilMs === undefined || untilMs >= fromMs))
    .toSorted((left, right) => right.atMs - left.atMs)
}

/** What an item takes of its row, the words beside it included. */
export interface Extent {
  readonly fromMs: number
  readonly toMs: number
}

/** Puts items of a lane into rows in which none lies over another. */
export function packRows(
  items: readonly TimelineItem[],
  extentOf: (item: TimelineItem) => Extent,
): TimelineItem[][] {
  const rows: { items: TimelineItem[]; freeMs: number }[] = []
  const placed = items.map(item => ({ item, ...extentOf(item) }))
  for (const { item, fromMs, toMs } of placed.toSorted((left, right) => left.fromMs - right.fromMs)) {
    const row = rows.find(({ freeMs }) => freeMs <= fromMs)
    if (row) {
      row.items.push(item)
      row.freeMs = toMs
    } else rows.push({ items: [item], freeMs: toMs })
  }
  return rows.map(row => row.items)
}
