import { describe, expect, it } from 'bun:test'
import { createStyle } from '../style.ts'
import { renderVerdict } from './render-rollout.ts'

describe('renderVerdict', () => {
  it('shows each candidate beside each other, where candidates are narrowed', () => {
    const lines: string[] = []
    renderVerdict(
      {
        isJson: false,
        isInteractive: false,
        columns: 100,
        style: createStyle({}, {}),
        print: line => void lines.push(line),
        write: () => {},
        printJson: () => {},
        note: () => {},
      },
      {
        id: 'verdict',
        step: 1,
        at: '2026-01-01T00:00:00Z',
        decision: 'hold',
        reasons: ['v3 is worse than v2.'],
        candidates: [
          {
            release: 'v3',
            decision: 'promote',
            metrics: [],
            others: [
              {
                release: 'v2',
                estimate: 0.05,
                low: 0.021,
                high: null,
                values: { candidate: 700, other: 710 },
                state: 'worse',
              },
            ],
          },
        ],
        rests_on: { requests: 2_000 },
      },
    )
    expect(lines.map(line => line.split(/ {2,}/u))).toContainEqual([
      'v3',
      'v2',
      '0.05',
      '0.021 and ?',
      '700 / 710',
      'worse',
    ])
  })
})
