/** What is wrong, or not, with what runs have left. */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'

export const targets = ['server', 'worker', 'stage', 'postgres'] as const
export type Target = (typeof targets)[number]

export interface Kill {
  readonly target: Target
  readonly at: number
}

interface Attempt {
  readonly state: string
  readonly started_at: string
  readonly ended_at: string | null
}
interface Stage {
  readonly name: string
  readonly kind: string
  readonly state: string
  readonly attempts: readonly Attempt[]
  readonly artifacts: readonly { readonly name: string; readonly type: string; readonly digest: string }[]
}
export interface Run {
  readonly id: string
  readonly state: string
  readonly reason: string | null
  readonly stages: readonly Stage[]
}
interface Version {
  readonly number: number
  readonly files: readonly { readonly path: string; readonly sha256: string }[]
}

export interface Findings {
  readonly runs: number
  readonly succeeded: number
  readonly stages: Readonly<Record<string, number>>
  readonly attempts: number
  readonly attemptsCutOff: number
  /** Stages that have not exactly one attempt that succeeded. */
  readonly appliedTwice: number
  /** Evaluations, tasks on data, training jobs, quantizations and versions of models beyond one for each stage. */
  readonly begunTwice: number
  /** Commands that began while an earlier attempt of their stage was still alive. */
  readonly overlaps: number
  /** Attempts of one stage of which the later began before the earlier had ended. */
  readonly attemptsAtOnce: number
  /** Files of artifacts and models whose bytes are not what their digest says. */
  readonly damaged: number
  readonly filesLookedAt: number
  /** From a kill to the next attempt of any stage that began after it, in seconds. */
  readonly recoverySeconds: Readonly<
    Record<Target, { readonly median: number; readonly longest: number } | null>
  >
}

export const isEnded = ({ state }: Run): boolean => ['succeeded', 'failed', 'cancelled'].includes(state)

type Read = <Answer>(url: string) => Promise<Answer>

export async function findWrongs(
  runs: readonly Run[],
  {
    kills,
    read,
    readBytes,
    ledger,
  }: {
    readonly kills: readonly Kill[]
    readonly read: Read
    readonly readBytes: (url: string) => Promise<Uint8Array>
    readonly ledger: string
  },
): Promise<Findings> {
  const stages = runs.flatMap(run => run.stages)
  const attempts = stages.flatMap(stage => stage.attempts)
  const kinds = Map.groupBy(stages, ({ kind }) => kind)
  const done = (kind: string): number =>
    (kinds.get(kind) ?? []).filter(({ state }) => state === 'succeeded').length
  const begun = (kind: string): number =>
    (kinds.get(kind) ?? []).filter(stage => stage.attempts.length > 0).length
  const evaluations = await readAll(read, '/api/evaluations')
  const tasks = await readAll<{ readonly kind: string }>(read, '/api/dataset-tasks')
  const jobs = await readAll(read, '/api/training/jobs')
  const quantizations = await readAll(read, '/api/quantizations')
  const versions = begun('training') > 0 ? await readAll<Version>(read, '/api/models/chaos/versions') : []
  const beyond = (found: number, wanted: number): number => Math.max(0, found - wanted)
  const files = [
    ...runs.flatMap(run =>
      run.stages.flatMap(stage =>
        stage.artifacts
          .filter(({ type }) => type === 'file')
          .map(({ name, digest }) => ({
            url: `/api/pipeline-runs/${run.id}/artifacts/${encodeURIComponent(stage.name)}/${name}`,
            digest,
          })),
      ),
    ),
    ...versions.flatMap(version =>
      version.files.map(file => ({
        url: `/api/models/chaos/versions/${version.number}/file?path=${encodeURIComponent(file.path)}`,
        digest: file.sha256,
      })),
    ),
  ]
  let damaged = 0
  for (const { url, digest } of files)
    if (
      createHash('sha256')
        .update(await readBytes(url))
        .digest('hex') !== digest
    )
      damaged += 1
  return {
    runs: runs.length,
    succeeded: runs.filter(({ state }) => state === 'succeeded').length,
    stages: Object.fromEntries([...kinds].map(([kind, found]) => [kind, found.length])),
    attempts: attempts.length,
    attemptsCutOff: attempts.filter(({ state }) => state === 'interrupted').length,
    appliedTwice: stages.filter(
      stage =>
        (stage.state === 'succeeded') !==
        (stage.attempts.filter(({ state }) => state === 'succeeded').length === 1),
    ).length,
    begunTwice:
      beyond(evaluations.length, begun('evaluation')) +
      beyond(tasks.filter(({ kind }) => kind === 'check-version').length, begun('dataset-check')) +
      beyond(jobs.length, begun('training')) +
      beyond(quantizations.length, begun('quantize')) +
      // who trained or quantized has left one version, whether or not its stage has heard of it
      beyond(versions.length, begun('training') + begun('quantize')) +
      beyond(done('training') + done('quantize'), versions.length),
    overlaps: (await readFile(path.join(ledger, 'overlaps'), 'utf8').catch(() => ''))
      .split('\n')
      .filter(Boolean).length,
    attemptsAtOnce: stages.reduce((sum, stage) => sum + countAtOnce(stage.attempts), 0),
    damaged,
    filesLookedAt: files.length,
    recoverySeconds: recoveries(kills, attempts),
  }
}

async function readAll<Row = unknown>(read: Read, url: string): Promise<Row[]> {
  const all: Row[] = []
  let cursor: string | null = null
  do {
    const page: { readonly data: Row[]; readonly next_cursor: string | null } = await read(
      `${url}?limit=200${cursor === null ? '' : `&cursor=${cursor}`}`,
    )
    all.push(...page.data)
    cursor = page.next_cursor
  } while (cursor !== null)
  return all
}

function countAtOnce(attempts: readonly Attempt[]): number {
  return attempts
    .slice(1)
    .filter((later, index) => Date.parse(later.started_at) < Date.parse(attempts[index]?.ended_at ?? ''))
    .length
}

function recoveries(kills: readonly Kill[], attempts: readonly Attempt[]): Findings['recoverySeconds'] {
  const begun = attempts.map(({ started_at: at }) => Date.parse(at)).toSorted((a, b) => a - b)
  const of = (target: Target) => {
    const seconds = kills
      .filter(kill => kill.target === target)
      .flatMap(({ at }) => {
        const next = begun.find(time => time > at)
        return next === undefined ? [] : [(next - at) / 1_000]
      })
      .toSorted((a, b) => a - b)
    const round = (value = 0): number => Math.round(value * 10) / 10
    return seconds.length === 0
      ? null
      : { median: round(seconds[Math.floor(seconds.length / 2)]), longest: round(seconds.at(-1)) }
  }
  return { server: of('server'), worker: of('worker'), stage: of('stage'), postgres: of('postgres') }
}

/** Names under the folder for what is not written to its end: no reader sees them, and they go after a day. */
export async function countPartials(dataDirectory: string): Promise<number> {
  const names = await readdir(dataDirectory, { recursive: true })
  return names.filter(name => path.basename(path.dirname(name)) === '.partial').length
}
