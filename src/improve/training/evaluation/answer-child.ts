import { readFile } from 'node:fs/promises'
import { getLlama, LlamaLogLevel, type LlamaContextSequence, type LlamaModel } from 'node-llama-cpp'

/**
 * The process that answers with llama.cpp: `answer-child.ts MODEL.gguf INPUTS.json`. Reads a JSON list of texts and writes one
 * line `{"index":…,"output":…}` per text, as soon as it is there. Greedy decoding; native code stays out of the caller.
 */
const [modelPath = '', inputsPath = ''] = process.argv.slice(2)
const inputs = JSON.parse(await readFile(inputsPath, 'utf8')) as string[]
const sequences = 8

process.stdin.on('end', () => process.exit(3))
process.stdin.resume()

const llama = await getLlama({ gpu: false, build: 'never', logLevel: LlamaLogLevel.error, maxThreads: 1 })
const model = await llama.loadModel({ modelPath })
const contextSize = model.trainContextSize ?? 256
// a model this small is fastest on one thread, and llama.cpp's threads spin while they wait for each other
const context = await model.createContext({ contextSize, sequences, threads: 1 })
let next = 0
await Promise.all(Array.from({ length: sequences }, () => work(context.getSequence())))
process.exit(0)

async function work(sequence: LlamaContextSequence): Promise<void> {
  for (let index = next++; index < inputs.length; index = next++) {
    const output = await answer(model, sequence, inputs[index] ?? '')
    process.stdout.write(`${JSON.stringify({ index, output })}\n`)
  }
}

async function answer(model: LlamaModel, sequence: LlamaContextSequence, input: string): Promise<string> {
  await sequence.clearHistory()
  const prompt = [
    ...model.tokenize('<|input|>', true),
    ...model.tokenize(input.trim(), false),
    ...model.tokenize('<|output|>', true),
  ]
  const room = contextSize - prompt.length
  if (room <= 0) return ''
  const found = []
  for await (const token of sequence.evaluate(prompt, { temperature: 0 })) {
    if (model.isEogToken(token) || found.push(token) >= room) break
  }
  return model.detokenize(found)
}
