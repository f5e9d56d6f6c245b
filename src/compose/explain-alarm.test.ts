import { describe, expect, it } from 'bun:test'
import { parseConfig } from '../foundation/config/index.ts'
import { Failure } from '../foundation/platform/index.ts'
import type { MonitorAlarm } from '../observe/monitors/index.ts'
import { explainAlarm } from './explain-alarm.ts'

const at = (hour: number): Date => new Date(Date.UTC(2026, 10, 20, hour))

function alarm(reference: object): MonitorAlarm {
  return {
    id: 'alarm',
    monitor: 'quality',
    service: 'support',
    stream: 'liked',
    detector: 'below',
    raisedAt: at(12),
    lastRaisedAt: at(12),
    raises: 1,
    sinceAt: at(10),
    endedAt: undefined,
    endedBecause: undefined,
    summary: 'It has fallen.',
    evidence: { reference: { from: at(0).toISOString(), until: at(6).toISOString(), ...reference } },
    report: undefined,
    isReportDue: true,
  }
}

function configured(streams: string) {
  const parsed = parseConfig(
    `services: { support: { storeContent: true, releases: { v1: { target: { provider: p, model: m } } } } }
providers: { p: { kind: openai } }
monitors: { quality: { service: support, streams: { ${streams} } } }`,
    'slipway.yaml',
    {},
  )
  if (!('snapshot' in parsed)) throw new Error(JSON.stringify(parsed.problems))
  return parsed.snapshot.config
}

async function explain(reference: object, streams = 'liked: { kind: feedback }') {
  const asked: unknown[] = []
  const said = await explainAlarm(
    {
      start: (...given) => {
        asked.push(given[1])
        return Promise.reject(new Failure('conflict', 'It was not begun.'))
      },
    },
    configured(streams),
    alarm(reference),
  )
  return { said, asked: asked[0] as Record<string, unknown> | undefined }
}

describe('explainAlarm', () => {
  it('compares what the reference was taken from with what came since the change', async () => {
    const { said, asked } = await explain({})
    expect(asked).toMatchObject({
      reference: { service: 'support', since: at(0).toISOString(), until: at(6).toISOString() },
      current: { service: 'support', since: at(10).toISOString(), until: '2026-11-20T12:00:01.000Z' },
      texts: false,
    })
    expect(said).toEqual({ not_explained: 'It was not begun.' })
  })

  it('reads what was asked where the monitor does', async () => {
    const { asked } = await explain({}, 'liked: { kind: feedback }, words: { kind: input-vocabulary }')
    expect(asked).toMatchObject({ texts: true })
  })

  it('compares the release with itself where it was held against an evaluation', async () => {
    const { asked } = await explain({ origin: { kind: 'evaluation', release: 'v1' } })
    expect(asked).toMatchObject({
      reference: { release: 'v1', since: at(6).toISOString(), until: at(10).toISOString() },
      current: { release: 'v1', since: at(10).toISOString() },
    })
    const early = await explain({
      until: at(11).toISOString(),
      origin: { kind: 'evaluation', release: 'v1' },
    })
    expect(early.asked).toBeUndefined()
    expect(early.said).toEqual({ not_explained: expect.stringContaining('no traffic between') as string })
  })

  it('compares questions with a version of a dataset', async () => {
    const origin = { kind: 'dataset', version: 'tickets@3', column: 'text', tenant: 'default' }
    expect((await explain({ origin })).asked).toMatchObject({
      reference: { dataset: 'tickets@3' },
      columns: [{ name: 'text', current: 'question' }],
    })
  })
})
