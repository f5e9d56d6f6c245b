// What each type of weights, and of the cache of keys and values, costs and gains the built-in model: see README.md.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import {
  builtinModelFile,
  generateCorpus,
  type QuantizationReport,
  type QuantizationType,
  quantizeModel,
  supportCorpus,
  toTrainingExample,
} from '../../src/improve/training/index.ts'

const { values } = parseArgs({
  options: {
    examples: { type: 'string', default: '500' },
    answers: { type: 'string', default: '300' },
    json: { type: 'string' },
  },
})

const examplesOf = (split: 'train' | 'held_out', count: number) =>
  generateCorpus(supportCorpus, { split, count })
    .map(toTrainingExample)
    .map(({ input, output }) => ({ messages: [{ role: 'user', content: input }], answer: output }))

interface Variant {
  readonly type: QuantizationType
  readonly isCalibrated?: boolean
  readonly cache?: 'q8_0' | 'q4_0'
}
const variants: readonly Variant[] = [
  { type: 'F16' },
  { type: 'Q8_0' },
  { type: 'Q6_K' },
  { type: 'Q5_K_M' },
  { type: 'Q4_K_M' },
  { type: 'Q4_K_M', isCalibrated: true },
  { type: 'Q3_K_M' },
  { type: 'Q2_K' },
  { type: 'Q2_K', isCalibrated: true },
  { type: 'F16', cache: 'q8_0' },
  { type: 'F16', cache: 'q4_0' },
]

const folder = await mkdtemp(path.join(tmpdir(), 'slipway-quantization-'))
const check = examplesOf('held_out', Number(values.examples))
const calibration = examplesOf('train', 300)
const reports: (Variant & { readonly report: QuantizationReport })[] = []
try {
  process.stdout.write(
    '| weights | cache | size | bits a weight | reads | writes | perplexity rises by | right answers |\n|---|---|---|---|---|---|---|---|\n',
  )
  for (const variant of variants) {
    const report = await quantizeModel({
      from: builtinModelFile(),
      to: path.join(folder, 'result.gguf'),
      type: variant.type,
      check,
      answers: Number(values.answers),
      calibration: variant.isCalibrated === true ? calibration : [],
      cache: variant.cache ?? 'f16',
      limits: { perplexityRise: 0.02, answerDrop: 0.05 },
      isKeptAnyway: true,
    })
    reports.push({ ...variant, report })
    process.stdout.write(`${lineOf(variant, report)}\n`)
  }
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(reports, null, 2)}\n`)
} finally {
  await rm(folder, { recursive: true, force: true })
}

function lineOf(variant: Variant, { original, result, perplexity, answers }: QuantizationReport): string {
  const percent = (share: number): string => `${(100 * share).toFixed(2)} %`
  const { rise } = perplexity
  const cells = [
    `${variant.type}${variant.isCalibrated === true ? ', calibrated' : ''}`,
    variant.cache ?? 'f16',
    `${Math.round(result.bytes / 1000)} kB`,
    result.bitsPerWeight.toFixed(2),
    `${(result.reading / original.reading).toFixed(2)} ×`,
    `${(result.writing / original.writing).toFixed(2)} ×`,
    `${percent(rise.estimate)} (${percent(rise.low)} to ${percent(rise.high)})`,
    answers
      ? `${percent(answers.after)} of ${percent(answers.before)}; ${answers.worse} worse, ${answers.better} better (drop ${percent(answers.drop.low)} to ${percent(answers.drop.high)})`
      : '–',
  ]
  return `| ${cells.join(' | ')} |`
}
