import { afterAll, describe, expect, it } from 'bun:test'
import { parseConfig } from '../../foundation/config/index.ts'
import { createLogger, createMetricsRegistry } from '../../foundation/platform/index.ts'
import { createServerMetrics, metricPlaces } from './server-metrics.ts'

/** As vLLM 0.11 writes them, shortened. */
const vllm = `# HELP vllm:num_requests_running Number of requests in model execution batches.
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{engine="0",model_name="meta-llama/Llama-3.1-8B-Instruct"} 5.0
vllm:num_requests_running{engine="1",model_name="meta-llama/Llama-3.1-8B-Instruct"} 2.0
vllm:num_requests_waiting{engine="0",model_name="meta-llama/Llama-3.1-8B-Instruct"} 3.0
vllm:kv_cache_usage_perc{engine="0",model_name="meta-llama/Llama-3.1-8B-Instruct"} 0.25
vllm:kv_cache_usage_perc{engine="1",model_name="meta-llama/Llama-3.1-8B-Instruct"} 0.75
vllm:prompt_tokens_total{engine="0",model_name="meta-llama/Llama-3.1-8B-Instruct"} 12345.0
vllm:generation_tokens_total{engine="0",model_name="meta-llama/Llama-3.1-8B-Instruct"} 678.0
python_gc_objects_collected_total{generation="0"} 1.0
`
let status = 200
const server = Bun.serve({ port: 0, fetch: () => new Response(vllm, { status }) })
afterAll(() => server.stop(true))

describe('createServerMetrics', () => {
  it('shows what a vLLM says under our names, and that it is away when it is', async () => {
    const parsed = parseConfig(
      `providers: { gpu: { kind: vllm, baseUrl: 'http://127.0.0.1:${server.port}/v1' } }`,
      'slipway.yaml',
      {},
    )
    if (!('snapshot' in parsed)) throw new Error(JSON.stringify(parsed.problems))
    const registry = createMetricsRegistry()
    const logger = createLogger({ level: 'silent' })
    const metrics = createServerMetrics({ snapshot: () => parsed.snapshot, registry, logger })
    await metrics.read()
    const labels = '{provider="gpu",model="meta-llama/Llama-3.1-8B-Instruct"}'
    const text = await registry.metrics()
    expect(text).toContain(`slipway_server_requests_running${labels} 7\n`)
    expect(text).toContain(`slipway_server_requests_waiting${labels} 3\n`)
    expect(text).toContain(`slipway_server_cache_used_ratio${labels} 0.75\n`)
    expect(text).toContain(`slipway_server_prompt_tokens_total${labels} 12345\n`)
    expect(text).toContain(`slipway_server_generated_tokens_total${labels} 678\n`)
    expect(text).toContain('slipway_server_up{provider="gpu"} 1\n')
    status = 503
    await metrics.read()
    expect(await registry.metrics()).toContain('slipway_server_up{provider="gpu"} 0\n')
    expect(await registry.metrics()).not.toContain('slipway_server_requests_running{')
  })
})

describe('metricPlaces', () => {
  it('reads vLLM by itself, others where the configuration says so', () => {
    const places = metricPlaces({
      gpu: { kind: 'vllm', baseUrl: 'http://gpu:8000/v1' },
      quiet: { kind: 'vllm', baseUrl: 'http://gpu:8001/v1', metrics: false },
      llama: {
        kind: 'openai-compatible',
        baseUrl: 'http://l:8080/v1',
        metrics: { url: 'http://l:8080/metrics' },
      },
      hosted: { kind: 'openai' },
    })
    expect([...places]).toEqual([
      ['gpu', 'http://gpu:8000/metrics'],
      ['llama', 'http://l:8080/metrics'],
    ])
  })
})
