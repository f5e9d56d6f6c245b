import { readdirSync, readFileSync } from 'node:fs'
import type { Registry } from 'prom-client'
import { lateLibraries } from './late-libraries.ts'

export type { Registry as MetricsRegistry } from 'prom-client'

const lagIntervalMs = 1000
/** How long the longest delay is remembered: every reader that looks as often sees it, however many there are. */
const lagMemory = 15

/**
 * A registry with the metrics of this process. prom-client's own collection is left alone: on Bun half of it
 * describes a V8 that is not there.
 */
export function createMetricsRegistry(): Registry {
  const { Counter, Gauge, Registry } = lateLibraries.prometheus()
  const registry = new Registry()
  const registers = [registry]
  const startedAtSeconds = Date.now() / 1000 - process.uptime()

  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'User and system CPU time spent, in seconds.',
    registers,
    collect() {
      const { user, system } = process.cpuUsage()
      this.reset()
      this.inc((user + system) / 1e6)
    },
  })
  new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Resident memory, in bytes.',
    registers,
    collect() {
      this.set(process.memoryUsage.rss())
    },
  })
  new Gauge({
    name: 'process_heap_used_bytes',
    help: 'Memory that JavaScript objects hold, in bytes.',
    registers,
    collect() {
      this.set(process.memoryUsage().heapUsed)
    },
  })
  new Gauge({
    name: 'process_heap_total_bytes',
    help: 'Memory that the JavaScript heap has taken, in bytes.',
    registers,
    collect() {
      this.set(process.memoryUsage().heapTotal)
    },
  })
  new Gauge({
    name: 'process_external_memory_bytes',
    help: 'Memory of buffers and of native code that JavaScript objects hold on to, in bytes.',
    registers,
    collect() {
      this.set(process.memoryUsage().external)
    },
  })
  new Gauge({
    name: 'process_start_time_seconds',
    help: 'When the process started, in seconds since 1970; the oldest of those that share a port.',
    aggregator: 'min',
    registers,
    collect() {
      this.set(startedAtSeconds)
    },
  })
  if (process.platform === 'linux') {
    new Gauge({
      name: 'process_open_fds',
      help: 'Open file descriptors.',
      registers,
      collect() {
        this.set(readdirSync('/proc/self/fd').length)
      },
    })
    const limit = descriptorLimit()
    new Gauge({
      name: 'process_max_fds',
      help: 'File descriptors that the process may have open.',
      aggregator: 'min',
      registers,
      collect() {
        this.set(limit)
      },
    })
  }
  measureEventLoopLag(registers)
  return registry
}

function descriptorLimit(): number {
  const [, soft = ''] = /^Max open files\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
  return soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft)
}

/** The longest delay of a timer in the last seconds: what a request would have waited for. */
function measureEventLoopLag(registers: Registry[]): void {
  const { Gauge } = lateLibraries.prometheus()
  const delaysMs = Array.from({ length: lagMemory }, () => 0)
  let index = 0
  let expectedAtMs = performance.now() + lagIntervalMs
  setInterval(() => {
    delaysMs[index] = Math.max(0, performance.now() - expectedAtMs)
    index = (index + 1) % lagMemory
    expectedAtMs = performance.now() + lagIntervalMs
  }, lagIntervalMs).unref()
  new Gauge({
    name: 'slipway_event_loop_lag_seconds',
    help: 'The longest time that the event loop was late in the last 15 seconds, in seconds.',
    aggregator: 'max',
    registers,
    collect() {
      // what is late now and has not run yet counts too
      this.set(Math.max(...delaysMs, performance.now() - expectedAtMs) / 1000)
    },
  })
}
