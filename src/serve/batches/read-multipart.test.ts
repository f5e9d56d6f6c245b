import { describe, expect, it } from 'bun:test'
import { readUpload } from './read-multipart.ts'

const boundary = 'x-boundary'

interface Part {
  readonly head: string
  readonly content: Uint8Array
}

const field = (name: string, value: string): Part => ({ head: `name="${name}"`, content: Buffer.from(value) })
const file = (content: Uint8Array, filename = 'in.jsonl'): Part => ({
  head: `name="file"; filename="${filename}"\r\nContent-Type: application/jsonl`,
  content,
})

function formOf(...parts: readonly Part[]): Buffer {
  const pieces = parts.flatMap(({ head, content }) => [
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; ${head}\r\n\r\n`),
    content,
    Buffer.from('\r\n'),
  ])
  return Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)])
}

function requestOf(bytes: Uint8Array, cuts: readonly number[] = [], type?: string): Request {
  const edges = [0, ...cuts.toSorted((one, other) => one - other), bytes.length]
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const [index, end] of edges.slice(1).entries()) controller.enqueue(bytes.slice(edges[index], end))
      controller.close()
    },
  })
  const headers = { 'content-type': type ?? `multipart/form-data; boundary=${boundary}` }
  return new Request('http://localhost/v1/files', { method: 'POST', headers, body })
}

async function read(request: Request, limitBytes = 1_000_000) {
  let stored: Buffer | undefined
  const form = await readUpload(request, limitBytes, async content => {
    stored = Buffer.from(await new Response(content).arrayBuffer())
  })
  return { ...form, stored: stored?.toString('latin1') }
}

async function refusal(request: Request, limitBytes?: number): Promise<unknown> {
  try {
    await read(request, limitBytes)
  } catch (error) {
    return error
  }
  throw new Error('Nothing was thrown.')
}

describe('readUpload', () => {
  // what looks like the boundary, or its beginning, and is content
  const content = Buffer.from(
    `\r\n--x-bound\r\n--\r\r\n-\r\n${'ö'.repeat(20)}\u0000--${boundary}\r\n--x-boundar`,
  )
  const form = formOf(
    field('purpose', 'batch'),
    file(content, 'a "b".jsonl'.replaceAll('"', '\\"')),
    field('x', ''),
  )

  it('reads the same however the body is cut', async () => {
    const whole = await read(requestOf(form))
    expect(whole.stored).toBe(content.toString('latin1'))
    expect({ ...whole.fields }).toEqual({ purpose: 'batch', x: '' })
    for (let cut = 1; cut < form.length; cut += 1) expect(await read(requestOf(form, [cut]))).toEqual(whole)
    for (let round = 0; round < 200; round += 1) {
      const cuts = Array.from({ length: round % 20 }, () => Math.floor(Math.random() * form.length))
      expect(await read(requestOf(form, cuts))).toEqual(whole)
    }
    const bytewise = Array.from({ length: form.length }, (_, index) => index)
    expect(await read(requestOf(form, bytewise))).toEqual(whole)
  })

  it('keeps any bytes as they are', async () => {
    for (let round = 0; round < 50; round += 1) {
      const bytes = crypto.getRandomValues(new Uint8Array(round * 40))
      const { stored } = await read(requestOf(formOf(file(bytes), field('purpose', 'batch'))))
      expect(stored).toBe(Buffer.from(bytes).toString('latin1'))
    }
  })

  it('takes a boundary in quotes, and a form without a file', async () => {
    const quoted = `multipart/form-data; charset=utf-8; boundary="${boundary}"`
    expect((await read(requestOf(form, [], quoted))).filename).toBeDefined()
    expect((await read(requestOf(formOf(field('purpose', 'batch'))))).filename).toBeUndefined()
  })

  it.each([
    ['no form at all', requestOf(form, [], 'application/json')],
    ['a form that is cut off in its file', requestOf(form.subarray(0, 200))],
    ['a form without its last boundary', requestOf(form.subarray(0, form.length - boundary.length - 6))],
    ['a body without any boundary', requestOf(Buffer.from('hello'))],
    ['a part without a name', requestOf(formOf({ head: 'x="y"', content }))],
    ['two files', requestOf(formOf(file(content), file(content)))],
    ['a file in another field', requestOf(formOf({ head: 'name="other"; filename="x"', content }))],
    ['a head without end', requestOf(Buffer.from(`--${boundary}\r\n${'x'.repeat(20_000)}`))],
    ['a field that is too long', requestOf(formOf(field('purpose', 'x'.repeat(70_000))))],
  ])('refuses %s', async (_, request) => {
    expect(await refusal(request)).toMatchObject({ code: 'invalid_request' })
  })

  it('refuses a file beyond the limit while it comes in', async () => {
    const large = requestOf(formOf(file(new Uint8Array(300_000))), [100_000, 200_000])
    expect(await refusal(large, 100_000)).toMatchObject({ code: 'body_too_large' })
  })
})
