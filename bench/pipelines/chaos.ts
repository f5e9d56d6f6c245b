/** Kills parts of a server at random while pipelines run, and counts what that did. */
import { readdir, readFile, rm } from 'node:fs/promises'
import { loadavg } from 'node:os'
import path from 'node:path'
import { startFakeProvider } from '../../test/fake-provider/index.ts'
import { type Product, startProduct } from '../../test/product.ts'
import { until } from '../../test/until.ts'
import {
  countPartials,
  type Findings,
  findWrongs,
  isEnded,
  type Kill,
  type Run,
  type Target,
  targets,
} from './chaos-findings.ts'
import { prepareChaos } from './chaos-pipelines.ts'
import { processesWith, stageProcesses, zombiesBelow } from './process-table.ts'

export interface ChaosResult extends Findings {
  readonly kills: Readonly<Record<Target, number>>
  /** Dead processes below the server that nobody has waited for, when all runs had ended. */
  readonly zombies: number
  /** Processes of stages when all runs had ended, and of anything of the product after it was stopped. */
  readonly processesLeft: number
  /** Files that a killed writer has left aside; nobody takes them for an object. */
  readonly partialFiles: number
  readonly loadAverage: { readonly least: number; readonly most: number }
  readonly seconds: number
}

const workers = 2

export async function chaos(options: {
  /** How many runs are open at least while kills remain. */
  readonly open: number
  readonly kills: number
  /** Each so many runs one trains and quantizes; 0 for none. */
  readonly modelEvery: number
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

  const send = async (method: string, url: string, body?: unknown): Promise<Response> => {
    const response = await fetch(product.url + url, {
      method,
      headers: { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(10_000),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`)
    return response
  }
  /** Over whatever is dead just now. */
  async function surely<Answer>(method: string, url: string, body?: unknown): Promise<Answer> {
    let answer: { readonly value: Answer } | undefined
    let error: unknown
    await until(
      async () => {
        try {
          answer = { value: (await (await send(method, url, body)).json()) as Answer }
        } catch (caught) {
          error = caught
        }
        return answer !== undefined
      },
      { limitMs: 180_000, everyMs: 200 },
    ).catch(() => undefined)
    if (!answer) throw error
    return answer.value
  }

  const kills: Kill[] = []
  const loads: number[] = []
  const ended = new Map<string, Run>()
  const open = new Set<string>()
  try {
    const ledger = path.join(dataDirectory, 'ledger')
    await Bun.write(path.join(ledger, 'begun'), '')
    await prepareChaos(surely, ledger, options.work)

    const beginMore = async (): Promise<void> => {
      while (open.size < options.open) {
        const count = open.size + ended.size
        const isModel = options.modelEvery > 0 && count % options.modelEvery === 0
        const run = await surely<Run>('POST', '/api/pipeline-runs', {
          pipeline: isModel ? 'chaos-models' : 'chaos',
          key: `chaos-${count}`,
          ...(isModel && { parameters: { seed: count + 1 } }),
        })
        open.add(run.id)
      }
    }
    const look = async (): Promise<void> => {
      for (const id of open) {
        const run = await surely<Run>('GET', `/api/pipeline-runs/${id}`)
        if (!isEnded(run)) continue
        open.delete(id)
        ended.set(id, run)
        if (run.state !== 'succeeded') log(`run ${id} ${run.state}: ${run.reason ?? ''}`)
      }
    }

    await beginMore()
    while (kills.length < options.kills) {
      await Bun.sleep(options.pauseMs * (0.5 + random()))
      await look()
      await beginMore()
      // each target once at least, then as it comes
      const target =
        targets[kills.length] ?? targets[Math.floor(random() * targets.length)] ?? ('stage' as const)
      // between two stages there may be none for a moment
      let pid: number | undefined
      for (let tries = 0; pid === undefined && tries < 50; tries += 1) {
        if (tries > 0) await Bun.sleep(100)
        pid = await pidOf(target, product, random)
      }
      if (pid === undefined) continue
      const at = Date.now()
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        continue
      }
      kills.push({ target, at })
      loads.push(loadavg()[0] ?? 0)
      log(`${kills.length}: killed ${target} ${pid}; ${ended.size} runs have ended, ${open.size} are open`)
      if (target !== 'server') continue
      await product.exited
      // its commands end with it, not when another server comes
      await until(async () => (await stageProcesses(dataDirectory)).length === 0)
      product = await restart()
    }
    await until(
      async () => {
        await look()
        return open.size === 0
      },
      { limitMs: 600_000, everyMs: 500 },
    )

    const findings = await findWrongs([...ended.values()], {
      kills,
      ledger,
      read: async url => await surely('GET', url),
      readBytes: async url => new Uint8Array(await (await send('GET', url)).arrayBuffer()),
    })
    const stagesLeft = (await stageProcesses(dataDirectory)).length
    const zombies = await zombiesBelow(product.pid)
    const partialFiles = await countPartials(dataDirectory)
    await product.stop()
    const isAllGone = async (): Promise<boolean> => (await processesWith(dataDirectory)).length === 0
    await until(isAllGone, { limitMs: 20_000, everyMs: 200 }).catch(() => undefined)
    return {
      kills: Object.fromEntries(
        targets.map(target => [target, kills.filter(kill => kill.target === target).length]),
      ) as Record<Target, number>,
      ...findings,
      zombies,
      processesLeft: stagesLeft + (await processesWith(dataDirectory)).length,
      partialFiles,
      loadAverage: { least: Math.min(...loads), most: Math.max(...loads) },
      seconds: Math.round((performance.now() - startedAt) / 1_000),
    }
  } finally {
    await product.stop()
    await provider.stop()
    await rm(dataDirectory, { recursive: true, force: true })
  }
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
