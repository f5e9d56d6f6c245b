import { describe, expect, it } from 'bun:test'
import { parsePrometheusText } from './prometheus-text.ts'

describe('parsePrometheusText', () => {
  it('reads names, labels with escapes, numbers of every form, and passes over the rest', () => {
    const text = `# HELP vllm:num_requests_running Number.
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{engine="0",model_name="a \\"b\\", \\\\ {c}"} 3.0
vllm:x_bucket{le="+Inf",} 1e+03 1717171717000
plain 7
unwanted{a="b"} 1
vllm:broken{a=b} 1
vllm:nan NaN
vllm:inf +Inf
`
    expect(parsePrometheusText(text, name => name !== 'unwanted')).toEqual([
      { name: 'vllm:num_requests_running', labels: { engine: '0', model_name: 'a "b", \\ {c}' }, value: 3 },
      { name: 'vllm:x_bucket', labels: { le: '+Inf' }, value: 1000 },
      { name: 'plain', labels: {}, value: 7 },
      { name: 'vllm:inf', labels: {}, value: Number.POSITIVE_INFINITY },
    ])
  })
})
