import { describe, expect, it } from 'bun:test'
import { Counter, Gauge, Registry } from 'prom-client'
import { histogramFamily } from '../../foundation/platform/index.ts'
import { createMetricsSum } from './sum-metrics.ts'

async function processOf(calls: number, open: number): Promise<unknown> {
  const registry = new Registry()
  new Counter({ name: 'calls_total', help: 'Calls.', labelNames: ['who'], registers: [registry] }).inc(
    { who: 'acme' },
    calls,
  )
  new Gauge({ name: 'open', help: 'Open.', registers: [registry] }).set(open)
  new Gauge({ name: 'oldest', help: 'Oldest.', aggregator: 'max', registers: [registry] }).set(open)
  const seconds = histogramFamily({ name: 'seconds', help: 'S.', labelNames: [], registry, buckets: [1] })({})
  for (let call = 0; call < calls; call += 1) seconds.observe(0.5)
  return JSON.parse(JSON.stringify(await registry.getMetricsAsJSON()))
}

describe('createMetricsSum', () => {
  it('adds what processes count, and takes the highest of what asks for it', async () => {
    const sum = createMetricsSum()
    const text = await sum.text(
      new Map([
        ['0', await processOf(2, 3)],
        ['1', await processOf(5, 4)],
      ]),
    )
    expect(text).toContain('calls_total{who="acme"} 7')
    expect(text).toContain('\nopen 7')
    expect(text).toContain('\noldest 4')
    expect(text).toContain('seconds_bucket{le="1"} 7')
    expect(text).toContain('seconds_count 7')
  })

  it('never falls when a process dies: what it counted stays, what it held goes', async () => {
    const sum = createMetricsSum()
    const first = await processOf(2, 3)
    await sum.text(
      new Map([
        ['0', first],
        ['1', await processOf(5, 4)],
      ]),
    )
    sum.forget('1')
    const dead = await sum.text(new Map([['0', first]]))
    expect(dead).toContain('calls_total{who="acme"} 7')
    expect(dead).toContain('\nopen 3')
    const next = new Map([
      ['0', first],
      ['1', await processOf(1, 1)],
    ])
    const reborn = await sum.text(next)
    expect(reborn).toContain('calls_total{who="acme"} 8')
    expect(reborn).toContain('seconds_count 8')
    sum.forget('1')
    expect(await sum.text(new Map([['0', first]]))).toContain('calls_total{who="acme"} 8')
  })

  it('takes one that does not answer as it last was', async () => {
    const sum = createMetricsSum()
    const first = await processOf(2, 3)
    await sum.text(
      new Map([
        ['0', first],
        ['1', await processOf(5, 4)],
      ]),
    )
    expect(await sum.text(new Map([['0', first]]))).toContain('\nopen 7')
  })
})
