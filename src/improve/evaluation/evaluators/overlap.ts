import { z } from 'zod'
import {
  characterTokens,
  chrf as chrfOf,
  editSimilarity,
  internationalTokens,
  mtevalTokens,
  rouge as rougeOf,
  sentenceBleu,
  sequenceSimilarity,
  stemmedTokens,
  tokenOverlap,
  wordTokens,
} from '../../../foundation/statistics/index.ts'
import type { EvaluatorKind } from '../evaluator.ts'
import { defineEvaluator, notApplicable } from './define-evaluator.ts'
import { expectedTexts } from './expected.ts'

/** Compares the answer with each text that is expected; the nearest counts. */
function comparing<Parameters extends z.ZodType>(
  name: string,
  description: string,
  parameters: Parameters,
  compare: (said: string, wanted: string, parameters: z.output<Parameters>) => number,
): EvaluatorKind {
  return defineEvaluator({
    manifest: {
      name,
      version: 1,
      description,
      cost: 'free',
      needs: ['expected'],
      isJudge: false,
      threshold: 0.5,
    },
    parameters,
    create: given => ({
      evaluate(example, answer) {
        const texts = expectedTexts(example)
        if (texts.length === 0) return notApplicable('Nothing is expected')
        return { value: Math.max(...texts.map(text => compare(answer.text, text, given))) }
      },
    }),
  })
}

export const editDistance = comparing(
  'edit-distance',
  '1 minus the share of characters, or words, that have to be changed to make the answer of what is expected.',
  z.strictObject({
    unit: z
      .enum(['characters', 'words'])
      .default('characters')
      .describe('Words are taken in lower case, without punctuation.'),
  }),
  (said, wanted, { unit }) =>
    unit === 'characters'
      ? editSimilarity(said, wanted)
      : sequenceSimilarity(wordTokens(said), wordTokens(wanted)),
)

export const tokenF1 = comparing(
  'token-f1',
  'How many words answer and expectation share, as SQuAD counts.',
  z.strictObject({}),
  (said, wanted) => tokenOverlap(said, wanted).f,
)

export const chrf = comparing(
  'chrf',
  'Runs of characters that answer and expectation share; for languages with many forms of words.',
  z.strictObject({ words: z.boolean().default(false).describe('With words and pairs of words: chrF++.') }),
  (said, wanted, { words }) => chrfOf(said, wanted, words ? 2 : 0),
)

export const rouge = comparing(
  'rouge',
  'Words, pairs or the longest sequence that answer and expectation share (F).',
  z.strictObject({
    kind: z
      .enum(['rouge-1', 'rouge-2', 'rouge-l', 'rouge-lsum'])
      .default('rouge-l')
      .describe('Words, pairs of words, the longest common sequence, the same line by line.'),
    stem: z
      .boolean()
      .default(false)
      .describe(
        'Compares the stems of English words, as the package `rouge-score` does; other scripts are lost.',
      ),
  }),
  (said, wanted, { kind, stem }) => rougeOf(said, wanted, kind, stem ? stemmedTokens : wordTokens).f,
)

const tokenizers = { '13a': mtevalTokens, intl: internationalTokens, char: characterTokens }

export const bleu = defineEvaluator({
  manifest: {
    name: 'bleu',
    version: 1,
    description: 'BLEU of the answer against all that is expected, by sentence; for translations.',
    cost: 'free',
    needs: ['expected'],
    isJudge: false,
    threshold: 0.3,
  },
  parameters: z.strictObject({
    smoothing: z
      .enum(['exp', 'floor', 'add-1', 'none'])
      .default('exp')
      .describe('What stands for runs of words of which none is right; `exp` as sacreBLEU.'),
    tokens: z
      .enum(['13a', 'intl', 'char'])
      .default('13a')
      .describe(
        'How texts are cut, as sacreBLEU names it: `intl` for marks of all scripts, `char` for scripts without spaces.',
      ),
  }),
  create: ({ smoothing, tokens }) => ({
    evaluate(example, answer) {
      const texts = expectedTexts(example)
      if (texts.length === 0) return notApplicable('Nothing is expected')
      return { value: sentenceBleu(answer.text, texts, { smoothing, tokenize: tokenizers[tokens] }) }
    },
  }),
})
