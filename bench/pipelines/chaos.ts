/** Kills parts of a server at random while pipelines run, and counts what that did. */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { startFakeProvider } from '../../test/fake-provider/index.ts'
import { type Product, startProduct } from '../../test/product.ts'
import { until } from '../../test/until.ts'

const targets = ['server', 'worker', 'stage', 'postgres'] as const
type Target = (typeof targets)[number]

export interface ChaosResult {
  readonly kills: Readonly<Record<Target, number>>
  readonly runs: number
  readonly succeeded: number
  readonly stages: number
  readonly interruptions: number
  /** Stages that have not exactly one attempt that succeeded. */
  readonly appliedTwice: number
  /** Evaluations and tasks on data beyond one for each stage. */
  readonly begunTwice: number
  /** Commands that began while an earlier attempt of their stage was still alive. */
  readonly overlaps: number
  /** Files whose bytes are not what their digest says. */
  readonly damagedArtifacts: number
  /** Processes of stages that were left, dead or alive. */
  readonly processesLeft: number
  /** From the start of a server that had been killed to the next stage that ended, the longest. */
  readonly longestRecoverySeconds: number
  readonly seconds: number
}

interface Stage {
  readonly name: string
  readonly kind: string
  readonly state: string
  readonly interruptions: number
  readonly ended_at: string | null
  readonly attempts: readonly { readonly state: string }[]
  readonly artifacts: readonly { readonly name: string; readonly type: string; readonly digest: string }[]
}
interface Run {
  readonly id: string
  readonly state: string
  readonly reason: string | null
  readonly stages: readonly Stage[]
}

const workers = 2

/**
 * Writes down who it is, looks whether an earlier one of the same stage lives, works a little and leaves a file. A dead one that nobody has
 * waited for yet still has its number, which a signal would reach, but no environment any more.
 */
const script = `
set -e
mine="$LEDGER/$SLIPWAY_IDEMPOTENCY_KEY"
if test -e "$mine" && grep -qs "SLIPWAY_IDEMPOTENCY_KEY=$SLIPWAY_IDEMPOTENCY_KEY" "/proc/$(cat "$mine")/environ"
then echo "$SLIPWAY_STAGE" >> "$LEDGER/overlaps"; fi
echo $$ > "$mine"
sleep "$WORK"
head -c 200000 /dev/urandom > outputs/bytes
`

const pipelineText = (ledger: string, work: string): string =>
  JSON.stringify({
    pipeline: 'chaos',
    stages: {
      first: command(ledger, work, {}),
      each: { ...command(ledger, work, { bytes: 'first.bytes' }), matrix: { size: ['small', 'large'] } },
      check: { use: 'dataset-check', with: { dataset: 'questions' }, needs: ['first'], cache: false },
      evaluate: {
        use: 'evaluation',
        with: { suite: 'desk' },
        inputs: { data: 'check.dataset' },
        cache: false,
      },
      last: { ...command(ledger, work, { bytes: 'each.bytes', report: 'evaluate.report' }) },
    },
  })

const command = (ledger: string, work: string, inputs: object) => ({
  use: 'command',
  inputs,
  cache: false,
  retries: { most: 2 },
  with: {
    command: ['sh', 'work.sh'],
    files: { 'work.sh': script },
    environment: { LEDGER: ledger, WORK: work },
    outputs: { bytes: 'file' },
  },
})

export async function chaos(options: {
  readonly runs: number
  readonly kills: number
  readonly work: string
  readonly pauseMs: number
  readonly random: () => number
  readonly log: (text: string) => void
}): Promise<ChaosResult> {
  const { log, random } = options
  const startedAt = performance.now()
  const provider = await startFakeProvider({ reply: () => 'yes' })
  const config = `
providers: { fake: { kind: openai, baseUrl: '${provider.url}/v1' } }
services:
  desk: { release: v1, releases: { v1: { target: { provider: fake, model: gpt-one } } } }
pipelines: { commands: { allow: true, atOnce: 8 } }
`
  const environment = { SLIPWAY_WORKERS: String(workers), SLIPWAY_SHUTDOWN_SECONDS: '1' }
  let product = await startProduct({ config, environment, database: 'embedded' })
  const { dataDirectory } = product
  const restart = async (): Promise<Product> =>
    await startProduct({ config, environment, database: 'embedded', dataDirectory })

  async function api<Answer>(method: string, url: string, body?: unknown): Promise<Answer> {
    const response = await fetch(product.url + url, {
      method,
      headers: { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(10_000),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`)
    return (await response.json()) as Answer
  }
  /** Over whatever is dead just now. */
  async function surely<Answer>(method: string, url: string, body?: unknown): Promise<Answer> {
    let answer: { readonly value: Answer } | undefined
    await until(
      async () => {
        answer = await api<Answer>(method, url, body).then(
          value => ({ value }),
          () => undefined,
        )
        return answer !== undefined
      },
      { limitMs: 180_000, everyMs: 200 },
    )
    if (!answer) throw new Error('There was no answer.')
    return answer.value
  }

  const kills: Record<Target, number> = { server: 0, worker: 0, stage: 0, postgres: 0 }
  let longestRecoverySeconds = 0
  try {
    const ledger = path.join(dataDirectory, 'ledger')
    await Bun.write(path.join(ledger, 'begun'), '')
    await surely('POST', '/api/datasets', {
      name: 'questions',
      definition: 'key: id\ncolumns:\n  id: {}\n  number: {}\n  answer: { role: expected }\n',
    })
    await surely('POST', '/api/datasets/questions/commits', {
      message: 'rows',
      upserts: Array.from({ length: 8 }, (_, number) => ({ id: `q${number}`, number, answer: 'yes' })),
    })
    await surely('PUT', '/api/evaluation-suites', {
      text: 'suite: desk\ndataset: questions\nrequest: { prompt: "Is {{number}} one?" }\nreleases: [desk]\nevaluators: [exact]\n',
    })
    await surely('PUT', '/api/pipelines', { text: pipelineText(ledger, options.work) })
    const ids: string[] = []
    for (let count = 0; count < options.runs; count += 1)
      ids.push(
        (await surely<Run>('POST', '/api/pipeline-runs', { pipeline: 'chaos', key: `chaos-${count}` })).id,
      )

    const ended = async (): Promise<number> => {
      const found = await Promise.all(ids.map(id => surely<Run>('GET', `/api/pipeline-runs/${id}`)))
      return found.filter(isEnded).length
    }
    // each target once at least, then as it comes
    for (let count = 0; count < options.kills; count += 1) {
      await Bun.sleep(options.pauseMs * (0.5 + random()))
      if ((await ended()) === ids.length) break
      const target = targets[count] ?? targets[Math.floor(random() * targets.length)] ?? 'stage'
      // between two stages there may be none for a moment
      let pid = await pidOf(target, product, random)
      for (let tries = 0; pid === undefined && tries < 50; tries += 1) {
        await Bun.sleep(100)
        pid = await pidOf(target, product, random)
      }
      if (pid === undefined) continue
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        continue
      }
      kills[target] += 1
      log(`${count + 1}: killed ${target} ${pid}`)
      if (target !== 'server') continue
      await product.exited
      // its commands end with it, not when another server comes
      await until(async () => (await stageProcesses(dataDirectory)).length === 0)
      const readyAt = performance.now()
      product = await restart()
      await until(async () => (await stagesUnderWay(ids, surely)) !== 'none', {
        limitMs: 60_000,
        everyMs: 100,
      })
      longestRecoverySeconds = Math.max(longestRecoverySeconds, (performance.now() - readyAt) / 1_000)
    }
    await until(async () => (await ended()) === ids.length, { limitMs: 300_000, everyMs: 500 })

    const runs = await Promise.all(ids.map(id => surely<Run>('GET', `/api/pipeline-runs/${id}`)))
    const stages = runs.flatMap(run => run.stages)
    for (const run of runs)
      if (run.state !== 'succeeded') log(`run ${run.id} ${run.state}: ${run.reason ?? ''}`)
    const evaluations = await surely<{ data: unknown[] }>('GET', '/api/evaluations?limit=200')
    const tasks = await surely<{ data: { kind: string }[] }>('GET', '/api/dataset-tasks?limit=200')
    const checks = tasks.data.filter(({ kind }) => kind === 'check-version')
    const of = (kind: string): number => stages.filter(stage => stage.kind === kind).length
    return {
      kills,
      runs: runs.length,
      succeeded: runs.filter(({ state }) => state === 'succeeded').length,
      stages: stages.length,
      interruptions: stages.reduce((sum, { interruptions }) => sum + interruptions, 0),
      appliedTwice: stages.filter(
        ({ state, attempts }) =>
          (state === 'succeeded') !== (attempts.filter(one => one.state === 'succeeded').length === 1),
      ).length,
      begunTwice:
        Math.max(0, evaluations.data.length - of('evaluation')) +
        Math.max(0, checks.length - of('dataset-check')),
      overlaps: (await readFile(path.join(ledger, 'overlaps'), 'utf8').catch(() => ''))
        .split('\n')
        .filter(Boolean).length,
      damagedArtifacts: await countDamaged(runs, product),
      processesLeft: (await stageProcesses(dataDirectory)).length + (await zombiesOf(product.pid)),
      longestRecoverySeconds: Math.round(longestRecoverySeconds * 10) / 10,
      seconds: Math.round((performance.now() - startedAt) / 1_000),
    }
  } finally {
    await product.stop()
    await provider.stop()
  }
}

const isEnded = ({ state }: Run): boolean => ['succeeded', 'failed', 'cancelled'].includes(state)

/** Whether any stage works, or all runs have ended. */
async function stagesUnderWay(
  ids: readonly string[],
  surely: <Answer>(method: string, url: string) => Promise<Answer>,
): Promise<'some' | 'none' | 'over'> {
  const runs = await Promise.all(ids.map(id => surely<Run>('GET', `/api/pipeline-runs/${id}`)))
  if (runs.every(isEnded)) return 'over'
  // what an owner who is gone has left says running too: somebody has to have taken it up
  const running = runs.flatMap(run => run.stages.filter(stage => stage.state === 'running'))
  return running.some(stage => stage.attempts.at(-1)?.state === 'running' && stage.interruptions > 0) ||
    runs.some(run => run.stages.some(stage => stage.interruptions === 0 && stage.state === 'running'))
    ? 'some'
    : 'none'
}

async function pidOf(target: Target, product: Product, random: () => number): Promise<number | undefined> {
  if (target === 'server') return product.pid
  if (target === 'worker') {
    const ready = product.lines.filter(line => line.includes('A worker is ready.')).at(-1)
    return ready === undefined ? undefined : (JSON.parse(ready) as { pid?: number; msg: string }).pid
  }
  if (target === 'postgres') {
    const [file] = (await readdir(product.dataDirectory, { recursive: true })).filter(name =>
      name.endsWith('postmaster.pid'),
    )
    const text =
      file === undefined ? '' : await readFile(path.join(product.dataDirectory, file), 'utf8').catch(() => '')
    return Number(text.split('\n')[0]) || undefined
  }
  const processes = await stageProcesses(product.dataDirectory)
  return processes[Math.floor(random() * processes.length)]
}

/** Processes in whose environment the folder of a stage stands. */
async function stageProcesses(dataDirectory: string): Promise<number[]> {
  const found: number[] = []
  for (const id of (await readdir('/proc')).filter(name => /^\d+$/.test(name))) {
    const environment = await readFile(`/proc/${id}/environ`, 'latin1').catch(() => '')
    if (environment.includes(`SLIPWAY_STAGE_FOLDER=${dataDirectory}/pipelines/`)) found.push(Number(id))
  }
  return found
}

async function zombiesOf(parent: number): Promise<number> {
  let zombies = 0
  for (const id of (await readdir('/proc')).filter(name => /^\d+$/.test(name))) {
    const text = await readFile(`/proc/${id}/stat`, 'latin1').catch(() => '')
    const [state, ppid] = text.slice(text.lastIndexOf(')') + 2).split(' ')
    if (state === 'Z' && Number(ppid) === parent) zombies += 1
  }
  return zombies
}

async function countDamaged(runs: readonly Run[], product: Product): Promise<number> {
  let damaged = 0
  for (const run of runs)
    for (const stage of run.stages)
      for (const { name, type, digest } of stage.artifacts) {
        if (type !== 'file') continue
        const url = `${product.url}/api/pipeline-runs/${run.id}/artifacts/${encodeURIComponent(stage.name)}/${name}`
        const response = await fetch(url, { headers: { authorization: `Bearer ${product.adminKey}` } })
        const bytes = new Uint8Array(await response.arrayBuffer())
        if (createHash('sha256').update(bytes).digest('hex') !== digest) damaged += 1
      }
  return damaged
}
