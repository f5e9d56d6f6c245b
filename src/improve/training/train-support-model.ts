import { createHash } from 'node:crypto'
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CorpusSpec, SupportExample } from './corpus/corpus-spec.ts'
import { generateCorpus } from './corpus/generate-corpus.ts'
import { supportCorpus } from './corpus/support-desk.ts'
import { evaluateModel } from './evaluate-model.ts'
import { readModelFile } from './gguf/model-file.ts'
import type { TrainingEvent } from './loop/training-event.ts'
import { modelCardSchema, type ModelCard } from './model-card.ts'
import { trainModel } from './train-model.ts'
import { trainingSpecSchema, type TrainingExample, type TrainingSpecInput } from './training-spec.ts'
import { writeCardPage } from './write-card-page.ts'

/** How the built-in model is trained: `slipway model train` without options. */
export const supportTraining: TrainingSpecInput = { seed: 1, steps: 2200, learningRate: 1.5e-3 }

export interface SupportTrainingOptions {
  /** Where the run is kept, so that it can go on. */
  readonly runDirectory: string
  /** Where `support.gguf`, `card.json` and `README.md` go. */
  readonly outputDirectory: string
  readonly corpus?: CorpusSpec
  readonly spec?: TrainingSpecInput
  /** Training examples; by default about as many as the steps look at once. */
  readonly exampleCount?: number
  /** Held-out messages that the finished model answers. */
  readonly heldOutCount?: number
  readonly onProgress?: (event: SupportTrainingEvent) => void
  readonly signal?: AbortSignal
}

export type SupportTrainingEvent =
  | TrainingEvent
  | { readonly kind: 'answering'; readonly answered: number; readonly total: number }

const limits = [
  'English only, and only the products, intents and turns of phrase of its synthetic corpus; on anything else it guesses.',
  'It answers the last user message and sees nothing else: no system prompt, no earlier turn.',
  'Messages of more than about 200 tokens (some 600 letters) do not fit its context of 256 tokens with their answer.',
  'JSON is a habit of its, not a promise: an empty message can break it. Ask for a JSON schema where it must hold; the engine then enforces it.',
  'It promises what the reply templates promise; it looks nothing up and changes no order.',
  'Its replies name the product and what was asked; they repeat no order number and no name, which a model of this size copies wrong.',
  'It has 0.8 million parameters and knows nothing of the world. It is there to make the loop real, not to advise people.',
]

/** Trains the built-in model, has llama.cpp answer held-out messages, and writes weights, card and page. */
export async function trainSupportModel(options: SupportTrainingOptions): Promise<ModelCard> {
  const corpus = options.corpus ?? supportCorpus
  const spec = trainingSpecSchema.parse(options.spec ?? supportTraining)
  const exampleCount = options.exampleCount ?? spec.steps * 15
  const held = generateCorpus(corpus, { split: 'held_out', count: options.heldOutCount ?? 1000 })
  const train = generateCorpus(corpus, { split: 'train', count: exampleCount })
  const run = await trainModel(
    spec,
    { train: train.map(toTrainingExample), heldOut: held.map(toTrainingExample) },
    {
      directory: options.runDirectory,
      about: { name, description, license },
      ...(options.onProgress && { onProgress: options.onProgress }),
      ...(options.signal && { signal: options.signal }),
    },
  )
  const evaluation = await evaluateModel(run.modelFile, held, {
    onAnswer: (answered, total) => options.onProgress?.({ kind: 'answering', answered, total }),
    ...(options.signal && { signal: options.signal }),
  })

  const bytes = await readFile(run.modelFile)
  const card = modelCardSchema.parse({
    name,
    description,
    license,
    file: 'support.gguf',
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes: bytes.length,
    parameters: run.parameters,
    shape: readModelFile(bytes).shape,
    training: {
      seed: spec.seed,
      steps: run.steps,
      examples: train.length,
      tokensSeen: run.tokensSeen,
      seconds: Math.round(run.seconds),
      finalLoss: run.finalLoss,
      spec,
    },
    data: {
      seed: corpus.seed,
      heldOutShare: corpus.heldOutShare,
      products: corpus.desk.products.length - 1,
      intents: corpus.desk.intents.length + 1,
      styles: corpus.desk.styles.length,
    },
    heldOut: {
      messages: evaluation.messages,
      scores: evaluation.scores,
      allFieldsByStyle: evaluation.allFieldsByStyle,
    },
    limits,
    reproduce: 'npx slipway model train',
  })
  await mkdir(options.outputDirectory, { recursive: true })
  await copyFile(run.modelFile, join(options.outputDirectory, card.file))
  await writeFile(join(options.outputDirectory, 'card.json'), `${JSON.stringify(card, null, 2)}\n`)
  await writeFile(join(options.outputDirectory, 'README.md'), writeCardPage(card))
  return card
}

const name = 'Slipway Support'
const description =
  'Reads a message to a support desk and answers with one line of JSON: intent, product, urgency, reply.'
const license = 'apache-2.0'

/** What the trainer learns from an example: the message in, its answer as one line of JSON out. */
export function toTrainingExample({ message, answer }: SupportExample): TrainingExample {
  return { input: message, output: JSON.stringify(answer) }
}
