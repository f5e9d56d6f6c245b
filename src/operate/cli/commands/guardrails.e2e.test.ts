import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { readFile, writeFile } from 'node:fs/promises'
import { readInference } from '../../../../test/clients.ts'
import { type FakeProvider, startFakeProvider } from '../../../../test/fake-provider/index.ts'
import { startProduct, type Product } from '../../../../test/product.ts'
import { runCli } from '../run-cli.fixture.ts'

setDefaultTimeout(120_000)

let provider: FakeProvider
let silent: FakeProvider
let product: Product

const slipway = (words: string[]) =>
  runCli(words, { environment: { SLIPWAY_URL: product.url, SLIPWAY_KEY: product.adminKey } })

beforeAll(async () => {
  provider = await startFakeProvider({ text: 'The codeword is swordfish.' })
  silent = await startFakeProvider({})
  silent.behave('silence')
  const dead = (name: string, action: string) => `
  ${name}:
    checks:
      - check: moderation
        on: [output]
        mode: enforce
        waived: an end-to-end test of it
        action: block
        timeoutMs: 300
        onError: ${action}
        onTimeout: ${action}
        message: Ask me later.
        parameters: { service: judges }`
  product = await startProduct({
    config: `
providers:
  up: { kind: openai, baseUrl: '${provider.url}/v1', apiKey: { env: FAKE_KEY } }
  silent: { kind: openai, baseUrl: '${silent.url}/v1', apiKey: { env: FAKE_KEY } }
policies:
  careful:
    checks:
      - check: deny-list
        mode: shadow
        action: block
        timeoutMs: 5000
        parameters: { terms: [swordfish] }
  # three that ask a model which never answers
${['closed', 'open', 'fallback'].map(action => dead(action, action)).join('')}
services:
  judges: { releases: { v1: { target: { provider: silent, model: m } } } }
  desk: { policy: careful, releases: { v1: { target: { provider: up, model: m } } } }
${['closed', 'open', 'fallback']
  .map(
    action => `  ${action}: { policy: ${action}, releases: { v1: { target: { provider: up, model: m } } } }`,
  )
  .join('\n')}
`,
    environment: { FAKE_KEY: 'sk-fake' },
  })
}, 120_000)

afterAll(async () => {
  await product?.stop()
  await provider?.stop()
  await silent?.stop()
}, 120_000)

async function ask(service: string, stream = false): Promise<{ status: number; text: string; id: string }> {
  const response = await fetch(`${product.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: service, stream, messages: [{ role: 'user', content: 'Tell me.' }] }),
  })
  return {
    status: response.status,
    text: await response.text(),
    id: response.headers.get('slipway-inference-id') ?? '',
  }
}

async function verdictOf(id: string): Promise<{ outcome: string; failed: string | null; why: string }> {
  const { verdicts } = (await readInference(product, id)) as {
    verdicts: { outcome: string; failed: string; why: string }[]
  }
  return verdicts[0]!
}

describe('slipway guardrails', () => {
  it('shows policies, the checks that there are and what they said', async () => {
    await ask('desk')
    const { stdout } = await slipway(['guardrails', 'list'])
    expect(stdout).toMatch(
      /careful +[0-9a-f]{16} +desk +deny-list +.*shadow +block +5000 +closed \/ closed +–/,
    )
    expect((await slipway(['guardrails', 'checks'])).stdout).toMatch(/personal-data +deterministic +512/)
    for (let tries = 0; ; tries += 1) {
      const { stdout: verdicts } = await slipway(['guardrails', 'verdicts'])
      if (tries < 200 && !verdicts.includes('desk')) continue
      expect(verdicts).toMatch(/desk +[0-9a-f]{16} +deny-list +output +shadow +block +1 +1 +26 +\d+\.\d{3}/)
      break
    }
  })

  it('lets a check be enforced only on a report of what it would have done', async () => {
    const before = await readFile(product.configFile, 'utf8')
    const publish = async (text: string) => {
      await writeFile(product.configFile, text)
      return await slipway(['config', 'publish', product.configFile])
    }
    const invented = before.replace('mode: shadow', "mode: enforce\n        report: '0123456789abcdef'")
    const refused = await publish(invented)
    expect([refused.code, refused.stderr + refused.stdout]).toEqual([
      1,
      expect.stringMatching(/There is no report `0123456789abcdef`/),
    ])
    const written = await slipway(['guardrails', 'report', 'careful', 'deny-list', '--json'])
    const report = JSON.parse(written.stdout) as {
      hash: string
      content: { looked: number; would_have_acted: number }
    }
    expect(report.content).toMatchObject({ looked: 2, would_have_acted: 1, errors: 0 })
    const enforced = await publish(
      before.replace('mode: shadow', `mode: enforce\n        report: '${report.hash}'`),
    )
    expect([enforced.code, enforced.stderr]).toEqual([0, expect.any(String)])
    expect((await ask('desk')).text).not.toContain('sword')
    expect((await slipway(['guardrails', 'list'])).stdout).toContain(`report ${report.hash}`)
    expect((await slipway(['guardrails', 'reports'])).stdout).toContain(report.hash)
    // what was reported is not what would be enforced
    const other = await publish(
      before.replace(
        'mode: shadow',
        `mode: enforce\n        threshold: 0.9\n        report: '${report.hash}'`,
      ),
    )
    expect(other.stderr + other.stdout).toContain('something of it was changed since')
    const unseen = await slipway(['guardrails', 'report', 'closed', 'moderation'])
    expect([unseen.code, unseen.stderr]).toEqual([1, expect.stringContaining('in shadow')])
  })

  it('does what is declared where a check never answers, and says that it never answered', async () => {
    const seen = await Promise.all(
      ['closed', 'open', 'fallback'].flatMap(service => [ask(service), ask(service, true)]),
    )
    const [closed, closedStream, opened, openedStream, fallback, fallbackStream] = seen
    expect([closed!.status, closed!.text]).toEqual([503, expect.stringContaining('guardrail_unavailable')])
    expect(closedStream!.text).toContain('guardrail_unavailable')
    for (const each of [closed, closedStream, fallback, fallbackStream])
      expect(each!.text).not.toContain('sword')
    expect(opened!.text).toContain('The codeword is swordfish.')
    expect(openedStream!.text).toContain('sword')
    expect(fallback!.text).toContain('Ask me later.')
    expect(fallbackStream!.text).toContain('later')
    const verdicts = await Promise.all(seen.map(({ id }) => verdictOf(id)))
    expect(verdicts.map(({ outcome, failed }) => `${outcome} ${failed}`)).toEqual([
      'timeout closed',
      'timeout closed',
      'timeout open',
      'timeout open',
      'timeout fallback',
      'timeout fallback',
    ])
    const metrics = await fetch(`${product.url}/metrics`, {
      headers: { authorization: `Bearer ${product.adminKey}` },
    })
    expect(await metrics.text()).toMatch(
      /slipway_guardrail_failures_total\{.*service="open".*followed="open".*\} 2/,
    )
    const shown = await slipway(['inference', 'show', opened!.id])
    expect(shown.stdout).toMatch(
      /moderation on output +timeout: it took longer than 300 ms; the text went through unchecked/,
    )
    const list = await slipway(['inference', 'list', '--verdict', 'timeout'])
    expect(list.stdout.split('\n').filter(line => /open|closed|fallback/.test(line)).length).toBe(6)
  })
})
