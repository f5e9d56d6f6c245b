import { describe, expect, it } from 'bun:test'
import { parseConfig } from '../../../foundation/config/index.ts'
import { declaredMonitors } from './declared-monitor.ts'
import { createDatasetTaker } from './take-dataset.ts'

const prompts = Array.from({ length: 120 }, (_, index) => ({
  id: `row-${index}`,
  text:
    index % 3 === 0
      ? `Wo bleibt meine Rechnung vom letzten Monat, Herr Nummer ${index}?`
      : `Where is the parcel that I ordered on Monday, please, case ${index}?`,
}))

function declared(rows: number) {
  const reference = '{ dataset: tickets@3 }'
  const parsed = parseConfig(
    `providers: { p: { kind: openai } }
services:
  vectors: { releases: { v1: { target: { provider: p, model: m } } } }
  s:
    storeContent: true
    cache: { tenants: all, semantic: { embedder: vectors } }
    releases: { v1: { target: { provider: p, model: m } } }
monitors:
  m:
    service: s
    reference: { rows: ${rows} }
    slices: [language]
    streams:
      near: { kind: input-embedding, reference: ${reference} }
      topics: { kind: input-topic, reference: ${reference} }
      words: { kind: input-vocabulary, reference: ${reference} }
`,
    'slipway.yaml',
    {},
  )
  if (!('snapshot' in parsed)) throw new Error(JSON.stringify(parsed.problems))
  const [monitor] = declaredMonitors(parsed.snapshot)
  if (!monitor) throw new Error('There is no monitor.')
  return monitor
}

function open(rows: number) {
  const monitor = declared(rows)
  const asked = { reads: 0, embedded: 0 }
  const taker = createDatasetTaker(
    {
      readPrompts: () => {
        asked.reads += 1
        return Promise.resolve({ version: 'tickets@3', column: 'text', madeAtMs: 1_000, prompts })
      },
      embed: (_, texts) => {
        asked.embedded += texts.length
        return Promise.resolve(
          texts.map(text => (text.startsWith('Wo') ? [1, text.length / 1_000] : [text.length / 1_000, 1])),
        )
      },
    },
    monitor,
    new AbortController().signal,
  )
  const take = async () =>
    await Promise.all(
      monitor.streams.map(async stream => {
        if (
          !('reference' in stream.config) ||
          !stream.config.reference ||
          !('dataset' in stream.config.reference)
        )
          throw new Error('A stream has no dataset.')
        return await taker.take(stream, stream.config.reference, undefined)
      }),
    )
  return { asked, take }
}

describe('createDatasetTaker', () => {
  it('reads and embeds a version once for all streams that are held against it', async () => {
    const { asked, take } = open(100)
    const [near, topics, words] = await take()
    expect(asked).toEqual({ reads: 1, embedded: prompts.length })
    for (const reference of [near, topics, words])
      expect(reference).toMatchObject({
        origin: { kind: 'dataset', version: 'tickets@3', column: 'text' },
        strata: 'none',
      })
    expect(near).toMatchObject({ learned: { dimensions: 2 } })
    // some third of the rows is learned from, of all kinds, although every third row is in German
    const measured = topics && 'histogram' in topics ? topics.histogram : undefined
    const counts = (measured?.counts ?? []).filter(count => count > 0)
    expect(counts.length).toBeGreaterThan(1)
    const sum = counts.reduce((all, count) => all + count, 0)
    expect(sum).toBeGreaterThan(60)
    expect(sum).toBeLessThan(100)
  })

  it('asks no embedder about a version that is too small, and says so', async () => {
    const { asked, take } = open(500)
    const missing = { missing: 'tickets@3 has 120 prompts of the 500 that a reference takes.' }
    expect(await take()).toEqual([missing, missing, missing])
    expect(asked).toEqual({ reads: 1, embedded: 0 })
  })
})
