import { describe, expect, it } from 'bun:test'
import { barOf, traceLines } from './trace-lines.ts'

const span = (given: object) => ({
  depth: 0,
  kind: 'other',
  name: 'span',
  origin: 'slipway',
  start_ms: 0,
  end_ms: 100,
  outcome: 'ok',
  why: null,
  facts: {},
  ...given,
})

describe('barOf', () => {
  it('is as wide as its time, to an eighth of a character', () => {
    expect(barOf(0, 100, 100, 10)).toBe('██████████')
    expect(barOf(50, 100, 100, 10)).toBe('     █████')
    expect(barOf(0, 52.5, 100, 10)).toBe('█████▎    ')
  })

  it('shows what is too short to see, and stays within its width', () => {
    expect(barOf(0, 0, 100, 10)).toBe('▏         ')
    expect(barOf(100, 100, 100, 10).length).toBe(10)
    expect(barOf(0, 0, 0, 10).length).toBe(10)
    for (let start = 0; start <= 100; start += 3) {
      for (let end = start; end <= 100; end += 7) expect(barOf(start, end, 100, 10).length).toBe(10)
    }
  })
})

describe('traceLines', () => {
  const trace = {
    trace_id: 'abc',
    duration_ms: 100,
    is_truncated: false,
    spans: [
      span({ name: 'agent run', origin: 'shop' }),
      span({ depth: 1, name: 'chat support', start_ms: 20, end_ms: 90, facts: { status: 200 } }),
      span({
        depth: 2,
        name: 'provider:a m',
        start_ms: 25,
        end_ms: 60,
        outcome: 'error',
        why: 'It\u001b[2J broke.',
      }),
    ],
  }

  it('draws the tree within the width of the terminal', () => {
    const lines = traceLines(trace, 80).map(({ text }) => text)
    expect(lines[1]).toMatch(/^agent run · shop +█+ +100 ms$/)
    expect(lines[2]).toMatch(/^ {2}chat support +█+.? +70 ms$/)
    expect(lines[4]).toBe('      It [2J broke.')
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80)
    for (const line of traceLines(trace, 40)) expect(line.text.length).toBeLessThanOrEqual(48)
  })

  it('says what is known of each span where that is asked for', () => {
    expect(traceLines(trace, 80, { withFacts: true }).map(({ text }) => text)).toContain('    status: 200')
    expect(traceLines(trace, 80).map(({ text }) => text)).not.toContain('    status: 200')
  })
})
