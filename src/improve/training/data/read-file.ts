import { Failure } from '../../../foundation/platform/index.ts'
import type { PlacedExample } from '../ports.ts'

const longestLine = 16 * 1_048_576

/** The lines of a JSONL file, parsed. Throws `invalid_request` for a line that is no JSON. */
export async function* readFileExamples(content: ReadableStream<Uint8Array>): AsyncGenerator<PlacedExample> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let [rest, number] = ['', 0]
  const reader = content.getReader()
  try {
    for (;;) {
      const { value, done } = await reader.read()
      let text = ''
      try {
        text = done ? decoder.decode() : decoder.decode(value, { stream: true })
      } catch (cause) {
        throw new Failure('invalid_request', `The text after line ${number} is not UTF-8. Save the file as UTF-8.`, { cause })
      }
      const lines = `${rest}${text}`.split('\n')
      rest = done ? '' : (lines.pop() ?? '')
      if (rest.length > longestLine)
        throw new Failure('invalid_request', `Line ${number + 1} is longer than 16 MB. Write one example a line.`)
      for (const line of lines) {
        number += 1
        if (line.trim() === '') continue
        yield { place: `Line ${number}`, value: parse(line, number) }
      }
      if (done) return
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

function parse(line: string, number: number): unknown {
  try {
    return JSON.parse(number === 1 ? line.replace(/^\uFEFF/, '') : line) as unknown
  } catch (cause) {
    throw new Failure('invalid_request', `Line ${number} is no JSON. Each line has to be one JSON object.`, { cause })
  }
}
