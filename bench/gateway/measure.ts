import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Contender } from './contender.ts'
import type { LoadResult } from './load-generator.ts'
import type { Load } from './loads.ts'
import { cpuSeconds, residentMb } from './processes.ts'

export interface Measurement extends LoadResult {
  readonly contender: string
  readonly load: string
  readonly rate: number
  readonly cpuMicrosecondsPerRequest: number
  readonly databaseCpuMicrosecondsPerRequest: number
  readonly residentMb: number
  /** Of one core. */
  readonly mockCpuShare: number
}

interface Bench {
  readonly mockPid: number
  /** A folder for plans, which are too long for an argument. */
  readonly data: string
}

/** One contender under one load, the load generator a process of its own. */
export async function measure(
  { mockPid, data }: Bench,
  contender: Contender,
  load: Load,
  seconds: number,
): Promise<Measurement> {
  const plan = path.join(data, 'plan.json')
  const { url, headers } = contender
  writeFileSync(
    plan,
    JSON.stringify({
      url: `${url}/v1/chat/completions`,
      headers,
      body: load.body,
      rate: load.rate,
      seconds,
    }),
  )
  const spent = (): { own: number; database: number; mock: number } => ({
    own: cpuSeconds(contender.pids()),
    database: cpuSeconds(contender.databasePids?.() ?? []),
    mock: cpuSeconds([mockPid]),
  })
  const before = spent()
  const result = await generate(plan)
  const after = spent()
  const micros = (seconds: number): number => Math.round((seconds * 1e6) / result.sent)
  return {
    ...result,
    contender: contender.name,
    load: load.name,
    rate: load.rate,
    cpuMicrosecondsPerRequest: micros(after.own - before.own),
    databaseCpuMicrosecondsPerRequest: micros(after.database - before.database),
    residentMb: residentMb(contender.pids()),
    mockCpuShare: Number(((after.mock - before.mock) / seconds).toFixed(3)),
  }
}

async function generate(plan: string): Promise<LoadResult> {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'load-generator.ts'), plan], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let all = ''
  child.stdout.on('data', (bytes: Buffer) => (all += bytes.toString()))
  await new Promise(resolve => child.once('close', resolve))
  return JSON.parse(all) as LoadResult
}
