import { describe, expect, it } from 'bun:test'
import { type Line, readLines } from './read-lines.ts'

function streamOf(bytes: Uint8Array, cuts: readonly number[]): ReadableStream<Uint8Array> {
  const edges = [0, ...cuts.toSorted((one, other) => one - other), bytes.length]
  const pieces = edges.slice(1).map((end, index) => bytes.slice(edges[index], end))
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece)
      controller.close()
    },
  })
}

async function linesOf(
  text: string,
  cuts: readonly number[] = [],
  from = { offset: 0, number: 1 },
): Promise<Line[]> {
  return await Array.fromAsync(readLines(streamOf(Buffer.from(text), cuts), from, 100))
}

describe('readLines', () => {
  const text = 'first\r\n\n  \nzwölf 🛶 ends\nlast without an end'

  it('gives the same lines however the stream is cut, in the middle of a character too', async () => {
    const whole = await linesOf(text)
    expect(whole.map(line => [line.number, line.text.trim()])).toEqual([
      [1, 'first'],
      [4, 'zwölf 🛶 ends'],
      [5, 'last without an end'],
    ])
    const { length } = Buffer.from(text)
    for (let cut = 0; cut <= length; cut += 1) expect(await linesOf(text, [cut])).toEqual(whole)
    for (let round = 0; round < 300; round += 1) {
      const cuts = Array.from({ length: round % 12 }, () => Math.floor(Math.random() * (length + 1)))
      expect(await linesOf(text, cuts)).toEqual(whole)
    }
    const every = Array.from({ length }, (_, index) => index)
    expect(await linesOf(text, every)).toEqual(whole)
  })

  it('goes on from the end of any line as if it had never stopped', async () => {
    const whole = await linesOf(text)
    for (const [index, { endOffset, number }] of whole.entries()) {
      const rest = await linesOf(text, [3, 9, 20], { offset: endOffset, number: number + 1 })
      // empty lines that are passed over count
      const expected = whole.slice(index + 1).map(line => [line.number, line.text, line.endOffset])
      expect(rest.map(line => [line.number, line.text, line.endOffset])).toEqual(expected)
    }
  })

  it('refuses a line that is longer than a request may be, whether it ends or not', async () => {
    const long = `ok\n${'x'.repeat(101)}`
    for (const input of [long, `${long}\nok`])
      for (const cuts of [[], [50, 80]]) {
        const refused: unknown = await linesOf(input, cuts).catch((error: unknown) => error)
        expect(refused).toMatchObject({ code: 'invalid_request', details: { line: 2 } })
      }
    expect(await linesOf('x'.repeat(100))).toHaveLength(1)
  })

  it('finds no line in nothing', async () => {
    expect([await linesOf(''), await linesOf('\n\r\n  \n')]).toEqual([[], []])
  })
})
