import { readFileSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import os from 'node:os'
import type { Registry } from 'prom-client'
import { lateLibraries } from './late-libraries.ts'

/**
 * What the machine has and how much of it is used, as far as this process may see: a container sees the processor and
 * the network of its own, and the memory that it may have at most. Registered in one process of a server only. What
 * only Linux tells (network, pressure, the limit of a container) is not there elsewhere, instead of being 0.
 */
export function registerHostMetrics(registry: Registry, folder: string): void {
  const { Counter, Gauge } = lateLibraries.prometheus()
  const registers = [registry]
  const gauge = (name: string, help: string, read: () => number | Promise<number>): void => {
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        this.set(await read())
      },
    })
  }
  new Counter({
    name: 'slipway_host_cpu_seconds_total',
    help: 'Time that all cores spent, by what on.',
    labelNames: ['mode'],
    registers,
    collect() {
      this.reset()
      for (const [mode, seconds] of Object.entries(cpuSeconds())) this.inc({ mode }, seconds)
    },
  })
  gauge('slipway_host_cpus', 'Cores that this process may use.', () => os.availableParallelism())
  gauge(
    'slipway_host_load_average',
    'Processes that ran or wanted to, over the last minute.',
    () => os.loadavg()[0] ?? 0,
  )
  gauge(
    'slipway_host_memory_total_bytes',
    'Memory of the machine, or the most that the container may have.',
    () => Math.min(os.totalmem(), containerMemory('memory.max') ?? Number.POSITIVE_INFINITY),
  )
  gauge('slipway_host_memory_available_bytes', 'Memory that programs could still get.', availableMemory)
  const disk = async (part: 'blocks' | 'bavail'): Promise<number> => {
    const { bsize, ...state } = await statfs(folder)
    return state[part] * bsize
  }
  gauge('slipway_host_disk_total_bytes', 'Size of the disk that the data folder is on.', () => disk('blocks'))
  gauge('slipway_host_disk_available_bytes', 'What is free of it.', () => disk('bavail'))
  if (process.platform !== 'linux') return
  new Counter({
    name: 'slipway_host_network_bytes_total',
    help: 'Bytes over all network interfaces but the loopback, by direction.',
    labelNames: ['direction'],
    registers,
    collect() {
      this.reset()
      const { received, sent } = networkBytes(readFileSync('/proc/net/dev', 'utf8'))
      this.inc({ direction: 'in' }, received)
      this.inc({ direction: 'out' }, sent)
    },
  })
}

/** Of all cores together. On Linux the time that waits for a disk is told apart from being idle. */
function cpuSeconds(): Record<string, number> {
  if (process.platform === 'linux') return parseCpuSeconds(readFileSync('/proc/stat', 'utf8'))
  const seconds = { user: 0, system: 0, idle: 0, other: 0 }
  for (const { times } of os.cpus()) {
    seconds.user += (times.user + times.nice) / 1_000
    seconds.system += times.sys / 1_000
    seconds.idle += times.idle / 1_000
    seconds.other += times.irq / 1_000
  }
  return seconds
}

/** The kernel counts in hundredths of a second (`USER_HZ`, proc_stat(5)). */
export function parseCpuSeconds(stat: string): Record<string, number> {
  const [, ...numbers] = /^cpu +(\d.*)$/m.exec(stat)?.[0].split(/ +/) ?? []
  const at = (index: number): number => Number(numbers[index] ?? 0) / 100
  return {
    user: at(0) + at(1),
    system: at(2),
    idle: at(3),
    iowait: at(4),
    steal: at(7),
    other: at(5) + at(6),
  }
}

/** Lines of proc_net_dev(5): name, then 8 fields of what came in and 8 of what went out, bytes first. */
export function networkBytes(dev: string): { received: number; sent: number } {
  let received = 0
  let sent = 0
  for (const line of dev.split('\n')) {
    const [name, fields] = line.split(':')
    if (fields === undefined || name?.trim() === 'lo') continue
    const numbers = fields.trim().split(/ +/)
    received += Number(numbers[0] ?? 0)
    sent += Number(numbers[8] ?? 0)
  }
  return { received, sent }
}

function availableMemory(): number {
  const limit = containerMemory('memory.max')
  const used = containerMemory('memory.current')
  const ofMachine =
    process.platform === 'linux'
      ? Number(/^MemAvailable: +(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1] ?? 0) * 1_024
      : os.freemem()
  return limit === undefined || used === undefined
    ? ofMachine
    : Math.min(ofMachine, Math.max(0, limit - used))
}

/** A file of the second cgroup hierarchy; `undefined` where there is none, or no limit. */
function containerMemory(file: string): number | undefined {
  if (process.platform !== 'linux') return undefined
  try {
    const text = readFileSync(`/sys/fs/cgroup/${file}`, 'utf8').trim()
    return /^\d+$/.test(text) ? Number(text) : undefined
  } catch {
    return undefined
  }
}
