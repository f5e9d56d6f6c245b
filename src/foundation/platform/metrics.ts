import { readdirSync } from 'node:fs'
import { Counter, Gauge, Registry } from 'prom-client'

export type { Registry as MetricsRegistry } from 'prom-client'

const lagIntervalMs = 1000

/**
 * A registry with the metrics of this process. prom-client's own collection is left alone: on Bun half of it
 * describes a V8 that is not there.
 */
export function createMetricsRegistry(): Registry {
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
  }
  measureEventLoopLag(registers)
  return registry
}

/** The longest delay of a timer since the last scrape: what a request would have waited for. */
function measureEventLoopLag(registers: Registry[]): void {
  let longestMs = 0
  let expectedAtMs = performance.now() + lagIntervalMs
  setInterval(() => {
    longestMs = Math.max(longestMs, performance.now() - expectedAtMs)
    expectedAtMs = performance.now() + lagIntervalMs
  }, lagIntervalMs).unref()
  new Gauge({
    name: 'slipway_event_loop_lag_seconds',
    help: 'The longest time that the event loop was late since the last scrape, in seconds.',
    aggregator: 'max',
    registers,
    collect() {
      this.set(longestMs / 1000)
      longestMs = 0
    },
  })
}
