import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Failure } from '../../../foundation/platform/index.ts'
import { runChild } from '../run-child.ts'

const childFile = fileURLToPath(new URL('./answer-child.ts', import.meta.url))

export interface AnswerOptions {
  readonly onAnswer?: (answered: number, total: number) => void
  readonly signal?: AbortSignal
}

/** What the model file answers to each input with llama.cpp and greedy decoding, in a child process. */
export async function answerAll(
  modelFile: string,
  inputs: readonly string[],
  options: AnswerOptions = {},
): Promise<string[]> {
  const directory = await mkdtemp(join(tmpdir(), 'slipway-answers-'))
  try {
    const inputsFile = join(directory, 'inputs.json')
    await writeFile(inputsFile, JSON.stringify(inputs))
    return await answerInChild([childFile, modelFile, inputsFile], inputs.length, options)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function answerInChild(
  command: readonly [string, ...string[]],
  total: number,
  options: AnswerOptions,
): Promise<string[]> {
  const outputs = new Map<number, string>()
  const { reason, complaints } = await runChild(command, {
    firstKey: 'index',
    onLine: line => {
      const { index, output } = line as { index: number; output: string }
      outputs.set(index, output)
      options.onAnswer?.(outputs.size, total)
    },
    signal: options.signal,
  })
  if (options.signal?.aborted === true) throw new Failure('client_closed', 'The evaluation was stopped.')
  if (outputs.size < total) {
    throw new Failure(
      'engine_crashed',
      `llama.cpp gave ${outputs.size} of ${total} answers and ended (${reason}). ${complaints}`,
    )
  }
  return Array.from({ length: total }, (_, index) => outputs.get(index) ?? '')
}
