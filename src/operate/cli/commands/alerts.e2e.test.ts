import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { startReceiver } from '../../../../test/receivers.ts'
import { startProduct, type Product } from '../../../../test/product.ts'
import { runCli } from '../run-cli.fixture.ts'

setDefaultTimeout(120_000)

let product: Product
let receiver: Awaited<ReturnType<typeof startReceiver>>

const slipway = (...words: string[]) =>
  runCli(words, { environment: { SLIPWAY_URL: product.url, SLIPWAY_KEY: product.adminKey } })

beforeAll(async () => {
  receiver = await startReceiver()
  product = await startProduct({
    config: `
providers: { gone: { kind: openai-compatible, baseUrl: 'http://127.0.0.1:9/v1' } }
services:
  chat: { releases: { v1: { target: { provider: gone, model: gpt } } }, slos: { available: { objective: 99 } } }
alerts:
  channels:
    hook: { kind: webhook, url: '${receiver.url}/hook', allowPrivate: true }
    inside: { kind: webhook, url: '${receiver.url}/hook' }
`,
  })
}, 120_000)

afterAll(async () => {
  await product?.stop()
  receiver?.stop()
}, 120_000)

describe('slipway alerts', () => {
  it('says that nothing fires, and whether a channel works', async () => {
    expect((await slipway('alerts')).stderr).toContain('Nothing fires.')
    expect((await slipway('alerts', 'test', 'hook')).stdout).toContain('The test got through hook.')
    expect(receiver.take().length).toBe(1)
    const refused = await slipway('alerts', 'test', 'inside')
    expect([refused.code === 0, refused.stderr]).toEqual([
      false,
      expect.stringContaining('allowPrivate: true'),
    ])
    expect((await slipway('alerts', 'test', 'nobody')).stderr).toContain('There is no channel named nobody.')
    expect((await slipway('alerts', 'channels')).stdout).toMatch(/hook +webhook/)
  })
})

describe('slipway silences', () => {
  it('makes, shows and ends one, each in the audit log', async () => {
    const words = ['create', 'service=chat', '--until', '2h', '--reason', 'Maintenance']
    const made = JSON.parse((await slipway('silences', ...words, '--json')).stdout) as { id: string }
    expect((await slipway('silences')).stdout).toMatch(/service=chat .* Maintenance/)
    expect((await slipway('silences', 'end', made.id)).stdout).toContain('has ended')
    expect((await slipway('silences', 'end', made.id)).code).not.toBe(0)
    const response = await fetch(`${product.url}/api/audit?limit=50`, {
      headers: { authorization: `Bearer ${product.adminKey}` },
    })
    const { data } = (await response.json()) as { data: { action: string }[] }
    const actions = data.map(({ action }) => action)
    expect(actions).toContain('alert:silence')
    expect(actions).toContain('alert:unsilence')
    expect(actions).toContain('channel:test')
  })
})

describe('slipway slo and metrics', () => {
  it('show what is promised and what is measured', async () => {
    expect((await slipway('slo')).stdout).toContain('99 % of inferences are answered, over 30d')
    expect((await slipway('metrics', 'list')).stdout).toMatch(/slipway_host_cpu_seconds_total +counter +mode/)
    const wrong = await slipway('metrics', 'query', 'slipway_queue_length', '--measure', 'rate')
    expect(wrong.stderr).toContain('`slipway_queue_length` is a gauge, and has no `rate`.')
  })
})
