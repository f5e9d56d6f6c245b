import { z } from 'zod'
import type { CheckKind, Finding, Stage } from '../check.ts'
import { type View, viewsOf } from '../normalise/index.ts'
import { type DisguisedView, disguisedViews } from './disguised-views.ts'
import { matchRules } from './injection-rules.ts'
import { readLexicon } from './injection-words.ts'
import { settleFindings } from './settle-findings.ts'

const parameters = z.strictObject({
  strictness: z
    .enum(['by-stage', 'strict'])
    .default('by-stage')
    .describe(
      '`strict` reads messages of users as severely as text that was retrieved or came out of a tool.',
    ),
})

/** Findings that no policy would act on are not worth a line. */
const leastScore = 0.3

export const injectionKind: CheckKind<z.infer<typeof parameters>> = {
  manifest: {
    name: 'injection',
    description:
      'Finds phrases and marks that try to take a model over: overridden instructions, posed roles, template tokens, hidden and encoded commands, in 15 languages.',
    stages: ['input', 'context'],
    parameters,
    maxSpan: 'whole',
    cost: 'deterministic',
  },
  create({ strictness }) {
    readLexicon()
    return {
      scan({ text, stage }) {
        const isStrict = strictness === 'strict' || stage !== 'input'
        return settleFindings(findInjections(text, isStrict ? 'context' : 'input'))
      },
    }
  },
}

function findInjections(text: string, stage: Stage & ('input' | 'context')): Finding[] {
  const found: Finding[] = []
  const views = viewsOf(text)
  const [whole] = views
  if (!whole) return found
  for (const view of views) found.push(...findIn(view, stage, raiseOf(view)))
  for (const view of disguisedViews(whole.text)) {
    const inOriginal: DisguisedView = {
      ...view,
      sourceStart: index => whole.sourceStart(view.sourceStart(index)),
      sourceEnd: end => whole.sourceEnd(view.sourceEnd(end)),
    }
    found.push(...findIn(inOriginal, stage, 0.15))
  }
  found.push(...hiddenRuns(views))
  return found
}

/** What took pains not to be read by people is worth more. */
function raiseOf({ kind }: View): number {
  if (kind === 'plain' || kind === 'normal') return 0
  return kind === 'decoded' || kind === 'folded' ? 0.1 : 0.3
}

function findIn(
  view: Pick<View, 'text' | 'sourceStart' | 'sourceEnd'>,
  stage: 'input' | 'context',
  raise: number,
): Finding[] {
  return matchRules(view.text).flatMap(match => {
    const score = Math.min(1, match[stage] + raise)
    if (score < leastScore) return []
    const type = raise >= 0.15 ? 'ENCODED_INJECTION' : match.type
    return [
      {
        start: view.sourceStart(match.start),
        end: view.sourceEnd(match.end),
        type,
        score: Math.round(score * 100) / 100,
      },
    ]
  })
}

/** Readable text in characters that nobody sees has no honest use; a flag of a country is made of six. */
const longestHonestRun = 7

function hiddenRuns(views: readonly View[]): Finding[] {
  return views
    .filter(({ kind, text }) => (kind === 'tags' || kind === 'selectors') && text.length > longestHonestRun)
    .map(view => ({
      start: view.sourceStart(0),
      end: view.sourceEnd(view.text.length),
      type: 'HIDDEN_TEXT',
      score: 0.9,
    }))
}
