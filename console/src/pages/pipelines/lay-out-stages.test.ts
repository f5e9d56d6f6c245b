import { describe, expect, it } from 'bun:test'
import { layOutStages } from './lay-out-stages.ts'

const stage = (name: string, ...needs: string[]) => ({ name, needs })

describe('layOutStages', () => {
  it('puts each stage right of all that it needs', () => {
    const { placed, columns, rows } = layOutStages([
      stage('join', 'left', 'right'),
      stage('first'),
      stage('left', 'first'),
      stage('right', 'first'),
      stage('last', 'join', 'first'),
    ])
    expect(Object.fromEntries(placed.map(one => [one.stage.name, [one.column, one.row]]))).toEqual({
      first: [0, 0],
      left: [1, 0],
      right: [1, 1],
      join: [2, 0],
      last: [3, 0],
    })
    expect([columns, rows]).toEqual([4, 2])
  })

  it('leaves out lines that go without saying, and lies those beside each other that belong together', () => {
    const { edges, placed } = layOutStages([
      stage('a'),
      stage('b'),
      stage('ofB', 'b'),
      stage('ofA', 'a'),
      stage('end', 'ofA', 'a'),
    ])
    expect(placed.filter(one => one.column === 1).map(one => one.stage.name)).toEqual(['ofA', 'ofB'])
    expect(edges).toHaveLength(3)
    expect(edges).toContainEqual({ from: { column: 1, row: 0 }, to: { column: 2, row: 0 } })
  })
})
