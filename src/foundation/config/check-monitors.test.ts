import { describe, expect, it } from 'bun:test'
import { parseConfig } from './parse-config.ts'

const problemsOf = (monitor: string, service = ''): string[] => {
  const text = `engines: { e: { model: builtin:support } }
judges:
  tone: { kind: rubric, service: s, rubric: { version: "1", criterion: Is it polite?, labels: { yes: 1, no: 0 } } }
monitors:
  quality: ${monitor}
services: { s: { ${service} releases: { v1: { target: { engine: e } } } } }
`
  const parsed = parseConfig(text, '/nowhere/slipway.yaml', {})
  return 'problems' in parsed
    ? parsed.problems.map(
        ({ line, column, path, message, mend }) => `${line}:${column} ${path}: ${message} ${mend}`,
      )
    : []
}

describe('monitors of a configuration', () => {
  it('watch services and judges that are there, with where it says otherwise', () => {
    expect(problemsOf('{ service: s, streams: { failing: { kind: errors } } }')).toEqual([])
    expect(problemsOf('{ service: t, streams: { failing: { kind: errors } } }')).toEqual([
      '5:23 monitors.quality.service: There is no service named `t`. Did you mean `s`?',
    ])
    const score = '{ service: s, streams: { tone: { kind: score, judge: tone } } }'
    expect(problemsOf(score)).toEqual([
      '5:65 monitors.quality.streams.tone.judge: `tone` scores no answers of `s`. Add `judges: [tone]` to the service.',
    ])
    expect(problemsOf(score, 'judges: [tone], storeContent: masked,')).toEqual([])
  })

  it('read texts only where they are kept', () => {
    const words = '{ service: s, streams: { words: { kind: input-vocabulary } } }'
    expect(problemsOf(words)).toEqual([
      expect.stringContaining('`s` keeps no content. Add `storeContent: masked`'),
    ])
    expect(problemsOf(words, 'storeContent: masked,')).toEqual([])
    expect(problemsOf('{ service: s, slices: [topic], streams: { failing: { kind: errors } } }')).toEqual([
      expect.stringContaining('monitors.quality.slices[0]: Topics are the clusters'),
    ])
  })

  it('know their kinds of streams', () => {
    expect(problemsOf('{ service: s, streams: { x: { kind: latenzy } } }')).toEqual([
      expect.stringContaining('monitors.quality.streams.x'),
    ])
  })
})
