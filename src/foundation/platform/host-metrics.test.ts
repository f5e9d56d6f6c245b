import { describe, expect, it } from 'bun:test'
import { tmpdir } from 'node:os'
import { describeMetrics } from './metric-catalogue.ts'
import { networkBytes, parseCpuSeconds, registerHostMetrics } from './host-metrics.ts'
import { createMetricsRegistry } from './metrics.ts'

describe('registerHostMetrics', () => {
  it('says what the machine has, and how much of it is left', async () => {
    const registry = createMetricsRegistry()
    registerHostMetrics(registry, tmpdir())
    const valueOf = async (name: string) =>
      (await registry.getSingleMetric(name)?.get())?.values[0]?.value ?? -1
    for (const what of ['memory', 'disk']) {
      const total = await valueOf(`slipway_host_${what}_total_bytes`)
      const available = await valueOf(`slipway_host_${what}_available_bytes`)
      expect(total).toBeGreaterThan(1e6)
      expect(available).toBeGreaterThan(0)
      expect(available).toBeLessThanOrEqual(total)
    }
    expect(await valueOf('slipway_host_cpus')).toBeGreaterThanOrEqual(1)
    const before = await valueOf('slipway_host_cpu_seconds_total')
    expect(before).toBeGreaterThan(0)
    expect(
      describeMetrics(registry).find(({ name }) => name === 'slipway_host_cpu_seconds_total'),
    ).toMatchObject({
      type: 'counter',
      labels: ['mode'],
    })
  })

  it('reads what Linux writes', () => {
    expect(parseCpuSeconds('cpu  100 20 30 4000 5 6 7 8 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n')).toEqual({
      user: 1.2,
      system: 0.3,
      idle: 40,
      iowait: 0.05,
      other: 0.13,
      steal: 0.08,
    })
    const dev = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 999 1 0 0 0 0 0 0 999 1 0 0 0 0 0 0
  eth0:1000 5 0 0 0 0 0 0 2000 6 0 0 0 0 0 0
  eth1: 10 5 0 0 0 0 0 0 20 6 0 0 0 0 0 0
`
    expect(networkBytes(dev)).toEqual({ received: 1_010, sent: 2_020 })
  })
})
