import { describe, expect, it } from 'bun:test'
import { layOutVersions } from './lay-out-versions.ts'

const graph = (...lines: [string, ...string[]][]) =>
  layOutVersions(lines.map(([id, ...parents]) => ({ id, parents })))

const lanesOf = (laidOut: ReturnType<typeof graph>) =>
  laidOut.placed.map(({ version, lane }) => `${version.id}${lane}`)

describe('layOutVersions', () => {
  it('draws one line of descent as one line', () => {
    const laidOut = graph(['c', 'b'], ['b', 'a'], ['a'])
    expect(lanesOf(laidOut)).toEqual(['c0', 'b0', 'a0'])
    expect(laidOut.lanes).toBe(1)
    expect(laidOut.edges).toEqual([
      { from: { row: 0, lane: 0 }, to: { row: 1, lane: 0 } },
      { from: { row: 1, lane: 0 }, to: { row: 2, lane: 0 } },
    ])
  })

  it('gives a branch a lane beside its origin, and joins them where they were one', () => {
    const laidOut = graph(['main', 'a'], ['side', 'a'], ['a'])
    expect(lanesOf(laidOut)).toEqual(['main0', 'side1', 'a0'])
    expect(laidOut.lanes).toBe(2)
  })

  it('bends a merge into both of its parents', () => {
    const laidOut = graph(['m', 'x', 'y'], ['x', 'a'], ['y', 'a'], ['a'])
    expect(lanesOf(laidOut)).toEqual(['m0', 'x0', 'y1', 'a0'])
    expect(laidOut.edges.map(({ to }) => to?.row)).toEqual([1, 2, 3, 3])
  })

  it('takes a lane again that has ended', () => {
    const laidOut = graph(['d', 'c'], ['side', 'c'], ['c', 'b'], ['other', 'b'], ['b'])
    expect(lanesOf(laidOut)).toEqual(['d0', 'side1', 'c0', 'other1', 'b0'])
    expect(laidOut.lanes).toBe(2)
  })

  it('says where a parent lies beyond what is shown', () => {
    expect(graph(['b', 'a']).edges).toEqual([{ from: { row: 0, lane: 0 }, to: undefined }])
  })
})
