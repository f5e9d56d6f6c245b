import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../../foundation/platform/index.ts'
import { type TrainedModel, writeModelFile } from '../gguf/model-file.ts'
import type { ModelShape } from '../model/model-shape.ts'
import { trainMerges } from '../tokenizer/train-merges.ts'
import {
  trainingSpecSchema,
  type TrainingExample,
  type TrainingSpec,
  type TrainingSpecInput,
} from '../training-spec.ts'
import { runFiles } from './run-training.ts'

export interface TrainingExamples {
  readonly train: readonly TrainingExample[]
  readonly heldOut: readonly TrainingExample[]
}

/** How many training texts the merges are counted on; more change nothing but the time it takes. */
const tokenizerSample = 8000

/**
 * Writes spec, examples and tokenizer into the directory. A directory that already holds the same run is left as it is, so
 * that its training goes on; one that holds another run throws `conflict`.
 */
export async function prepareRun(
  directory: string,
  input: TrainingSpecInput,
  examples: TrainingExamples,
  start?: TrainedModel,
): Promise<TrainingSpec> {
  const parsed = trainingSpecSchema.safeParse(input)
  if (!parsed.success) {
    const problems = parsed.error.issues.map(issue => `${issue.path.join('.')}: ${issue.message}`).join('; ')
    throw new Failure('invalid_configuration', `The training spec is not valid: ${problems}.`, {
      cause: parsed.error,
    })
  }
  const spec = start === undefined ? parsed.data : { ...parsed.data, shape: sizesOf(start.shape) }
  if (spec.adapter !== undefined && start === undefined)
    throw new Failure(
      'invalid_configuration',
      'An adapter corrects a model that is there. Name a model to start from, or train all weights.',
    )
  if (spec.earlyStopping !== undefined && examples.heldOut.length === 0)
    throw new Failure('invalid_configuration', 'Stopping early needs held-out examples: there are none.')
  if (examples.train.length === 0) throw new Failure('invalid_request', 'There are no training examples.')

  const files = {
    [runFiles.train]: lines(examples.train),
    [runFiles.heldOut]: lines(examples.heldOut),
    [runFiles.spec]: `${JSON.stringify(spec, null, 2)}\n`,
  }
  await mkdir(directory, { recursive: true })
  const before = await readIfThere(join(directory, runFiles.spec))
  if (before !== null) {
    for (const [name, text] of Object.entries(files)) {
      if ((await readIfThere(join(directory, name))) !== text) {
        throw new Failure(
          'conflict',
          `${directory} holds another run (its ${name} differs). Remove it or name another directory.`,
        )
      }
    }
    return spec
  }
  await writeFile(
    join(directory, runFiles.tokenizer),
    JSON.stringify(start?.tokenizer.merges ?? learnMerges(spec, examples)),
  )
  if (start !== undefined)
    await writeFile(
      join(directory, runFiles.base),
      writeModelFile(start, { name: 'base', description: 'What the run begins with.', license: 'other' }),
    )
  // the spec comes last: where it is, the rest is whole
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text)
  return spec
}

/** The merges of a tokenizer for those examples. */
export function learnMerges(
  spec: Pick<TrainingSpec, 'merges'>,
  examples: TrainingExamples,
): [string, string][] {
  const sample = examples.train.slice(0, tokenizerSample)
  return trainMerges(
    sample.map(example => `${example.input}\n${example.output}`),
    spec.merges,
  )
}

function sizesOf(shape: ModelShape): TrainingSpec['shape'] {
  const { width, layers, heads, keyValueHeads, hiddenWidth, contextLength, ropeBase, normEpsilon } = shape
  return { width, layers, heads, keyValueHeads, hiddenWidth, contextLength, ropeBase, normEpsilon }
}

function lines(examples: readonly TrainingExample[]): string {
  return examples
    .map(
      ({ input, output, weight }) =>
        `${JSON.stringify({ input, output, ...(weight !== undefined && { weight }) })}\n`,
    )
    .join('')
}

async function readIfThere(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
}
