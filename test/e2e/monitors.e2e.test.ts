import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { runCli } from '../../src/operate/cli/run-cli.fixture.ts'
import { type EvaluatedMonitor, startEvaluatedMonitor } from '../evaluated-monitor.ts'
import { until } from '../until.ts'

setDefaultTimeout(120_000)

let monitor: EvaluatedMonitor

async function told(...words: string[]): Promise<string> {
  const { url, adminKey } = monitor.product
  const environment = { SLIPWAY_URL: url, SLIPWAY_KEY: adminKey }
  const { code, stdout, stderr } = await runCli(['monitor', ...words], { environment })
  expect([code, stderr]).toEqual([0, ''])
  return stdout
}

beforeAll(async () => {
  monitor = await startEvaluatedMonitor()
})

afterAll(async () => {
  await monitor?.[Symbol.asyncDispose]()
})

describe('a monitor that is held against an evaluation', () => {
  it('says which newer run of the same release has ended, takes it when told, and says where its evaluator is unlike the judge', async () => {
    const held = async () => await monitor.held()
    const first = await monitor.evaluate()
    expect(await told('reference', 'asked', '--stream', 'tone')).toContain('takes a new reference')
    await until(async () => (await held())?.in_words.includes(first) === true)
    expect((await held())?.newer_run).toBeNull()
    expect((await held())?.unlike_judge).toBeNull()
    expect(await told('show', 'asked')).not.toMatch(/newer|differ/)

    const second = await monitor.evaluate('Is it right?')
    expect((await held())?.newer_run).toMatchObject({ id: second, examples: 30 })
    const shown = await told('show', 'asked')
    expect(shown).toContain(
      `tone: A newer completed run of triage has asked the same release: ${second}, which ended at `,
    )
    expect(shown).toContain('`slipway monitor reference asked --stream tone`')
    await told('reference', 'asked', '--stream', 'tone')
    await until(async () => (await held())?.in_words.includes(second) === true)
    expect((await held())?.newer_run).toBeNull()
    expect(await told('show', 'asked')).toContain(
      'tone: polite in that run did not measure just what the judge tone does. They differ in the text of the rubric.',
    )
  })

  it('takes the reference of one stream without a window, and of none that there is not', async () => {
    const address = '/api/monitors/asked/reference'
    const both = await monitor.call(address, { from: '2026-01-01T00:00:00Z', stream: 'tone' })
    expect([both.status, JSON.stringify(both.body)]).toEqual([
      400,
      expect.stringContaining('leave them out beside `stream`'),
    ])
    expect((await monitor.call(address, { stream: 'tnoe' })).status).toBe(404)
    // others are sliced by what its reference calls topics
    const topics = await monitor.call('/api/monitors/sliced/reference', { stream: 'about' })
    expect([topics.status, JSON.stringify(topics.body)]).toEqual([
      400,
      expect.stringContaining('go by the topics of about'),
    ])
  })
})
