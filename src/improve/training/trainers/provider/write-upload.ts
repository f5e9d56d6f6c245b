import { once } from 'node:events'
import { createReadStream, createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { readFileExamples } from '../../data/read-file.ts'

/** Writes the lines of a job as OpenAI's API takes them: without the weights of examples, which it does not know. */
export async function writeUpload(
  source: string,
): Promise<{ readonly file: string; readonly hasWeights: boolean }> {
  const file = `${source}.upload`
  const output = createWriteStream(file, { mode: 0o600 })
  let hasWeights = false
  try {
    const content = Readable.toWeb(createReadStream(source)) as unknown as ReadableStream<Uint8Array>
    for await (const { value } of readFileExamples(content)) {
      const { weight, ...example } = value as Record<string, unknown>
      hasWeights ||= weight !== undefined
      if (!output.write(`${JSON.stringify(example)}\n`)) await once(output, 'drain')
    }
  } finally {
    await new Promise<void>(resolve => output.end(() => resolve()))
  }
  return { file, hasWeights }
}
