import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Failure } from '../../../foundation/platform/index.ts'

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
    return await runChild([childFile, modelFile, inputsFile], inputs.length, options)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function runChild(args: readonly string[], total: number, options: AnswerOptions): Promise<string[]> {
  const child = spawn(process.execPath, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(options.signal && { signal: options.signal }),
  })
  let complaints = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-2000)
  })
  const exited = new Promise<string>(resolve => {
    child.once('error', error => resolve(error.message))
    child.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`))
  })
  const outputs = new Map<number, string>()
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith('{"index":')) continue
    const { index, output } = JSON.parse(line) as { index: number; output: string }
    outputs.set(index, output)
    options.onAnswer?.(outputs.size, total)
  }
  const reason = await exited
  if (options.signal?.aborted === true) throw new Failure('client_closed', 'The evaluation was stopped.')
  if (outputs.size < total) {
    throw new Failure(
      'engine_crashed',
      `llama.cpp gave ${outputs.size} of ${total} answers and ended (${reason}). ${complaints.trim()}`,
    )
  }
  return Array.from({ length: total }, (_, index) => outputs.get(index) ?? '')
}
