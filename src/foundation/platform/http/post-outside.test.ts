import { afterAll, describe, expect, it } from 'bun:test'
import { Failure } from '../failure.ts'
import { isInsideAddress, postOutside } from './post-outside.ts'

const seen: { path: string; body: string; header: string | null }[] = []
const server = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch: async request => {
    const { pathname } = new URL(request.url)
    seen.push({ path: pathname, body: await request.text(), header: request.headers.get('x-told') })
    if (pathname === '/moved') return Response.redirect('/elsewhere', 307)
    return new Response('taken', { status: 201 })
  },
})
afterAll(() => server.stop(true))

const post = (url: string, mayGoPrivate: boolean) =>
  postOutside({ url, headers: { 'x-told': 'yes' }, body: '{"a":"ü"}', timeoutMs: 2_000, mayGoPrivate })

const codeOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'sent',
    (error: unknown) => (error instanceof Failure ? error.code : String(error)),
  )

describe('postOutside', () => {
  it('sends where it may, and tells the status; redirects lead nowhere', async () => {
    expect(await post(`http://127.0.0.1:${server.port}/in`, true)).toBe(201)
    expect(seen.at(-1)).toEqual({ path: '/in', body: '{"a":"ü"}', header: 'yes' })
    expect(await post(`http://127.0.0.1:${server.port}/moved`, true)).toBe(307)
    expect(seen.map(({ path }) => path)).not.toContain('/elsewhere')
  })

  it('goes to no private address, however it is written or named', async () => {
    const before = seen.length
    for (const host of ['127.0.0.1', 'localhost', '[::1]', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]'])
      expect(`${host}: ${await codeOf(post(`http://${host}:${server.port}/in`, false))}`).toBe(
        `${host}: forbidden`,
      )
    expect(seen.length).toBe(before)
  })

  it('says that nobody is there', async () => {
    expect(await codeOf(post('http://127.0.0.1:1/', true))).toBe('upstream_unreachable')
  })
})

describe('isInsideAddress', () => {
  it('knows what is not open to all', () => {
    const insides = [
      '10.1.2.3',
      '172.31.0.1',
      '192.168.1.1',
      '169.254.169.254',
      '0.0.0.0',
      '100.64.0.1',
      '::1',
      '::',
    ]
    const more = [
      'fd00::1',
      'fe80::1',
      '::ffff:10.0.0.1',
      '::ffff:a00:1',
      '255.255.255.255',
      'not an address',
    ]
    expect([...insides, ...more].filter(address => !isInsideAddress(address))).toEqual([])
    const outsides = ['93.184.216.34', '172.32.0.1', '2606:2800:220:1::1', '::ffff:93.184.216.34']
    expect(outsides.filter(address => isInsideAddress(address))).toEqual([])
  })
})
