import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { Failure } from '../../foundation/platform/index.ts'

const shareSchema = z.object({
  count: z.int(),
  total: z.int(),
  share: z.number(),
  low: z.number(),
  high: z.number(),
})

/** What is known of a trained model; `card.json` beside its weights. */
export const modelCardSchema = z.object({
  name: z.string(),
  description: z.string(),
  license: z.string(),
  /** The file of the weights, beside the card. */
  file: z.string(),
  sha256: z.string(),
  bytes: z.int(),
  parameters: z.int(),
  shape: z.record(z.string(), z.number()),
  training: z.object({
    seed: z.int(),
    steps: z.int(),
    examples: z.int(),
    tokensSeen: z.int(),
    seconds: z.number(),
    finalLoss: z.number(),
    spec: z.record(z.string(), z.unknown()),
  }),
  data: z.object({
    seed: z.int(),
    heldOutShare: z.number(),
    products: z.int(),
    intents: z.int(),
    styles: z.int(),
  }),
  /** Greedy decoding with llama.cpp of held-out messages; shares with Wilson intervals at 95 %. */
  heldOut: z.object({
    messages: z.int(),
    scores: z.record(z.string(), shareSchema),
    /** Intent, product and urgency all right, per writing style. */
    allFieldsByStyle: z.record(z.string(), shareSchema),
  }),
  limits: z.array(z.string()),
  reproduce: z.string(),
})

export type ModelCard = z.output<typeof modelCardSchema>

/** The card beside the weights in the directory. Throws `not_found` or `invalid_configuration`. */
export async function readModelCard(directory: string): Promise<ModelCard> {
  const path = join(directory, 'card.json')
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new Failure('not_found', `There is no model card at ${path}. Train a model there first.`, { cause })
  })
  try {
    return modelCardSchema.parse(JSON.parse(text))
  } catch (cause) {
    throw new Failure(
      'invalid_configuration',
      `The model card ${path} cannot be read. Train the model again.`,
      { cause },
    )
  }
}

/** Where the repository keeps the built-in model and its card. */
export function builtinModelDirectory(): string {
  return join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'models', 'support')
}

/** The built-in model's weights. */
export function builtinModelFile(): string {
  return join(builtinModelDirectory(), 'support.gguf')
}

/** What a configuration may name as a model in place of a path, and the file it stands for. */
export const builtinModels: Readonly<Record<string, string>> = { 'builtin:support': builtinModelFile() }
