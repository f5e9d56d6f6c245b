import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { readGguf } from '../gguf/read-gguf.ts'
import { ImportanceCollector } from './collect-importance.ts'
import { importanceList, type LlamaLibrary, openLlamaLibrary } from './llama-library.ts'
import type { CheckExample, NativeEvent, NativeJob } from './native-job.ts'
import { likeliest, lossOf, NativeModel } from './native-model.ts'
import { fileTypes } from './quantization-types.ts'

/** The process that calls llama.cpp's library: `native-child.ts JOB`, a job in JSON. It says what it finds, line by line. */
const job = JSON.parse(process.argv[2] ?? '') as NativeJob

process.stdin.on('end', () => process.exit(3)).resume()

try {
  const library = openLlamaLibrary(findFolder())
  if (job.kind === 'quantize') await quantize(library, job)
  else if (job.kind === 'importance') await collect(library, job)
  else if (job.kind === 'measure') await measure(library, job)
  else await time(library, job)
  say({ kind: 'done' })
  process.exit(0)
} catch (error) {
  say({ kind: 'failed', message: error instanceof Error ? error.message : String(error) })
  process.exit(1)
}

function say(event: NativeEvent): void {
  process.stdout.write(`${JSON.stringify(event)}\n`)
}

/** Where the package of this platform has its libraries. */
function findFolder(): string {
  const { platform, arch } = process
  const system = platform === 'win32' ? 'win' : platform === 'darwin' ? 'mac' : 'linux'
  const name = system === 'mac' && arch === 'arm64' ? 'mac-arm64-metal' : `${system}-${arch}`
  const entry = fileURLToPath(import.meta.resolve(`@node-llama-cpp/${name}`))
  return path.join(path.dirname(entry), '..', 'bins', name)
}

async function quantize(library: LlamaLibrary, job: Extract<NativeJob, { kind: 'quantize' }>): Promise<void> {
  const { list, kept } = importanceList(
    job.importance === undefined ? [] : await readImportance(job.importance),
  )
  const params = {
    ...library.quantizeParams(),
    threads: job.threads,
    fileType: fileTypes[job.type],
    ...(kept.length > 0 && { importance: list }),
  }
  const status = library.quantize(job.from, job.to, params)
  if (status !== 0)
    throw new Error(
      'llama.cpp does not quantize this file: it is damaged, already quantized, or of an architecture that it does not know.',
    )
}

async function readImportance(file: string): Promise<{ name: string; values: Float32Array }[]> {
  const { tensors } = readGguf(await readFile(file))
  const counts = new Map(tensors.map(({ name, values }) => [name, values[0] ?? 0]))
  return tensors.flatMap(({ name, values }) => {
    const matrix = /^(.*)\.in_sum2$/.exec(name)?.[1]
    const rows = matrix === undefined ? 0 : (counts.get(`${matrix}.counts`) ?? 0)
    return matrix === undefined || rows <= 0 ? [] : [{ name: matrix, values: values.map(sum => sum / rows) }]
  })
}

async function collect(
  library: LlamaLibrary,
  job: Extract<NativeJob, { kind: 'importance' }>,
): Promise<void> {
  const collector = new ImportanceCollector()
  const model = new NativeModel(library, job.model, { ...job, cache: 'f16', onTensor: collector.handle })
  const examples = await readExamples(job.examples)
  for (const [index, example] of examples.entries()) {
    const { tokens } = tokensOf(model, example)
    for (const window of windowsOf(tokens, model.contextSize)) {
      model.clear()
      model.read(window, () => undefined)
    }
    say({ kind: 'progress', done: index + 1, total: examples.length })
  }
  if (collector.size === 0)
    throw new Error(
      'The examples are too short to tell what matters, or the model has nothing that can be looked at.',
    )
  await collector.write(job.output, examples.length, model.contextSize)
}

async function measure(library: LlamaLibrary, job: Extract<NativeJob, { kind: 'measure' }>): Promise<void> {
  const model = new NativeModel(library, job.model, job)
  const { parameters, weightBytes } = model
  say({ kind: 'model', parameters, weightBytes })
  const examples = await readExamples(job.examples)
  for (const [index, example] of examples.entries()) {
    say({ kind: 'loss', index, ...lossOn(model, example) })
    if (index < job.answers && 'messages' in example)
      say({ kind: 'answer', index, output: answer(model, model.prompt(example.messages), job.answerTokens) })
    say({ kind: 'progress', done: index + 1, total: examples.length })
  }
}

async function time(library: LlamaLibrary, job: Extract<NativeJob, { kind: 'speed' }>): Promise<void> {
  const models = job.models.map(({ file, cache }) => new NativeModel(library, file, { ...job, cache }))
  const examples = await readExamples(job.examples)
  for (let round = 0; round < job.rounds; round += 1)
    for (const [index, model] of models.entries())
      say({ kind: 'speed', index, ...timeModel(model, examples, job.tokens) })
}

function timeModel(
  model: NativeModel,
  examples: readonly CheckExample[],
  least: number,
): { reading: number; writing: number } {
  const spent = { read: 0, readMs: 0, written: 0, writtenMs: 0 }
  for (const example of examples) {
    if (spent.written >= least && spent.read >= least) break
    const { tokens } = tokensOf(model, example)
    const window = tokens.slice(0, Math.max(1, Math.floor(model.contextSize / 2)))
    let next = 0
    model.clear()
    const startedAt = performance.now()
    model.read(window, (_, scores) => {
      next = likeliest(scores)
    })
    const readAt = performance.now()
    const most = Math.min(32, model.room)
    for (let written = 0; written < most; written += 1) {
      model.read(Int32Array.of(next), (_, scores) => {
        next = likeliest(scores)
      })
    }
    spent.read += window.length
    spent.readMs += readAt - startedAt
    spent.written += most
    spent.writtenMs += performance.now() - readAt
  }
  return {
    reading: (1_000 * spent.read) / Math.max(spent.readMs, 1e-9),
    writing: (1_000 * spent.written) / Math.max(spent.writtenMs, 1e-9),
  }
}

async function readExamples(file: string): Promise<readonly CheckExample[]> {
  return JSON.parse(await readFile(file, 'utf8')) as CheckExample[]
}

/** The tokens of an example, and from which on they count. */
function tokensOf(model: NativeModel, example: CheckExample): { tokens: Int32Array; from: number } {
  if ('text' in example) return { tokens: model.tokenize(example.text, true), from: 1 }
  const prompt = model.prompt(example.messages)
  const answer = model.tokenize(example.answer, false)
  return { tokens: Int32Array.of(...prompt, ...answer, model.endToken), from: prompt.length }
}

function* windowsOf(tokens: Int32Array, size: number): Generator<Int32Array> {
  for (let from = 0; from < tokens.length; from += size) yield tokens.slice(from, from + size)
}

/** A text is cut where the context ends; an answer that does not fit is left out. */
function lossOn(model: NativeModel, example: CheckExample): { tokens: number; loss: number } {
  const { tokens, from } = tokensOf(model, example)
  if (!('text' in example) && tokens.length > model.contextSize) return { tokens: 0, loss: 0 }
  let [count, loss] = [0, 0]
  let start = 0
  for (const window of windowsOf(tokens, model.contextSize)) {
    model.clear()
    model.read(window, (index, scores) => {
      const next = start + index + 1
      const token = window[index + 1]
      if (token === undefined || next < from) return
      count += 1
      loss += lossOf(scores, token)
    })
    start += window.length
  }
  return { tokens: count, loss }
}

function answer(model: NativeModel, prompt: Int32Array, most: number): string {
  if (prompt.length >= model.contextSize) return ''
  let next = 0
  const take = (_: number, scores: Float32Array): void => {
    next = likeliest(scores)
  }
  model.clear()
  model.read(prompt, take)
  const found: number[] = []
  while (!model.isEnd(next) && found.length < most && model.room > 0) {
    found.push(next)
    model.read(Int32Array.of(next), take)
  }
  return model.detokenize(found)
}
