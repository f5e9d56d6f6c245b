import { describe, expect, it } from 'bun:test'
import type { Engine, ModelEvent, PipelineRun, Service } from '../../api/types.ts'
import { followedModels, packRows, runsOf, type TimelineItem, within } from './timeline-items.ts'

const item = (id: string, atMs: number, untilMs: number | undefined): TimelineItem => ({
  id,
  lane: 'Alerts',
  atMs,
  untilMs,
  tone: 'idle',
  label: id,
  text: id,
  reason: undefined,
  path: '/',
})

describe('followedModels', () => {
  it('are those of the engines of all releases, once each', () => {
    const service = {
      releases: [
        { targets: [{ target: 'engine:a' }] },
        { targets: [{ target: 'engine:b' }, { target: 'openai' }] },
      ],
    } as Service
    const engines = [
      { name: 'a', model: 'registry:support@live#3' },
      { name: 'b', model: 'registry:acme/support@candidate' },
      { name: 'c', model: 'registry:other@live' },
      { name: 'openai', model: 'builtin:support' },
    ] as Engine[]
    expect(followedModels(service, engines)).toEqual(['support'])
  })
})

describe('runsOf', () => {
  it('takes all runs of a pipeline of which one made a version, or was begun by what happened to the service', () => {
    const run = (id: string, pipeline: string, event: unknown = null) =>
      ({ id, pipeline, event }) as PipelineRun
    const runs = [
      run('1', 'retrain'),
      run('2', 'retrain'),
      run('3', 'watch', { service: 'support' }),
      run('4', 'watch-others', { service: 'others' }),
    ]
    const made = { details: { lineage: { runs: [{ kind: 'pipeline', id: '2' }] } } } as unknown as ModelEvent
    expect(runsOf('support', runs, [made]).map(({ id }) => id)).toEqual(['1', '2', '3'])
  })
})

describe('within', () => {
  it('keeps what lies in the span in part, and what has not ended', () => {
    const all = [item('before', 0, 5), item('into', 5, 15), item('open', 2, undefined), item('after', 30, 40)]
    expect(within(all, { fromMs: 10, toMs: 20 }).map(({ id }) => id)).toEqual(['into', 'open'])
  })
})

describe('packRows', () => {
  it('lets nothing lie over another, with room for words', () => {
    const items = [item('a', 0, 10), item('c', 12, 13), item('d', 18, 20), item('b', 5, undefined)]
    const rows = packRows(items, ({ atMs, untilMs = 50 }) => ({ fromMs: atMs, toMs: untilMs + 5 }))
    expect(rows.map(row => row.map(({ id }) => id))).toEqual([['a', 'd'], ['b'], ['c']])
  })
})
