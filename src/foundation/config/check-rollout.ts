import type { ConfigParts } from './config-parts.ts'
import type { DataPath, Finding } from './problem.ts'
import type { RolloutPlan } from './schema/index.ts'
import { suggestSentence } from './suggest.ts'

/** What has to be known of a service to say whether a plan fits it. */
export interface PlannedService {
  readonly releases: readonly string[]
  readonly judges: readonly string[]
}

/** What the schema cannot see of the plans of services. */
export function checkRollouts(parts: ConfigParts): Finding[] {
  return [...parts.services].flatMap(([name, { rollout, releases, judges }]) =>
    rollout
      ? checkRolloutPlan(rollout, { releases: Object.keys(releases), judges: judges ?? [] }).map(finding => ({
          ...finding,
          path: ['services', name, 'rollout', ...finding.path],
        }))
      : [],
  )
}

/** What is wrong of a plan beyond its schema, with paths within it. */
export function checkRolloutPlan(plan: RolloutPlan, service: PlannedService): Finding[] {
  return [...checkSteps(plan), ...checkTest(plan, service), ...checkMetrics(plan, service)]
}

function checkSteps({ steps = [] }: RolloutPlan): Finding[] {
  return steps.flatMap((step, index): Finding[] => {
    const before = steps[index - 1]
    if (!before) return []
    const path: DataPath = ['steps', index]
    if (step.shadow !== undefined && before.share !== undefined)
      return [
        {
          path: [...path, 'shadow'],
          at: 'key',
          message: 'Copies come before shares: here clients have had answers of the candidate already.',
          mend: 'Move the step to the front.',
        },
      ]
    if (step.share !== undefined && before.share !== undefined && step.share <= before.share)
      return [
        {
          path: [...path, 'share'],
          at: 'value',
          message: `The step before has ${100 * before.share}% already, and shares grow, so that nobody is sent back and forth.`,
          mend: `Write more than ${100 * before.share}%, or remove the step.`,
        },
      ]
    return []
  })
}

function checkTest(plan: RolloutPlan, { releases }: PlannedService): Finding[] {
  const { test, onPromoted, approval } = plan
  if (!test) return []
  const names = Object.keys(test.shares)
  const total = Object.values(test.shares).reduce((sum, share) => sum + share, 0)
  return [
    ...names
      .filter(name => !releases.includes(name))
      .map((name): Finding => ({
        path: ['test', 'shares', name],
        at: 'key',
        message: `There is no release named \`${name}\`.`,
        mend: suggestSentence(name, releases, 'release'),
      })),
    ...(total > 0.95
      ? [
          {
            path: ['test', 'shares'],
            at: 'key',
            message: `The candidates have ${Math.round(1_000 * total) / 10}% together, and the baseline needs 5% at least to be compared with.`,
            mend: 'Lower the shares.',
          } satisfies Finding,
        ]
      : []),
    ...checkNarrowing(plan, names.length),
    ...(onPromoted !== undefined && test.promote === 'none'
      ? [
          alone(
            'onPromoted',
            'Nothing is promoted by this test.',
            'Add `promote: best` to `test`, or remove it.',
          ),
        ]
      : []),
    ...(approval ? [alone('approval', 'A test has no last step to approve.', 'Remove it.')] : []),
  ]
}

/** What candidates are narrowed by is compared between any two of them, with bounds that may decide alone. */
function checkNarrowing({ test, metrics }: RolloutPlan, candidates: number): Finding[] {
  if (!test?.narrow)
    return test?.within === undefined
      ? []
      : [at(['test', 'within'], 'Nothing is narrowed by this test.', 'Add `narrow: true`, or remove it.')]
  const path: DataPath = ['test', 'narrow']
  if (candidates < 2)
    return [at(path, 'There is one candidate only, and nothing to narrow.', 'Name another, or remove it.')]
  const index = metrics.findIndex(({ role }) => role === 'goal')
  const goal = metrics[index]
  if (!goal)
    return [
      at(
        path,
        'Nothing says what the candidates compete by.',
        'Write `role: goal` at one of the metrics, or remove `narrow`.',
      ),
    ]
  if (goal.use !== 'cost' && goal.use !== 'output-tokens') return []
  return [
    {
      path: ['metrics', index, 'use'],
      at: 'value',
      message: `Bounds of \`${goal.use}\` are asymptotic and leave nobody out, and \`narrow\` is by the first goal.`,
      mend: 'Put another goal before it, or remove `narrow`.',
    },
  ]
}

function checkMetrics({ metrics, steps = [] }: RolloutPlan, { judges }: PlannedService): Finding[] {
  const named = new Map<string, number>()
  const found = metrics.flatMap((metric, index): Finding[] => {
    const path: DataPath = ['metrics', index]
    const { use, judge, better } = metric
    const name = judge === undefined ? use : `${use} ${judge}`
    const first = named.get(name)
    named.set(name, first ?? index)
    if (first !== undefined)
      return [
        {
          path: [...path, 'use'],
          at: 'value',
          message: `\`metrics[${first}]\` is the same already.`,
          mend: 'Remove one of the two.',
        },
      ]
    if (use !== 'score')
      return [
        ...(judge === undefined
          ? []
          : [
              at(
                [...path, 'judge'],
                `\`${use}\` is not said by a judge.`,
                'Write `use: score`, or remove `judge`.',
              ),
            ]),
        ...(better === undefined
          ? []
          : [at([...path, 'better'], `Which values of \`${use}\` are good is known.`, 'Remove `better`.')]),
      ]
    if (judge === undefined)
      return [at([...path, 'use'], 'Nothing says whose score it is.', 'Add `judge: NAME`.')]
    if (judges.includes(judge)) return []
    return [
      {
        path: [...path, 'judge'],
        at: 'value',
        message: `\`${judge}\` does not judge this service.`,
        mend: suggestSentence(judge, judges, 'judge'),
      },
    ]
  })
  const needsClients: readonly string[] = ['latency', 'first-token', 'feedback']
  const shadow = steps.findIndex(step => step.shadow !== undefined)
  if (shadow >= 0 && metrics.every(({ use }) => needsClients.includes(use)))
    found.push({
      path: ['steps', shadow, 'shadow'],
      at: 'key',
      message: `Copies are sent when there is room and answered to nobody, so that ${needsClients.join(', ')} cannot be compared on them.`,
      mend: 'Add a metric such as `{ use: errors }`, or remove the step.',
    })
  return found
}

const at = (path: DataPath, message: string, mend: string): Finding => ({ path, at: 'key', message, mend })
const alone = (name: string, message: string, mend: string): Finding => at([name], message, mend)
