import { describe, expect, it } from 'bun:test'
import { Failure } from '../failure.ts'
import { readForm } from './request-form.ts'

const limit = 100_000

function post(body: BodyInit, contentType?: string): Request {
  const headers = contentType === undefined ? {} : { 'content-type': contentType }
  return new Request('http://127.0.0.1/', { method: 'POST', body, headers })
}

const boundary = 'multipart/form-data; boundary=x'
const part = (head: string, content: string): string => `--x\r\n${head}\r\n\r\n${content}\r\n`
const field = (name: string, content: string): string =>
  part(`Content-Disposition: form-data; name="${name}"`, content)

async function failureOf(work: Promise<unknown>): Promise<Failure> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error instanceof Failure) return error
  throw new Error(`no failure: ${String(error)}`)
}

describe('readForm', () => {
  it('gives fields, repeated fields as lists, and files with every byte', async () => {
    const bytes = Uint8Array.from({ length: 1000 }, (_, index) => index % 256)
    const form = new FormData()
    form.append('model', 'w')
    form.append('tag', 'a')
    form.append('tag', 'b')
    form.append('tag', 'c')
    form.append('image[]', new File([bytes], 'ein Bild é.png', { type: 'image/png' }))
    const { fields, files } = await readForm(post(form), limit)
    expect({ ...fields }).toEqual({ model: 'w', tag: ['a', 'b', 'c'] })
    expect(files.map(({ field, file }) => [field, file.name, file.type])).toEqual([
      ['image[]', 'ein Bild é.png', 'image/png'],
    ])
    expect(new Uint8Array(await files[0]!.file.arrayBuffer())).toEqual(bytes)
  })

  it('reads a form that comes in chunks, and stops at the limit', async () => {
    const pieces = (field('a', '1') + field('b', 'y'.repeat(500)) + '--x--\r\n').match(/[^]{1,7}/g)!
    let pulled = 0
    const chunked = (): ReadableStream =>
      new ReadableStream({
        pull: controller => {
          const piece = pieces[pulled]
          pulled += 1
          if (piece === undefined) controller.close()
          else controller.enqueue(Buffer.from(piece))
        },
      })
    const { fields } = await readForm(post(chunked(), boundary), limit)
    expect(fields['b']).toBe('y'.repeat(500))
    pulled = 0
    expect((await failureOf(readForm(post(chunked(), boundary), 100))).code).toBe('body_too_large')
    expect(pulled).toBeLessThan(30)
  })

  it('lets a content that looks like a boundary be content', async () => {
    const file = part('Content-Disposition: form-data; name="f"; filename="a"', 'q\r\n--xy\r\n--\r\nz')
    const { files } = await readForm(post(file + '--x--\r\n', boundary), limit)
    expect(await files[0]!.file.text()).toBe('q\r\n--xy\r\n--\r\nz')
  })

  it('takes a field named like something of every object as a field', async () => {
    const { fields } = await readForm(post(`${field('__proto__', 'p')}--x--\r\n`, boundary), limit)
    expect(Object.keys(fields)).toEqual(['__proto__'])
    expect(fields['toString']).toBeUndefined()
  })

  it('answers whatever is malformed with a failure that says how, and quotes nothing of it', async () => {
    const secret = 'sk-very-secret'
    const whole = field('a', secret)
    const broken: [string, string, RegExp][] = [
      ['', boundary, /last boundary/],
      [whole, boundary, /last boundary/],
      [`${whole}--x\r\nContent-Disp`, boundary, /last boundary/],
      [`${whole}--x--`, 'multipart/form-data', /no boundary/],
      [`${whole}--x--`, 'multipart/form-data; boundary=', /no boundary/],
      [`${whole}--x--`, 'multipart/form-data; boundary=y', /last boundary/],
      [`${part('Content-Disposition: form-data', secret)}--x--\r\n`, boundary, /no field/],
      [`${whole}--x--\r\n`.replaceAll('\r\n', '\n'), boundary, /no field/],
    ]
    for (const [body, contentType, why] of broken) {
      const failure = await failureOf(readForm(post(body, contentType), limit))
      expect([failure.code, failure.message]).toEqual(['invalid_request', expect.stringMatching(why)])
      expect(`${failure.message} ${String(failure.cause)}`).not.toContain(secret)
    }
    const json = await failureOf(readForm(post('{}', 'application/json'), limit))
    expect([json.code, json.message]).toEqual([
      'unsupported_media_type',
      expect.stringContaining('application/json'),
    ])
  })

  it('ends for any cut and any damage of a form', async () => {
    const whole = Buffer.from(
      field('model', 'w') +
        part('Content-Disposition: form-data; name="f"; filename="a"', 'sound') +
        '--x--\r\n',
    )
    let state = 7
    const random = (below: number): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return state % below
    }
    for (let round = 0; round < 2_000; round += 1) {
      const damaged = Buffer.from(whole.subarray(0, random(whole.length + 1)))
      for (let left = random(4); left > 0 && damaged.length > 0; left -= 1)
        damaged[random(damaged.length)] = random(256)
      const outcome = await readForm(post(damaged, boundary), limit).catch((error: unknown) => error)
      if (outcome instanceof Error) expect(outcome).toBeInstanceOf(Failure)
    }
  })
})
