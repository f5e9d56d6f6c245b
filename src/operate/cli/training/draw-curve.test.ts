import { describe, expect, it } from 'bun:test'
import { drawCurve } from './draw-curve.ts'

describe('drawCurve', () => {
  it('draws a loss that falls from the top left to the bottom right', () => {
    expect(drawCurve([4, 3, 2, 1], { columns: 10, rows: 2 })).toEqual(['   4.000 █▃  ', '   1.000 ██▅▁'])
  })

  it('takes means where there are more steps than columns, and draws nothing of nothing', () => {
    const lines = drawCurve(
      Array.from({ length: 100 }, (_, step) => 100 - step),
      { columns: 20, rows: 3 },
    )
    expect(lines.map(line => line.length)).toEqual([29, 29, 29])
    expect(lines[0]).toStartWith('  98.000 █')
    expect(drawCurve([], { columns: 20, rows: 3 })).toEqual([])
  })
})
