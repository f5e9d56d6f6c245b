import { describe, expect, it } from 'bun:test'
import { toOtlpSpan } from './otlp-span.ts'
import type { OtlpSpan } from './otlp-span.ts'
import { sampleInference } from './sample-inference.ts'

const providerName = (target: string | undefined): string => target?.split(':')[1] ?? 'none'

function attribute(span: OtlpSpan, key: string): unknown {
  const found = span.attributes.filter(one => one.key === key)
  expect(found.length).toBeLessThanOrEqual(1)
  return found[0]?.value
}

describe('toOtlpSpan', () => {
  it('speaks the GenAI conventions', () => {
    const span = toOtlpSpan(
      sampleInference({ target: 'provider:openai', upstreamModel: 'gpt-5-mini' }),
      providerName,
    )
    expect(span.name).toBe('chat support')
    expect(span.kind).toBe(3)
    expect(span.status).toEqual({ code: 0 })
    expect(attribute(span, 'gen_ai.operation.name')).toEqual({ stringValue: 'chat' })
    expect(attribute(span, 'gen_ai.provider.name')).toEqual({ stringValue: 'openai' })
    expect(attribute(span, 'gen_ai.request.model')).toEqual({ stringValue: 'support' })
    expect(attribute(span, 'gen_ai.response.model')).toEqual({ stringValue: 'gpt-5-mini' })
    expect(attribute(span, 'gen_ai.response.finish_reasons')).toEqual({
      arrayValue: { values: [{ stringValue: 'stop' }] },
    })
    expect(attribute(span, 'gen_ai.response.time_to_first_chunk')).toEqual({ doubleValue: 0.05 })
    expect(attribute(span, 'slipway.cost.nano_usd')).toEqual({ intValue: '1500' })
    expect(attribute(span, 'slipway.snapshot.hash')).toEqual({ stringValue: '0123456789abcdef' })
  })

  it('counts cached tokens among the input and reasoning among the output', () => {
    const span = toOtlpSpan(sampleInference(), providerName)
    expect(attribute(span, 'gen_ai.usage.input_tokens')).toEqual({ intValue: '125' })
    expect(attribute(span, 'gen_ai.usage.output_tokens')).toEqual({ intValue: '50' })
    expect(attribute(span, 'gen_ai.usage.cache_read.input_tokens')).toEqual({ intValue: '20' })
    expect(attribute(span, 'gen_ai.usage.cache_creation.input_tokens')).toEqual({ intValue: '5' })
    expect(attribute(span, 'gen_ai.usage.reasoning.output_tokens')).toEqual({ intValue: '10' })
  })

  it('gives times as whole nanoseconds, exactly', () => {
    const span = toOtlpSpan(
      sampleInference({ startedAtMs: 1_767_225_600_123, latencyMs: 1.25 }),
      providerName,
    )
    expect(span.startTimeUnixNano).toBe('1767225600123000000')
    expect(span.endTimeUnixNano).toBe('1767225600124250000')
  })

  it('marks an error with its type and message', () => {
    const failed = {
      outcome: 'error',
      status: 502,
      failureCode: 'upstream_error',
      failureMessage: 'It broke.',
    } as const
    const span = toOtlpSpan(sampleInference(failed), providerName)
    expect(span.status).toEqual({ code: 2, message: 'It broke.' })
    expect(attribute(span, 'error.type')).toEqual({ stringValue: 'upstream_error' })
  })

  it('leaves out what is not known: usage, cost, parent', () => {
    const span = toOtlpSpan(sampleInference({ usage: undefined, costNanoUsd: undefined }), providerName)
    expect(attribute(span, 'gen_ai.usage.input_tokens')).toBeUndefined()
    expect(attribute(span, 'slipway.cost.nano_usd')).toBeUndefined()
    expect('parentSpanId' in span).toBe(false)
    const child = toOtlpSpan(sampleInference({ parentSpanId: 'b7ad6b7169203331' }), providerName)
    expect(child.parentSpanId).toBe('b7ad6b7169203331')
  })

  it('names each operation as the conventions do', () => {
    const names = (['chat', 'completion', 'embedding'] as const).map(operation =>
      attribute(toOtlpSpan(sampleInference({ operation }), providerName), 'gen_ai.operation.name'),
    )
    expect(names).toEqual([
      { stringValue: 'chat' },
      { stringValue: 'text_completion' },
      { stringValue: 'embeddings' },
    ])
  })
})
