import { gzipSync } from 'node:zlib'
import { bodies, canary, services } from './bodies.ts'
import { damageText, mutateJson, pick, randomBytes, randomFrom, type Random } from './odd-json.ts'

export interface MalformedRequest {
  readonly bytes: Buffer
  readonly path: string
  /** Not HTTP as the RFC has it: whoever reads it may close the connection without a word. */
  readonly isFramingBroken: boolean
  readonly isLast: boolean
  readonly isHead: boolean
}

interface Given {
  readonly key: string
  readonly bodyLimitBytes: number
}

const methods = ['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD', 'TRACE', 'BREW', 'post', '', 'P\u0000ST']
const paths = [
  '/v1',
  '/v1/',
  '/v1//chat/completions',
  '/v1/chat/completions/',
  '/v1/../api/system',
  '/v1/%2e%2e/api/keys',
  '/v1/chat%2Fcompletions',
  '//v1/chat/completions',
  '/v1/models/%00',
  '/v1/models/%ff',
  '/v1/models/%',
  '/v1/models/__proto__',
  '/v1/models/constructor',
  '/v1/responses/%00',
  '/v1/responses/resp_%ff',
  '/v1/responses/x/input_items?limit=-1',
  '/v1/responses/resp_1/input_items?after=%00',
  '/v1/responses/resp_1/input_items?limit=NaN&order=x',
  '/v1/files/%00',
  '/v1/files/..%2f..%2fetc%2fpasswd/content',
  '/v1/files?limit=1e9&after=%00',
  '/v1/files?purpose=%00&order=',
  '/v1/batches/%00',
  '/v1/batches/batch_x/cancel',
  '/v1/batches?after=%27%3B--',
  '/v1/batches?limit=99999999999999999999',
  '/v1/messages?beta=true&beta=%00',
  '*',
  '/',
  '/%',
  '/%00',
  '/\u00e9',
  '/api/keys?limit=%00',
  '/api/inferences?cursor=%00',
  '/api/inferences?cursor=abc&limit=0',
  '/api/inferences?since=never',
  '/api/inferences/%00',
  '/api/inferences/x',
  '/api/batches?cursor=%00',
  '/api/limits/tenant/%00',
  '/api/tenants/%ff',
  '/api/costs?since=%00',
  '/api/audit?cursor=%ff',
  '/assets/%2e%2e%2f%2e%2e%2fpackage.json',
  '/metrics?%',
  'http://[::1/v1/models',
  'http://evil.example/v1/models',
  '/v1/models?after=%E0%A4%A',
]

export function malformedRequest(seed: number, given: Given): MalformedRequest {
  const random = randomFrom(seed)
  const kind = random()
  if (kind < 0.55) return oddBody(random, given)
  if (kind < 0.7) return damagedBody(random, given)
  if (kind < 0.78) return oddHeaders(random, given)
  if (kind < 0.86) return brokenFraming(random, given)
  if (kind < 0.93) return oddPath(random, given)
  if (kind < 0.985) return oddForm(random, given)
  return largeBody(random, given)
}

/** The good head of a JSON request; each line can be told otherwise. */
function assemble(options: {
  readonly method?: string
  readonly path: string
  readonly key: string
  readonly body: Buffer
  readonly headers?: readonly string[]
  readonly without?: readonly string[]
  readonly isFramingBroken?: boolean
  readonly isLast?: boolean
}): MalformedRequest {
  const { method = 'POST', path, key, body, headers = [], without = [] } = options
  const usual = [
    ['host', '127.0.0.1'],
    ['authorization', `Bearer ${key}`],
    ['content-type', 'application/json'],
    ['anthropic-version', '2023-06-01'],
    ['content-length', String(body.length)],
  ].filter(([name = '']) => !without.includes(name))
  const lines = [
    `${method} ${path} HTTP/1.1`,
    ...usual.map(([name, value]) => `${name}: ${value}`),
    ...headers,
    '',
    '',
  ]
  return {
    bytes: Buffer.concat([Buffer.from(lines.join('\r\n'), 'latin1'), body]),
    path,
    isFramingBroken: options.isFramingBroken ?? false,
    isLast: options.isLast ?? false,
    isHead: method === 'HEAD',
  }
}

function oddBody(random: Random, { key }: Given): MalformedRequest {
  const [path, body] = pick(random, bodies)
  const text = mutateJson('model' in body ? { ...body, model: pick(random, services) } : body, random)
  return assemble({ path, key, body: Buffer.from(text) })
}

function damagedBody(random: Random, { key }: Given): MalformedRequest {
  const [path, body] = pick(random, bodies)
  const text = JSON.stringify(body)
  if (random() < 0.1) {
    const encoding = pick(random, ['gzip', 'br', 'zstd', 'identity', 'identity, gzip', '\u00e9', ''])
    return assemble({ path, key, body: gzipSync(text), headers: [`content-encoding: ${encoding}`] })
  }
  if (random() < 0.02) {
    const [open, close] = pick(random, [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const)
    const deep = `${open.repeat(100_000)}1${close.repeat(random() < 0.5 ? 100_000 : 0)}`
    return assemble({
      path,
      key,
      body: Buffer.from(text.replace(/^\{/, `{"messages":${deep},"input":${deep},`)),
    })
  }
  return assemble({ path, key, body: damageText(text, random) })
}

function oddHeaders(random: Random, { key }: Given): MalformedRequest {
  const [path, whole] = pick(random, bodies)
  const body = Buffer.from(JSON.stringify(whole))
  const without = random() < 0.5 ? ['authorization'] : ['content-type']
  const headers = pick(random, [
    [],
    [`authorization: Bearer ${key}x`],
    [`authorization: Bearer ${key}`, 'authorization: Bearer other'],
    ['authorization: Bearer'],
    ['authorization: Basic Og=='],
    [`authorization: bearer   ${key}`],
    [`authorization: Bearer ${'k'.repeat(8_000)}`],
    ['authorization: \u00e9\u00ff'],
    [`x-api-key: ${canary}`],
    ['content-type: text/plain'],
    ['content-type: application/json; charset=utf-16'],
    ['content-type: multipart/form-data'],
    ['content-type: multipart/form-data; boundary=x'],
    [`content-type: ${'a'.repeat(5_000)}`],
    ['content-type: application/json', 'content-type: text/html'],
    ['x-request-id: <script>'],
    [`x-request-id: ${'i'.repeat(300)}`],
    ['traceparent: 00-zz-zz-01'],
    ['traceparent: 00-00000000000000000000000000000000-0000000000000000-00'],
    ['cache-control: no-store, no-cache, nonsense=\u00e9'],
    ['accept: nothing/at-all'],
    ['expect: 100-continue'],
    ['anthropic-beta: \u00e9,\u00e9', 'anthropic-beta: x'],
    ['x-forwarded-for: not an address'],
    ['slipway-priority: nonsense'],
    ['cookie: slipway_session=%00; __proto__=1'],
    ['upgrade: websocket', 'connection: upgrade'],
    ['upgrade: h2c', 'http2-settings: AAA', 'connection: upgrade, http2-settings'],
  ])
  return assemble({ path, key, body, without, headers })
}

function brokenFraming(random: Random, { key }: Given): MalformedRequest {
  const [path, whole] = pick(random, bodies)
  const body = Buffer.from(JSON.stringify(whole))
  const broken = { path, key, body, isFramingBroken: true, isLast: true }
  const chunked = (text: string): MalformedRequest =>
    assemble({
      ...broken,
      body: Buffer.from(text),
      without: ['content-length'],
      headers: ['transfer-encoding: chunked'],
    })
  const lengths = (...values: string[]): MalformedRequest =>
    assemble({
      ...broken,
      without: ['content-length'],
      headers: values.map(value => `content-length: ${value}`),
    })
  return pick(random, [
    () => chunked('zz\r\n{}\r\n0\r\n\r\n'),
    () => chunked('-5\r\nabc\r\n0\r\n\r\n'),
    () => chunked('ffffffffffffffffff\r\nabc'),
    () => chunked('5\r\nabc\r\n0\r\n\r\n'),
    () => chunked(`${body.length.toString(16)}\r\n${body.toString()}`),
    () =>
      chunked(
        `${body.length.toString(16)};ext="${'e'.repeat(3_000)}"\r\n${body.toString()}\r\n0\r\nx-trailer: 1\r\n\r\n`,
      ),
    () => chunked(body.toString()),
    () => lengths(String(body.length + 50)),
    () => lengths(String(Math.floor(body.length / 2))),
    () => lengths('-1'),
    () => lengths('abc'),
    () => lengths('1e3'),
    () => lengths('99999999999999999999999'),
    () => lengths('5', '7'),
    () => lengths(`${body.length}, ${body.length}`),
    () => assemble({ ...broken, headers: ['transfer-encoding: chunked'] }),
    () => assemble({ ...broken, without: ['content-length'], headers: ['transfer-encoding: gzip, chunked'] }),
    () => assemble({ ...broken, headers: ['no colon here'] }),
    () => assemble({ ...broken, headers: [': no name'] }),
    () => assemble({ ...broken, headers: ['x-nul: a\u0000b'] }),
    () => assemble({ ...broken, headers: ['x-fold: a', '  folded'] }),
    () => assemble({ ...broken, headers: ['x bad: name'] }),
    () => assemble({ ...broken, headers: [`x-huge: ${'h'.repeat(100_000)}`] }),
    () =>
      assemble({
        ...broken,
        headers: Array.from({ length: 1_000 }, (_, index) => `x-many-${index}: ${index}`),
      }),
    () => assemble({ ...broken, without: ['host'] }),
    () => assemble({ ...broken, without: ['host'], headers: ['host: a', 'host: b'] }),
    () => assemble({ ...broken, headers: ['expect: 200-nonsense'] }),
    () => ({ ...assemble(broken), bytes: Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n') }),
    () => ({ ...assemble(broken), bytes: Buffer.from(`POST ${path} HTTP/9.9\r\nhost: a\r\n\r\n`) }),
    () => ({ ...assemble(broken), bytes: Buffer.from(`POST ${path}\r\n\r\n`) }),
    () => ({
      ...assemble(broken),
      bytes: Buffer.from(`POST ${path} HTTP/1.0\r\nauthorization: Bearer ${key}\r\n\r\n`),
    }),
    () => ({
      ...assemble(broken),
      bytes: Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc]),
    }),
    () => ({ ...assemble(broken), bytes: randomBytes(random, 200) }),
    () => ({ ...assemble(broken), bytes: assemble(broken).bytes.subarray(0, Math.floor(random() * 300)) }),
  ])()
}

function oddPath(random: Random, { key }: Given): MalformedRequest {
  const isOddMethod = random() < 0.4
  const path = isOddMethod ? pick(random, bodies)[0] : pick(random, [...paths, `/v1/${'p'.repeat(8_000)}`])
  const method = isOddMethod ? pick(random, methods) : pick(random, ['GET', 'POST', 'DELETE'])
  const body = method === 'GET' || method === 'HEAD' ? Buffer.alloc(0) : Buffer.from('{}')
  const isFramingBroken =
    !/^[A-Z]+$/.test(method) || !/^\/[\x21-\x7e]*$/.test(path) || ['TRACE', 'BREW'].includes(method)
  return assemble({ method, path, key, body, isFramingBroken, isLast: isFramingBroken })
}

function oddForm(random: Random, { key }: Given): MalformedRequest {
  const path = pick(random, [
    '/v1/images/edits',
    '/v1/images/variations',
    '/v1/audio/transcriptions',
    '/v1/audio/translations',
    '/v1/files',
    '/v1/files',
  ])
  const part = (head: string, content: string): string => `--x\r\n${head}\r\n\r\n${content}\r\n`
  const field = (name: string, content: string): string =>
    part(`Content-Disposition: form-data; name="${name}"`, content)
  const file = part(
    'Content-Disposition: form-data; name="file"; filename="a.jsonl"\r\nContent-Type: application/jsonl',
    `{"custom_id":"${canary}"}`,
  )
  const good = `${field('model', pick(random, services))}${field('purpose', 'batch')}${field('prompt', canary)}${file}--x--\r\n`
  const text = pick(random, [
    () => good,
    () => good.slice(0, Math.floor(random() * good.length)),
    () => good.slice(Math.floor(random() * good.length)),
    () => good.replaceAll('\r\n', '\n'),
    () => good.replaceAll('form-data', 'attachment'),
    () => good.replaceAll('name=', 'nome='),
    () => good.replace('filename="a.jsonl"', `filename="../../etc/passwd\u0000"`),
    () => good.replace('filename="a.jsonl"', `filename*=UTF-8''%ff%00`),
    () => good.replace('application/jsonl', 'application/\u0000'),
    () => `${field('model', '\u0000\u0001')}${file}--x--\r\n`,
    () => `${field('__proto__', 'x')}${field('model', 'chat')}${field('model', 'claude')}--x--\r\n`,
    () => `${Array.from({ length: 500 }, (_, index) => field(`f${index}`, 'x')).join('')}--x--\r\n`,
    () => randomBytes(random, 500).toString('latin1'),
  ])()
  const boundary = pick(random, ['x', 'x', 'x', 'x', 'y', '', '"x', 'x\u00e9', 'b'.repeat(300)])
  return assemble({
    path,
    key,
    body: Buffer.from(text, 'latin1'),
    without: ['content-type'],
    headers: [`content-type: multipart/form-data; boundary=${boundary}`],
  })
}

function largeBody(random: Random, { key, bodyLimitBytes }: Given): MalformedRequest {
  const [path, whole] = pick(random, bodies)
  const text = JSON.stringify(whole)
  const size = bodyLimitBytes + pick(random, [-1, 0, 1, 100_000])
  const body = Buffer.concat([Buffer.from(text), Buffer.alloc(Math.max(0, size - text.length), 32)])
  if (random() < 0.6) return assemble({ path, key, body })
  const chunks: Buffer[] = []
  for (let at = 0; at < body.length; at += 65_536) {
    const piece = body.subarray(at, at + 65_536)
    chunks.push(Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n'))
  }
  chunks.push(Buffer.from('0\r\n\r\n'))
  return assemble({
    path,
    key,
    body: Buffer.concat(chunks),
    without: ['content-length'],
    headers: ['transfer-encoding: chunked'],
  })
}
