import { describe, expect, it } from 'bun:test'
import { createMetricsRegistry } from './metrics.ts'

describe('createMetricsRegistry', () => {
  it('tells CPU, memory and start of this process', async () => {
    const text = await createMetricsRegistry().metrics()
    const valueOf = (name: string) => Number(new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1])
    expect(valueOf('process_resident_memory_bytes')).toBeGreaterThan(1e7)
    expect(valueOf('process_cpu_seconds_total')).toBeGreaterThan(0)
    expect(Math.abs(valueOf('process_start_time_seconds') - Date.now() / 1000)).toBeLessThan(3600)
    expect(valueOf('slipway_event_loop_lag_seconds')).toBeGreaterThanOrEqual(0)
  })

  it('counts CPU time up from scrape to scrape', async () => {
    const registry = createMetricsRegistry()
    const seconds = async () =>
      Number(/^process_cpu_seconds_total (.+)$/m.exec(await registry.metrics())?.[1])
    const before = await seconds()
    const endsAtMs = performance.now() + 60
    while (performance.now() < endsAtMs) Math.sqrt(endsAtMs)
    expect(await seconds()).toBeGreaterThan(before)
  })
})
