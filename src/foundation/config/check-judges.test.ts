import { describe, expect, it } from 'bun:test'
import { parseConfig } from './parse-config.ts'

const problemsOf = (judges: string, service: string): string[] => {
  const text = `
engines: { e: { model: builtin:support } }
judges: ${judges}
services: { s: { ${service}, releases: { v1: { target: { engine: e } } } } }
`
  const parsed = parseConfig(text, '/nowhere/slipway.yaml', {})
  return 'problems' in parsed
    ? parsed.problems.map(({ path, message, mend }) => `${path}: ${message} ${mend}`)
    : []
}
const tone =
  '{ tone: { kind: rubric, service: s, rubric: { version: "1", criterion: Is it polite?, labels: { yes: 1, no: 0 } } } }'

describe('judges of a configuration', () => {
  it('judge services that keep their content', () => {
    expect(problemsOf(tone, 'judges: [tone], storeContent: true')).toEqual([])
    expect(problemsOf(tone, 'judges: [tone]')).toEqual([
      expect.stringMatching(/^services\.s\.judges: .*keeps nothing\. Add `storeContent: masked`/),
    ])
  })

  it('and what asks and is asked must be there', () => {
    expect(problemsOf(tone, 'judges: [ton], storeContent: true')).toEqual([
      'services.s.judges[0]: There is no judge named `ton`. Did you mean `tone`?',
    ])
    const same = '{ same: { kind: self-consistency, service: s, sampled: t } }'
    expect(problemsOf(same, 'storeContent: true')).toEqual([
      'judges.same.sampled: There is no service named `t`. Did you mean `s`?',
    ])
  })

  it('have rubrics with labels to choose from', () => {
    const one = tone.replace('labels: { yes: 1, no: 0 }', 'labels: { yes: 1 }')
    expect(problemsOf(one, 'storeContent: true').join()).toContain('two labels at least')
  })
})
