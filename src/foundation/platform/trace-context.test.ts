import { describe, expect, it } from 'bun:test'
import { createTraceContext, parseTraceparent } from './trace-context.ts'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const spanId = '00f067aa0ba902b7'

describe('parseTraceparent', () => {
  it('reads the example of the recommendation', () => {
    expect(parseTraceparent(`00-${traceId}-${spanId}-01`)).toEqual({
      traceId,
      parentSpanId: spanId,
      isSampled: true,
    })
    expect(parseTraceparent(`00-${traceId}-${spanId}-00`)?.isSampled).toBe(false)
  })

  it('reads the sampled bit among flags of later levels', () => {
    expect(parseTraceparent(`00-${traceId}-${spanId}-03`)?.isSampled).toBe(true)
    expect(parseTraceparent(`00-${traceId}-${spanId}-02`)?.isSampled).toBe(false)
  })

  it('reads a later version by its first four fields', () => {
    expect(parseTraceparent(`cc-${traceId}-${spanId}-01`)?.traceId).toBe(traceId)
    expect(parseTraceparent(`cc-${traceId}-${spanId}-01-what-the-future-brings`)?.traceId).toBe(traceId)
  })

  for (const [what, header] of [
    ['nothing', null],
    ['an empty header', ''],
    ['version ff', `ff-${traceId}-${spanId}-01`],
    ['more fields than version 00 has', `00-${traceId}-${spanId}-01-more`],
    ['upper-case digits', `00-${traceId.toUpperCase()}-${spanId}-01`],
    ['a trace id of zeros', `00-${'0'.repeat(32)}-${spanId}-01`],
    ['a span id of zeros', `00-${traceId}-${'0'.repeat(16)}-01`],
    ['a short trace id', `00-${traceId.slice(1)}-${spanId}-01`],
    ['a later version that runs on without a dash', `cc-${traceId}-${spanId}-01x`],
  ] as const) {
    it(`takes ${what} for no trace`, () => {
      expect(parseTraceparent(header)).toBeUndefined()
    })
  }
})

describe('createTraceContext', () => {
  it('continues the trace of the caller with a span of its own', () => {
    const context = createTraceContext(`00-${traceId}-${spanId}-00`)
    expect(context.traceId).toBe(traceId)
    expect(context.parentSpanId).toBe(spanId)
    expect(context.spanId).toMatch(/^[0-9a-f]{16}$/)
    expect(context.spanId).not.toBe(spanId)
    expect(context.traceparent).toBe(`00-${traceId}-${context.spanId}-00`)
  })

  it('begins a sampled trace where there is none', () => {
    const context = createTraceContext('nonsense')
    expect(context.parentSpanId).toBeUndefined()
    expect(context.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
    expect(parseTraceparent(context.traceparent)).toEqual({
      traceId: context.traceId,
      parentSpanId: context.spanId,
      isSampled: true,
    })
  })

  it('never gives two requests the same ids', () => {
    const contexts = Array.from({ length: 5_000 }, () => createTraceContext(null))
    expect(new Set(contexts.map(context => context.traceId)).size).toBe(5_000)
    expect(new Set(contexts.map(context => context.spanId)).size).toBe(5_000)
  })
})
