import { Counter, Gauge } from 'prom-client'
import type { MetricsRegistry } from '../../foundation/platform/index.ts'

export interface MonitorMetrics {
  /** Values that detectors have taken. */
  moved(monitor: string, values: number): void
  level(monitor: string, stream: string, level: number): void
  raised(monitor: string, stream: string): void
  lost(cause: 'inbox_full' | 'no_texts', count: number): void
  waiting(entries: number): void
  seconds(seconds: number): void
  reset(): void
}

/** Labels are names of monitors and streams of the configuration. */
export function createMonitorMetrics(registry: MetricsRegistry): MonitorMetrics {
  const registers = [registry]
  const moved = new Counter({
    name: 'slipway_monitor_values_total',
    help: 'Values that detectors of a monitor have taken.',
    labelNames: ['monitor'],
    registers,
  })
  const level = new Gauge({
    name: 'slipway_monitor_level',
    help: 'The evidence for a change of the detector of a stream that has most of it, as a share of what raises an alarm.',
    labelNames: ['monitor', 'stream'],
    registers,
  })
  const raised = new Counter({
    name: 'slipway_monitor_alarms_total',
    help: 'Alarms that detectors have raised, those that go on counted once.',
    labelNames: ['monitor', 'stream'],
    registers,
  })
  const lost = new Counter({
    name: 'slipway_monitor_lost_total',
    help: 'Inferences, scores and feedback that no detector sees, by cause.',
    labelNames: ['cause'],
    registers,
  })
  const waiting = new Gauge({
    name: 'slipway_monitor_inbox_entries',
    help: 'Batches of values that wait for detectors.',
    registers,
  })
  const seconds = new Counter({
    name: 'slipway_monitor_seconds_total',
    help: 'Time that moving detectors has taken.',
    registers,
  })
  return {
    moved: (monitor, values) => moved.inc({ monitor }, values),
    level: (monitor, stream, value) => level.set({ monitor, stream }, value),
    raised: (monitor, stream) => raised.inc({ monitor, stream }),
    lost: (cause, count) => lost.inc({ cause }, count),
    waiting: entries => waiting.set(entries),
    seconds: value => seconds.inc(value),
    reset: () => level.reset(),
  }
}
