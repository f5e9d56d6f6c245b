import { describe, expect, it } from 'bun:test'
import { Registry } from 'prom-client'
import { addingFamily, histogramFamily } from './metric-families.ts'

describe('addingFamily', () => {
  it('gives each scrape all that was added so far', async () => {
    const registry = new Registry()
    const family = addingFamily('counter', {
      name: 'calls_total',
      help: 'Calls.',
      labelNames: ['who'],
      registry,
    })
    const mine = family({ who: 'me' })
    family({ who: 'you' }).add(5)
    mine.add(1)
    expect(await registry.metrics()).toContain('calls_total{who="me"} 1\n')
    mine.add(2)
    const text = await registry.metrics()
    expect(text).toContain('calls_total{who="me"} 3\n')
    expect(text).toContain('calls_total{who="you"} 5\n')
    expect(text).toContain('# TYPE calls_total counter')
  })

  it('counts down as a gauge', async () => {
    const registry = new Registry()
    const series = addingFamily('gauge', { name: 'open', help: 'Open.', labelNames: ['who'], registry })({
      who: 'me',
    })
    series.add(2)
    series.add(-1)
    expect(await registry.metrics()).toContain('open{who="me"} 1\n')
  })
})

describe('histogramFamily', () => {
  it('is written as Prometheus reads it: cumulative buckets, bounds included, sum and count', async () => {
    const registry = new Registry()
    const family = histogramFamily({
      name: 'took_seconds',
      help: 'Took.',
      labelNames: ['who'],
      buckets: [0.1, 1],
      registry,
    })
    const series = family({ who: 'me' })
    for (const value of [0.1, 0.5, 7]) series.observe(value)
    const lines = (await registry.metrics()).split('\n')
    expect(lines).toContain('# TYPE took_seconds histogram')
    expect(lines).toContain('took_seconds_bucket{who="me",le="0.1"} 1')
    expect(lines).toContain('took_seconds_bucket{who="me",le="1"} 2')
    expect(lines).toContain('took_seconds_bucket{who="me",le="+Inf"} 3')
    expect(lines).toContain('took_seconds_sum{who="me"} 7.6')
    expect(lines).toContain('took_seconds_count{who="me"} 3')
  })
})
