import { describe, expect, it } from 'bun:test'
import { judge as judgeSchema } from '../../../../foundation/config/schema/judge.ts'
import type { FindRelease } from '../../ports.ts'
import type { EvaluatorOfRun } from '../../runs/evaluator-of-run.ts'
import { unlikeJudge } from './unlike-judge.ts'

const findRelease: FindRelease = ({ service }) => ({
  service,
  release: 'v1',
  hash: `hash of ${service}`,
  isServing: true,
  targets: [],
  prompt: undefined,
  parameters: {},
})

const evaluator = (use: string, parameters: { readonly service: string }): EvaluatorOfRun => ({
  use,
  parameters,
  services: [parameters.service],
  hasAsked: hashes => hashes.join() === `hash of ${parameters.service}`,
  isExpectationKnown: false,
})

const unlike = (of: EvaluatorOfRun, judge: unknown) =>
  unlikeJudge(of, judgeSchema.parse(judge), { service: 'desk', findRelease })

describe('unlikeJudge', () => {
  it('compares how claims are held against documents', () => {
    const grounds = evaluator('groundedness', { service: 'nli' })
    expect(unlike(grounds, { kind: 'groundedness', service: 'nli' })).toEqual([])
    expect(
      unlike(grounds, { kind: 'groundedness', service: 'other', method: 'minicheck', temperature: null }),
    ).toEqual([
      'the service that judges (nli in the run, other of the judge)',
      'the method (llm in the run, minicheck of the judge)',
      'the temperature (0 in the run, none of the judge)',
    ])
  })

  it('compares who is asked again, how often, and how the answers are compared', () => {
    const consistency = evaluator('self-consistency', { service: 'desk' })
    expect(unlike(consistency, { kind: 'self-consistency', service: 'nli', samples: 4 })).toEqual([
      'how answers are compared (words in the run, llm of the judge)',
    ])
    expect(unlike(consistency, { kind: 'self-consistency', service: 'nli', sampled: 'twin' })).toEqual([
      'the service that is asked again (desk in the run, twin of the judge)',
      'how answers are compared (words in the run, llm of the judge)',
      'how often it is asked again (4 in the run, 5 of the judge)',
    ])
  })

  it('compares nothing else of another kind', () => {
    expect(
      unlike(evaluator('llm-judge', { service: 'nli' }), { kind: 'groundedness', service: 'x' }),
    ).toEqual(['the kind (llm-judge in the run, groundedness of the judge)'])
  })
})
