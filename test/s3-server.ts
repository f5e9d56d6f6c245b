import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

export interface S3Server extends AsyncDisposable {
  readonly endpoint: string
  /** What came in, e.g. `PUT /bucket/key`. */
  readonly requests: readonly string[]
}

export const s3Credentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
}

/**
 * A small S3 on loopback: objects and uploads in parts of one bucket, lists in pages of `pageSize`. It computes
 * every signature itself and refuses a request whose signature or content hash is wrong.
 */
export function startS3Server(options: { bucket: string; region: string; pageSize?: number }): S3Server {
  const objects = new Map<string, Uint8Array>()
  const uploads = new Map<string, Map<number, Uint8Array>>()
  const requests: string[] = []
  const { bucket, region, pageSize = 1000 } = options

  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      const url = new URL(request.url)
      requests.push(`${request.method} ${url.pathname}`)
      const content = new Uint8Array(await request.arrayBuffer())
      const refusal = checkSignature(request, url, content, region)
      if (refusal) return failure(403, refusal)
      const [, name, ...rest] = url.pathname.split('/')
      if (name !== bucket) return failure(404, 'NoSuchBucket')
      const key = rest.map(decodeURIComponent).join('/')
      if (key === '') return list(url)
      const uploadId = url.searchParams.get('uploadId')
      if (uploadId !== null) return uploadPart(request.method, key, uploadId, url, content)
      return handleObject(request.method, key, url, content)
    },
  })

  function handleObject(method: string, key: string, url: URL, content: Uint8Array): Response {
    if (method === 'POST' && url.searchParams.has('uploads')) {
      const id = crypto.randomUUID()
      uploads.set(id, new Map())
      return new Response(
        `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
      )
    }
    if (method === 'PUT') {
      objects.set(key, content)
      return new Response(null, { headers: { etag: '"whole"' } })
    }
    if (method === 'DELETE') {
      objects.delete(key)
      return new Response(null, { status: 204 })
    }
    const found = objects.get(key)
    if (!found) return failure(404, 'NoSuchKey')
    const headers = { 'content-length': String(found.byteLength) }
    return new Response(method === 'HEAD' ? null : new Uint8Array(found), { headers })
  }

  function uploadPart(method: string, key: string, id: string, url: URL, content: Uint8Array): Response {
    const parts = uploads.get(id)
    if (!parts) return failure(404, 'NoSuchUpload')
    if (method === 'PUT') {
      const number = Number(url.searchParams.get('partNumber'))
      parts.set(number, content)
      return new Response(null, { headers: { etag: `"part-${number}"` } })
    }
    uploads.delete(id)
    if (method === 'DELETE') return new Response(null, { status: 204 })
    const listed = [
      ...Buffer.from(content)
        .toString()
        .matchAll(/<PartNumber>(\d+)<\/PartNumber><ETag>([^<]*)/g),
    ]
    if (listed.length !== parts.size || listed.some(([, number, etag]) => etag !== `"part-${number}"`)) {
      return new Response('<Error><Code>InvalidPart</Code></Error>')
    }
    objects.set(key, new Uint8Array(Buffer.concat(listed.map(([, number]) => parts.get(Number(number))!))))
    return new Response('<CompleteMultipartUploadResult></CompleteMultipartUploadResult>')
  }

  function list(url: URL): Response {
    const prefix = url.searchParams.get('prefix') ?? ''
    const after = url.searchParams.get('continuation-token') ?? ''
    const keys = [...objects.keys()].filter(key => key.startsWith(prefix) && key > after).sort()
    const page = keys.slice(0, pageSize)
    const contents = page.map(
      key => `<Contents><Key>${key}</Key><Size>${objects.get(key)!.byteLength}</Size></Contents>`,
    )
    const next =
      keys.length > page.length ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : ''
    return new Response(`<ListBucketResult>${contents.join('')}${next}</ListBucketResult>`)
  }

  return {
    endpoint: `http://127.0.0.1:${server.port}`,
    requests,
    async [Symbol.asyncDispose]() {
      await server.stop(true)
    },
  }
}

function failure(status: number, code: string): Response {
  return new Response(`<Error><Code>${code}</Code><Message>&quot;no&quot; &amp; why</Message></Error>`, {
    status,
  })
}

/** Written from the specification: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html */
function checkSignature(request: Request, url: URL, content: Uint8Array, region: string): string | undefined {
  const authorization = request.headers.get('authorization') ?? ''
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+), Signature=(\w{64})$/.exec(
      authorization,
    )
  const [, accessKeyId = '', day = '', signedRegion = '', signedHeaders = '', signature = ''] = match ?? []
  if (accessKeyId !== s3Credentials.accessKeyId) return 'InvalidAccessKeyId'
  if (signedRegion !== region) return 'AuthorizationHeaderMalformed'
  const contentHash = request.headers.get('x-amz-content-sha256') ?? ''
  if (contentHash !== sha256(content)) return 'XAmzContentSHA256Mismatch'
  const names = signedHeaders.split(';')
  for (const required of ['host', 'x-amz-content-sha256', 'x-amz-date']) {
    if (!names.includes(required)) return 'AccessDenied'
  }
  const query = url.search
    .slice(1)
    .split('&')
    .filter(pair => pair !== '')
    .map(pair => (pair.includes('=') ? pair : `${pair}=`))
    .sort()
    .join('&')
  const canonical = [
    request.method,
    url.pathname,
    query,
    ...names.map(name => `${name}:${(request.headers.get(name) ?? '').trim()}`),
    '',
    signedHeaders,
    contentHash,
  ].join('\n')
  const scope = `${day}/${region}/s3/aws4_request`
  const toSign = ['AWS4-HMAC-SHA256', request.headers.get('x-amz-date') ?? '', scope, sha256(canonical)].join(
    '\n',
  )
  let key: Uint8Array = Buffer.from(`AWS4${s3Credentials.secretAccessKey}`)
  for (const step of [day, region, 's3', 'aws4_request']) key = hmac(key, step)
  return timingSafeEqual(hmac(key, toSign), Buffer.from(signature, 'hex'))
    ? undefined
    : 'SignatureDoesNotMatch'
}

function sha256(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex')
}

function hmac(key: Uint8Array, text: string): Uint8Array {
  return createHmac('sha256', key).update(text).digest()
}
