import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../../foundation/platform/index.ts'
import { createTokenizer } from '../tokenizer/tokenizer.ts'
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
): Promise<TrainingSpec> {
  const parsed = trainingSpecSchema.safeParse(input)
  if (!parsed.success) {
    const problems = parsed.error.issues.map(issue => `${issue.path.join('.')}: ${issue.message}`).join('; ')
    throw new Failure('invalid_configuration', `The training spec is not valid: ${problems}.`, {
      cause: parsed.error,
    })
  }
  const spec = parsed.data
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
  const sample = examples.train
    .slice(0, tokenizerSample)
    .map(example => `${example.input}\n${example.output}`)
  const tokenizer = createTokenizer(trainMerges(sample, spec.merges))
  await writeFile(join(directory, runFiles.tokenizer), JSON.stringify(tokenizer.merges))
  // the spec comes last: where it is, the rest is whole
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text)
  return spec
}

function lines(examples: readonly TrainingExample[]): string {
  return examples.map(({ input, output }) => `${JSON.stringify({ input, output })}\n`).join('')
}

async function readIfThere(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
}
