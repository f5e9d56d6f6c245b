import { Failure } from '../../foundation/platform/index.ts'

export interface Line {
  /** From 1; empty lines count. */
  readonly number: number
  readonly text: string
  /** The byte after the line and its end. */
  readonly endOffset: number
}

const newline = 10

/** The lines of a stream, one at a time, from that byte on; empty ones are passed over. Holds one line at most. */
export async function* readLines(
  content: ReadableStream<Uint8Array>,
  from: { readonly offset: number; readonly number: number },
  limitBytes: number,
): AsyncGenerator<Line> {
  let { number } = from
  let offset = 0
  let pieces: Uint8Array[] = []
  let length = 0
  const take = (endOffset: number): Line => {
    const text = Buffer.concat(pieces).toString('utf8')
    pieces = []
    length = 0
    return { number: number++, text, endOffset }
  }
  for await (const whole of content as unknown as AsyncIterable<Uint8Array>) {
    const skipped = Math.min(Math.max(from.offset - offset, 0), whole.byteLength)
    offset += skipped
    let rest = whole.subarray(skipped)
    for (let end = rest.indexOf(newline); end >= 0; end = rest.indexOf(newline)) {
      pieces.push(rest.subarray(0, end))
      if (length + end > limitBytes) throw tooLong(number, limitBytes)
      offset += end + 1
      rest = rest.subarray(end + 1)
      const line = take(offset)
      if (line.text.trim() !== '') yield line
    }
    if (rest.byteLength === 0) continue
    pieces.push(rest.slice())
    length += rest.byteLength
    offset += rest.byteLength
    if (length > limitBytes) throw tooLong(number, limitBytes)
  }
  if (length > 0) {
    const line = take(offset)
    if (line.text.trim() !== '') yield line
  }
}

function tooLong(line: number, limitBytes: number): Failure {
  const message = `Line ${line} is longer than a request may be (${limitBytes} bytes). Make it shorter.`
  return new Failure('invalid_request', message, { details: { line } })
}
