import { lookup as resolve, type LookupAddress } from 'node:dns'
import http from 'node:http'
import https from 'node:https'
import { BlockList, isIP } from 'node:net'
import { Failure } from '../failure.ts'

export interface OutsidePost {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly timeoutMs: number
  /** Whether it may go to private and local addresses. */
  readonly mayGoPrivate: boolean
  readonly signal?: AbortSignal
}

/** Addresses inside of a network, of this machine, or of nobody (RFC 6890, RFC 4193, RFC 4291). */
const inside = new BlockList()
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  inside.addSubnet(network, bits, 'ipv4')
for (const [network, bits] of [
  ['::', 127],
  ['::ffff:0:0:0', 96],
  ['64:ff9b::', 96],
  ['100::', 64],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  inside.addSubnet(network, bits, 'ipv6')

/** Whether an address is one of a network that is not open to all, an IPv4 one within IPv6 included. */
export function isInsideAddress(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return inside.check(mapped, 'ipv4')
  const family = isIP(address)
  if (family === 0) return true
  // every other way to write an IPv4 address within an IPv6 one
  if (family === 6 && /^::(?:ffff:)?[0-9a-f]{1,4}:[0-9a-f]{1,4}$/i.test(address)) return true
  return inside.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

/**
 * Sends a body to an address that somebody has configured. The address that a name stands for is looked at when the
 * connection is made, so that no name can lead inside; redirects are not followed. Resolves with the status.
 */
export async function postOutside(post: OutsidePost): Promise<number> {
  const url = new URL(post.url)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (!post.mayGoPrivate && isIP(host) !== 0 && isInsideAddress(host)) throw goesInside(host)
  const client = url.protocol === 'https:' ? https : http
  const { promise, resolve: done, reject } = Promise.withResolvers<number>()
  const signal = AbortSignal.any([AbortSignal.timeout(post.timeoutMs), ...(post.signal ? [post.signal] : [])])
  const request = client.request(
    url,
    {
      method: 'POST',
      signal,
      headers: { ...post.headers, 'content-length': String(Buffer.byteLength(post.body)) },
      ...(!post.mayGoPrivate && { lookup: lookUpOutside }),
    },
    response => {
      // nobody reads what it says
      response.destroy()
      done(response.statusCode ?? 0)
    },
  )
  request.on('error', cause => {
    if (cause instanceof Failure) return reject(cause)
    const message = signal.aborted
      ? `${url.host} did not answer within ${post.timeoutMs} ms.`
      : `${url.host} could not be reached.`
    reject(new Failure('upstream_unreachable', message, { cause }))
  })
  request.end(post.body)
  return await promise
}

function lookUpOutside(
  name: string,
  options: unknown,
  callback: (error: Error | null, address: string | LookupAddress[], family?: number) => void,
): void {
  resolve(name, { all: true }, (error, addresses) => {
    if (error) return callback(error, [])
    const stranger = addresses.find(({ address }) => isInsideAddress(address))
    if (stranger) return callback(goesInside(name), [])
    const [first] = addresses
    const wantsAll =
      typeof options === 'object' && options !== null && 'all' in options && options.all === true
    if (wantsAll) return callback(null, addresses)
    callback(null, first?.address ?? '', first?.family)
  })
}

function goesInside(host: string): Failure {
  return new Failure(
    'forbidden',
    `${host} is an address of a private network, of this machine, or of nobody. Name a public one, or allow private ones.`,
    { details: { reason: 'private_address' } },
  )
}
