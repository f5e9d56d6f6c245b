import { lookup as lookUp } from 'node:dns/promises'
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { BlockList, isIP } from 'node:net'
import { Failure } from '../failure.ts'

/** Never called: where clouds tell machines their secrets, what is no host, and what is many hosts. */
const forbidden = new BlockList()
for (const [address, prefix] of [
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  forbidden.addSubnet(address, prefix, 'ipv4')
forbidden.addAddress('::', 'ipv6')
forbidden.addSubnet('fe80::', 10, 'ipv6')
forbidden.addSubnet('ff00::', 8, 'ipv6')
// the same of other clouds: Alibaba, and AWS over IPv6
forbidden.addAddress('100.100.100.200', 'ipv4')
forbidden.addAddress('fd00:ec2::254', 'ipv6')

/** This machine and private networks (RFC 1918, 4193, 6598). */
const inner = new BlockList()
for (const [address, prefix] of [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  inner.addSubnet(address, prefix, 'ipv4')
inner.addAddress('::1', 'ipv6')
inner.addSubnet('fc00::', 7, 'ipv6')

export interface AddressRules {
  /** Whether it may be an address of this machine or of a private network. */
  readonly allowPrivate: boolean
}

/** Why an address may not be called; `undefined` where it may. */
export function whyNotCall(address: string, { allowPrivate }: AddressRules): string | undefined {
  // an IPv4 address in the clothes of IPv6 is what it is
  const plain = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address
  const family = isIP(plain) === 6 ? 'ipv6' : 'ipv4'
  if (forbidden.check(plain, family)) return `${plain} is an address that is never called.`
  if (!allowPrivate && inner.check(plain, family))
    return `${plain} is an address of this machine or of a private network; allow it with \`allowPrivate: true\`.`
  return undefined
}

/**
 * The address of a host that may be called, or a `Failure`. What is returned is what must be connected to: the name could
 * lead elsewhere a moment later.
 */
export async function resolveAllowed(
  host: string,
  rules: AddressRules,
): Promise<{ readonly address: string; readonly family: 4 | 6 }> {
  const bare = host.replace(/^\[|\]$/g, '')
  const found = isIP(bare)
    ? [{ address: bare, family: isIP(bare) }]
    : await lookUp(bare, { all: true }).catch((error: unknown) => {
        throw new Failure('upstream_unreachable', `There is no host ${bare}.`, { cause: error })
      })
  const [first] = found
  if (!first) throw new Failure('upstream_unreachable', `There is no host ${bare}.`)
  for (const { address } of found) {
    const why = whyNotCall(address, rules)
    if (why !== undefined) throw new Failure('forbidden', `${bare} may not be called: ${why}`)
  }
  return { address: first.address, family: first.family === 6 ? 6 : 4 }
}

export interface GuardedAnswer {
  readonly status: number
  /** What the server asks to wait, in seconds. */
  readonly retryAfterSeconds: number | undefined
  /** The first 2 kB of the answer. */
  readonly text: string
}

const keptBytes = 2_048

/**
 * One POST to an address that somebody wrote into a configuration: only to hosts that may be called, to the very address
 * that was looked at, without following redirects, within `timeoutMs`.
 */
export async function postGuarded(
  target: string,
  options: {
    readonly headers: Readonly<Record<string, string>>
    readonly body: string
    readonly timeoutMs: number
    readonly signal?: AbortSignal
  } & AddressRules,
): Promise<GuardedAnswer> {
  const url = new URL(target)
  const resolved = await resolveAllowed(url.hostname, options)
  const signal = AbortSignal.any([
    AbortSignal.timeout(options.timeoutMs),
    ...(options.signal ? [options.signal] : []),
  ])
  const send = url.protocol === 'https:' ? requestHttps : requestHttp
  const { promise, resolve, reject } = Promise.withResolvers<GuardedAnswer>()
  const request = send(
    url,
    {
      method: 'POST',
      headers: { ...options.headers, 'content-length': String(Buffer.byteLength(options.body)) },
      signal,
      agent: false,
      lookup: (_host, { all }, done) => {
        if (all === true) done(null, [resolved])
        else done(null, resolved.address, resolved.family)
      },
    },
    response => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        if (text.length < keptBytes) text = (text + chunk).slice(0, keptBytes)
        else response.destroy()
      })
      const end = (): void => {
        const wait = Number(response.headers['retry-after'])
        const retryAfterSeconds = Number.isFinite(wait) && wait > 0 ? wait : undefined
        resolve({ status: response.statusCode ?? 0, retryAfterSeconds, text })
      }
      response.on('end', end)
      response.on('close', end)
      response.on('error', reject)
    },
  )
  request.on('error', reject)
  request.end(options.body)
  try {
    return await promise
  } catch (error) {
    // the address may hold a secret, so it is not repeated
    throw new Failure('upstream_unreachable', `${url.hostname} did not answer.`, { cause: error })
  }
}
