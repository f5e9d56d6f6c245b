import { z } from 'zod'
import { detectLanguage } from '../../../foundation/platform/index.ts'
import type { CheckKind, Finding } from '../check.ts'
import { countScripts, knownLanguages, languagesOf, type Script } from './language-scripts.ts'
import { type Sentence, sentencesOf } from './sentences.ts'

const parameters = z.strictObject({
  allowed: z
    .array(
      z.string().refine(code => knownLanguages.has(code), 'is not a language that can be told apart here'),
    )
    .min(1)
    .describe('ISO 639-1 codes: en, de, pt.'),
  minLetters: z
    .int()
    .min(8)
    .max(1_000)
    .default(24)
    .describe('Sentences with fewer letters are not judged: a name or an `OK` is of no language.'),
})

export const languageKind: CheckKind<z.infer<typeof parameters>> = {
  manifest: {
    name: 'language',
    description: 'Finds sentences in other languages than those allowed.',
    stages: ['input', 'context', 'reasoning', 'output'],
    parameters,
    maxSpan: 'sentence',
    cost: 'deterministic',
  },
  create({ allowed, minLetters }) {
    const scripts = [...languagesOf].filter(([, languages]) => languages.some(each => allowed.includes(each)))
    const judge = { allowed: new Set(allowed), scripts: new Map(scripts), minLetters }
    // where each script tells, the models of languages are not needed; else the first request must not wait for them
    if (scripts.some(([, languages]) => !languages.every(each => judge.allowed.has(each)))) detectLanguage('')
    return {
      scan: ({ text }) => sentencesOf(text).flatMap(sentence => judgeSentence(text, sentence, judge)),
      openFrom(text) {
        const last = sentencesOf(text).at(-1)
        return last && last.end === text.trimEnd().length ? last.start : text.length
      },
    }
  },
}

interface Judge {
  readonly allowed: ReadonlySet<string>
  /** The scripts of the languages that are allowed, with all languages that use them. */
  readonly scripts: ReadonlyMap<Script, readonly string[]>
  readonly minLetters: number
}

function judgeSentence(text: string, { start, end }: Sentence, judge: Judge): Finding[] {
  const sentence = text.slice(start, end)
  const scripts = countScripts(sentence)
  const letters = [...scripts.values()].reduce((sum, count) => sum + count, 0)
  if (letters * weightOf(scripts) < judge.minLetters) return []
  const finding = (score: number): Finding[] => [{ start, end, type: 'LANGUAGE', score }]

  const foreign = [...scripts].reduce(
    (sum, [script, count]) => sum + (judge.scripts.has(script) ? 0 : count),
    0,
  )
  if (foreign > letters / 2) return finding(1)
  // a sentence in an allowed script, whose languages are allowed one and all, needs no closer look
  const used = [...scripts.keys()].filter(script => judge.scripts.has(script))
  if (used.every(script => judge.scripts.get(script)?.every(each => judge.allowed.has(each)))) return []

  const { language, isReliable, scores } = detectLanguage(sentence)
  if (judge.allowed.has(language) || !isReliable) return []
  const best = scores[language] ?? 0
  const ours = Math.max(0, ...[...judge.allowed].map(language => scores[language] ?? 0))
  const lead = best === 0 ? 0 : 1 - ours / best
  return lead < leastLead ? [] : finding(Math.min(1, 0.5 + lead))
}

/** How far before any allowed language another one must be; nearer ones (Danish and Norwegian) stay undecided. */
const leastLead = 0.12

/** A character of Chinese or Japanese says about as much as three letters. */
function weightOf(scripts: ReadonlyMap<Script, number>): number {
  return scripts.has('Han') || scripts.has('Kana') || scripts.has('Hangul') ? 3 : 1
}
