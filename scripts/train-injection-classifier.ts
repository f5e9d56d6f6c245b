// Trains the classifier of prompt injection on models/injection/corpus and writes models/injection/{weights.bin,card.json}.
// Deterministic; takes some 15 seconds.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createRandom } from '../src/foundation/statistics/index.ts'
import { fitPlatt, type Scored } from '../src/serve/guardrails/classifier/fit-platt.ts'
import { writeModel } from '../src/serve/guardrails/classifier/model-file.ts'
import { type Example, readCorpus } from '../src/serve/guardrails/classifier/read-corpus.ts'
import {
  quantise,
  type Sample,
  sampleOf,
  scoreOf,
  trainWeights,
} from '../src/serve/guardrails/classifier/train-model.ts'

const folder = path.join(import.meta.dirname, '..', 'models', 'injection')
const perTemplate = 60
const folds = 5
const seed = 1

function sourceOf(...parts: readonly (string | number)[]): () => number {
  const random = createRandom(...parts, seed)
  return () => random.next()
}

const read = (name: string): string => readFileSync(path.join(folder, 'corpus', name), 'utf8')
const files = { attacks: read('attacks.txt'), benign: read('benign.txt'), slots: read('slots.txt') }
const examples = readCorpus(files, perTemplate, sourceOf('corpus'))
const data = examples.map(example => ({ example, sample: sampleOf(example.text, example.isAttack) }))

/** Scores of each text by a model that has seen no text of its template. */
function scoreUnseen(): (Scored & { readonly example: Example })[] {
  const random = createRandom('folds', seed)
  const foldOf = new Map(
    [...new Set(examples.map(({ template }) => template))].map(each => [each, random.below(folds)]),
  )
  return Array.from({ length: folds }, (_, fold) => {
    const seen: Sample[] = []
    for (const { example, sample } of data) if (foldOf.get(example.template) !== fold) seen.push(sample)
    const weights = trainWeights(seen, sourceOf('fold', fold))
    return data
      .filter(({ example }) => foldOf.get(example.template) === fold)
      .map(({ example, sample }) => ({
        score: scoreOf(weights, sample),
        isAttack: example.isAttack,
        example,
      }))
  }).flat()
}

const unseen = scoreUnseen()
const { slope, offset } = fitPlatt(unseen)
const probabilityOf = (score: number): number => 1 / (1 + Math.exp(-(slope * score + offset)))
const rounded = (value: number): number => Math.round(value * 1e4) / 1e4

/** The area under the curve, and the share of attacks found where so many honest texts are flagged. */
function rank(
  scored: readonly Scored[],
  falseAlarms: number,
): { area: number; recall: number; threshold: number } {
  const sorted = scored.toSorted((one, other) => other.score - one.score)
  const attacks = scored.filter(({ isAttack }) => isAttack).length
  const others = scored.length - attacks
  let [found, wrong, area, recall, threshold] = [0, 0, 0, 0, Infinity]
  for (const { score, isAttack } of sorted) {
    if (isAttack) found += 1
    else {
      wrong += 1
      area += found
    }
    if (wrong / others > falseAlarms) continue
    recall = found / attacks
    threshold = score
  }
  return {
    area: rounded(area / attacks / others),
    recall: rounded(recall),
    threshold: rounded(probabilityOf(threshold)),
  }
}

/** How often it is right where it says so with that probability: in tenths, both classes counting the same. */
function reliability(): { from: number; texts: number; said: number; was: number }[] {
  const attacks = unseen.filter(({ isAttack }) => isAttack).length
  return Array.from({ length: 10 }, (_, tenth) => {
    const inside = unseen
      .map(({ score, isAttack }) => ({ probability: probabilityOf(score), isAttack }))
      .filter(({ probability }) => Math.min(9, Math.floor(probability * 10)) === tenth)
    const weight = ({ isAttack }: { isAttack: boolean }): number =>
      1 / (isAttack ? attacks : unseen.length - attacks)
    const all = inside.reduce((sum, each) => sum + weight(each), 0)
    const right = inside.filter(({ isAttack }) => isAttack).reduce((sum, each) => sum + weight(each), 0)
    const said = inside.reduce((sum, each) => sum + weight(each) * each.probability, 0)
    return {
      from: tenth / 10,
      texts: inside.length,
      said: rounded(said / all || 0),
      was: rounded(right / all || 0),
    }
  })
}

const bins = reliability()
const trained = trainWeights(
  data.map(({ sample }) => sample),
  sourceOf('all'),
)
const bytes = writeModel({
  ...quantise(trained.weights),
  wordWeights: trained.wordWeights,
  bias: trained.bias,
  slope,
  offset,
})
writeFileSync(path.join(folder, 'weights.bin'), bytes)

const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex')
const templatesOf = (isAttack: boolean): number =>
  new Set(examples.filter(each => each.isAttack === isAttack).map(({ template }) => template)).size
const languages = [...new Set(examples.map(({ language }) => language))]
const card = {
  file: { name: 'weights.bin', bytes: bytes.length, sha256: sha256(bytes) },
  corpus: {
    sha256: sha256(Object.values(files).join('\0')),
    texts: examples.length,
    attacks: examples.filter(({ isAttack }) => isAttack).length,
    attackTemplates: templatesOf(true),
    benignTemplates: templatesOf(false),
    languages,
    seed,
  },
  unseenTemplates: {
    folds,
    atOnePercent: rank(unseen, 0.01),
    atFivePercent: rank(unseen, 0.05),
    byLanguage: Object.fromEntries(
      languages.map(language => [
        language,
        rank(
          unseen.filter(({ example }) => example.language === language),
          0.05,
        ),
      ]),
    ),
    reliability: bins,
    expectedCalibrationError: rounded(
      bins.reduce((sum, { texts, said, was }) => sum + (texts * Math.abs(said - was)) / unseen.length, 0),
    ),
  },
}
writeFileSync(path.join(folder, 'card.json'), `${JSON.stringify(card, null, 2)}\n`)
console.log(JSON.stringify(card, null, 2))
