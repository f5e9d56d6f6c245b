import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'

const ticksPerSecond = Number(spawnSync('getconf', ['CLK_TCK']).stdout.toString()) || 100
const children: ChildProcess[] = []

/** Started here, ended with the run. */
export function keep(child: ChildProcess): ChildProcess {
  children.push(child)
  return child
}

export async function stopAll(): Promise<void> {
  for (const child of children) child.kill('SIGTERM')
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    const gone = new Promise(resolve => child.once('exit', resolve))
    await Promise.race([gone, Bun.sleep(10_000)])
    child.kill('SIGKILL')
  }
}

/** A script beside this file that tells its port as one line of JSON. */
export async function startBun(file: string, ...args: string[]): Promise<{ url: string; pid: number }> {
  const script = path.join(import.meta.dirname, file)
  const child = keep(spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] }))
  const port = await new Promise<number>(resolve =>
    child.stdout?.once('data', (bytes: Buffer) =>
      resolve((JSON.parse(bytes.toString()) as { port: number }).port),
    ),
  )
  return { url: `http://127.0.0.1:${port}`, pid: child.pid ?? 0 }
}

export async function answers(url: string, limitSeconds = 60): Promise<void> {
  for (let attempt = 0; attempt < limitSeconds * 10; attempt += 1) {
    const response = await fetch(url).catch(() => undefined)
    if (response?.ok) return
    await Bun.sleep(100)
  }
  throw new Error(`${url} does not answer within ${limitSeconds} s`)
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  return typeof address === 'object' && address ? address.port : 0
}

/** The process and everything that it has started, as far as it still runs. */
export function treeOf(pid: number): number[] {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const fields = statOf(Number(name))
    if (fields) parents.set(Number(name), Number(fields[1]))
  }
  const isBelow = (one: number): boolean => {
    for (let at: number | undefined = one; at; at = parents.get(at)) if (at === pid) return true
    return false
  }
  return [...parents.keys()].filter(isBelow)
}

/** What the kernel has accounted to these processes, and to those they started that have ended. */
export function cpuSeconds(pids: readonly number[]): number {
  let ticks = 0
  for (const pid of pids) {
    const fields = statOf(pid)
    for (const field of fields?.slice(11, 15) ?? []) ticks += Number(field)
  }
  return ticks / ticksPerSecond
}

export function residentMb(pids: readonly number[]): number {
  let kilobytes = 0
  for (const pid of pids) {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'latin1')
      kilobytes += Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0)
    } catch {
      // gone meanwhile
    }
  }
  return Math.round(kilobytes / 1_024)
}

function statOf(pid: number): string[] | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ')
  } catch {
    return undefined
  }
}
