import { afterEach, beforeEach, describe, expect, it } from 'bun:test'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { hashText } from '../../foundation/statistics/index.ts'
import { dayMs, english, hourMs, type MonitorBench, openMonitorBench } from './monitor-bench.fixture.ts'
import { unpackHashes } from './reference/packed.ts'
import { readReferences } from './state-store.ts'

const config = `engines: { e: { model: builtin:support } }
services:
  vectors: { releases: { v1: { target: { engine: e } } } }
  support:
    storeContent: masked
    cache: { tenants: all, semantic: { embedder: vectors } }
    releases: { v1: { target: { engine: e } } }
monitors:
  quality:
    service: support
    reference: { window: 20d, rows: 100 }
    slices: [language, topic]
    streams:
      failing: { kind: errors }
      long: { kind: input-length }
      words: { kind: input-vocabulary }
      languages: { kind: input-language }
      near: { kind: input-embedding }
      topics: { kind: input-topic }
      form: { kind: output-format }
      liked: { kind: feedback }
`
/** What a client says that wants nothing learned from it. */
const secret = 'My xylophone is broken, und niemand will mir das reparieren, kann jemand helfen?'

let embedder: Server
let heard: string[]
let bench: MonitorBench

beforeEach(async () => {
  heard = []
  embedder = createServer((request, response) => {
    void json(request).then(body => {
      const { input } = body as { input: string[] }
      heard.push(...input)
      const vectors = input.map((_, index) => [1, index % 3, index % 7])
      response.end(JSON.stringify(vectors))
    })
  })
  await new Promise<void>(resolve => embedder.listen(0, '127.0.0.1', resolve))
  const { port } = embedder.address() as AddressInfo
  bench = await openMonitorBench(config, async (service, input, signal) => {
    const response = await fetch(`http://127.0.0.1:${port}/${service}`, {
      method: 'POST',
      body: JSON.stringify({ input }),
      signal,
    })
    return (await response.json()) as number[][]
  })
})
afterEach(async () => {
  await bench[Symbol.asyncDispose]()
  embedder.closeAllConnections()
  await new Promise(resolve => embedder.close(resolve))
})

describe('a request that refuses training', () => {
  it('counts with its numbers, while its texts reach no embedder and nothing is learned from them', async () => {
    const begin = Date.now() - 3 * dayMs
    bench.nowMs = begin + dayMs
    const mixed = async (fromMs: number, untilMs: number): Promise<string[]> =>
      await bench.serve(240, fromMs, untilMs, 'mixed', (index, random) =>
        index % 2 === 0 ? { question: random.pick(english) } : { question: secret, noTraining: 'header' },
      )
    await mixed(begin, bench.nowMs)
    const mover = bench.startMover()
    await mover.move(bench.nowMs)
    expect(new Set(Object.values(await bench.states()))).toEqual(new Set(['watching', 'learning']))
    const references = (await readReferences(bench.test.database, ['quality'])).get('quality') ?? []
    const rows = Object.fromEntries(references.map(({ stream, reference }) => [stream, reference.rows]))
    expect(rows).toEqual({
      failing: 240,
      long: 240,
      words: 120,
      languages: 120,
      near: 120,
      topics: 120,
      form: 120,
    })
    const vocabulary = references.find(({ stream }) => stream === 'words')?.reference.learned.vocabulary
    expect(unpackHashes(vocabulary ?? '').has(hashText('parcel'))).toBe(true)
    expect(unpackHashes(vocabulary ?? '').has(hashText('xylophone'))).toBe(false)

    const ids = await mixed(bench.nowMs, bench.nowMs + hourMs)
    // slices by language and topic read the texts of what people said of them, too
    await bench.test.database.transaction(async transaction => {
      for (const inferenceId of ids)
        await bench.feed.feedback(
          transaction,
          { inferenceId, tenant: 'default', score: 1 } as never,
          'support',
        )
    })
    await mover.move(bench.nowMs)
    const seen = Object.fromEntries((await bench.view()).streams.map(stream => [stream.name, stream.seen]))
    expect(seen).toMatchObject({ failing: 240, long: 240, words: 120, near: 120, topics: 120, form: 120 })
    expect(new Set(heard)).toEqual(new Set(english))
    await mover.stop()
  }, 60_000)
})
