import { describe, expect, it } from 'bun:test'
import { layOutGraph } from './lay-out-graph.ts'

const node = (name: string, ...needs: string[]) => ({ name, needs })

describe('layOutGraph', () => {
  it('puts each node right of all that it needs', () => {
    const { placed, columns, rows } = layOutGraph([
      node('join', 'left', 'right'),
      node('first'),
      node('left', 'first'),
      node('right', 'first'),
      node('last', 'join', 'first'),
    ])
    expect(Object.fromEntries(placed.map(one => [one.node.name, [one.column, one.row]]))).toEqual({
      first: [0, 0],
      left: [1, 0],
      right: [1, 1],
      join: [2, 0],
      last: [3, 0],
    })
    expect([columns, rows]).toEqual([4, 2])
  })

  it('leaves out lines that go without saying, and lies those beside each other that belong together', () => {
    const { edges, placed } = layOutGraph([
      node('a'),
      node('b'),
      node('ofB', 'b'),
      node('ofA', 'a'),
      node('end', 'ofA', 'a'),
    ])
    expect(placed.filter(one => one.column === 1).map(one => one.node.name)).toEqual(['ofA', 'ofB'])
    expect(edges).toHaveLength(3)
    expect(edges).toContainEqual({ from: { column: 1, row: 0 }, to: { column: 2, row: 0 } })
  })
})
