import { createHash } from 'node:crypto'
import { AwsClient } from 'aws4fetch'
import { Failure } from '../failure.ts'
import { checkKey } from './object-key.ts'
import type { ObjectStore, ObjectStoreConfig, ObjectSummary } from './object-store.ts'

/** A stream of unknown length goes up in parts of this size; S3 wants 5 MiB at least and 10,000 parts at most. */
const partSizeBytes = 16 * 1024 * 1024
const attempts = 4

/**
 * Objects in a bucket of anything that speaks S3, addressed by path. Every request is signed with AWS Signature
 * Version 4 over the hash of its content.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export function openS3Store(config: Extract<ObjectStoreConfig, { kind: 's3' }>): ObjectStore {
  const client = new AwsClient({
    accessKeyId: config.accessKeyId,
    secretAccessKey: config.secretAccessKey,
    ...(config.sessionToken !== undefined && { sessionToken: config.sessionToken }),
    service: 's3',
    region: config.region,
    retries: attempts - 1,
  })
  const bucketUrl = `${config.endpoint.replace(/\/+$/, '')}/${config.bucket}`
  const urlOf = (key: string) => {
    checkKey(key)
    return `${bucketUrl}/${(config.prefix + key).split('/').map(encodeURIComponent).join('/')}`
  }

  /** Sends one signed request; 404 comes back as it is, every other refusal is a failure. */
  async function send(method: string, url: string, body?: Uint8Array): Promise<Response> {
    let response: Response
    try {
      response = await client.fetch(url, {
        method,
        headers: {
          'x-amz-content-sha256': createHash('sha256')
            .update(body ?? '')
            .digest('hex'),
        },
        ...(body && { body: body as Uint8Array<ArrayBuffer> }),
      })
    } catch (error) {
      throw new Failure('storage_unavailable', `The object store at ${config.endpoint} cannot be reached.`, {
        details: { retryAfterSeconds: 1 },
        cause: error,
      })
    }
    if (response.ok || response.status === 404) return response
    const said = await response.text()
    throw refused(config, response.status, textOf(said, 'Code') ?? '', textOf(said, 'Message') ?? '')
  }

  async function head(key: string): Promise<ObjectSummary | undefined> {
    const response = await send('HEAD', urlOf(key))
    return response.ok ? { key, sizeBytes: Number(response.headers.get('content-length')) } : undefined
  }

  async function putWhole(key: string, content: Uint8Array): Promise<ObjectSummary> {
    await expectFound(await send('PUT', urlOf(key), content))
    return { key, sizeBytes: content.byteLength }
  }

  async function putParts(
    key: string,
    parts: AsyncIterator<Uint8Array>,
    first: Uint8Array,
  ): Promise<ObjectSummary> {
    const url = urlOf(key)
    const begun = await expectFound(await send('POST', `${url}?uploads`))
    const id = encodeURIComponent(textOf(await begun.text(), 'UploadId') ?? '')
    try {
      let sizeBytes = 0
      let listing = ''
      let number = 1
      for (let part: Uint8Array | undefined = first; part; number += 1) {
        const response = await expectFound(
          await send('PUT', `${url}?partNumber=${number}&uploadId=${id}`, part),
        )
        listing += `<Part><PartNumber>${number}</PartNumber><ETag>${response.headers.get('etag') ?? ''}</ETag></Part>`
        sizeBytes += part.byteLength
        const next = await parts.next()
        part = next.done ? undefined : next.value
      }
      const request = `<CompleteMultipartUpload>${listing}</CompleteMultipartUpload>`
      const done = await expectFound(await send('POST', `${url}?uploadId=${id}`, Buffer.from(request)))
      // completing answers 200 first and may report its error in the body
      const said = await done.text()
      if (said.includes('<Error>'))
        throw refused(config, 200, textOf(said, 'Code') ?? '', textOf(said, 'Message') ?? '')
      return { key, sizeBytes }
    } catch (error) {
      await send('DELETE', `${url}?uploadId=${id}`).catch(() => {})
      throw error
    }
  }

  async function expectFound(response: Response): Promise<Response> {
    if (response.ok) return response
    throw refused(config, response.status, textOf(await response.text(), 'Code') ?? 'NotFound', '')
  }

  async function* list(prefix: string): AsyncGenerator<ObjectSummary> {
    for (let token: string | undefined = ''; token !== undefined;) {
      const query = new URLSearchParams({ 'list-type': '2', prefix: config.prefix + prefix })
      if (token) query.set('continuation-token', token)
      // a space would be signed as %20 and sent as +
      const response = await expectFound(
        await send('GET', `${bucketUrl}?${query.toString().replaceAll('+', '%20')}`),
      )
      const text = await response.text()
      for (const [, contents = ''] of text.matchAll(/<Contents>(.*?)<\/Contents>/gs)) {
        const key = textOf(contents, 'Key')
        if (key !== undefined) {
          yield { key: key.slice(config.prefix.length), sizeBytes: Number(textOf(contents, 'Size')) }
        }
      }
      token = textOf(text, 'NextContinuationToken')
    }
  }

  return {
    head,
    list,
    async put(key, content) {
      if (typeof content === 'string') return putWhole(key, Buffer.from(content))
      if (content instanceof Uint8Array) return putWhole(key, content)
      const parts = inParts(content)
      const first = await parts.next()
      if (first.done) return putWhole(key, new Uint8Array())
      return first.value.byteLength < partSizeBytes
        ? putWhole(key, first.value)
        : putParts(key, parts, first.value)
    },
    async get(key) {
      const response = await send('GET', urlOf(key))
      if (!response.ok) {
        await response.body?.cancel()
        return undefined
      }
      const body = response.body ?? new Blob([]).stream()
      return { key, sizeBytes: Number(response.headers.get('content-length')), body }
    },
    async delete(key) {
      await send('DELETE', urlOf(key))
    },
  }
}

/** Cuts a stream into parts of `partSizeBytes`; only the last one is smaller. */
async function* inParts(content: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  let chunks: Uint8Array[] = []
  let sizeBytes = 0
  for await (const chunk of content) {
    let rest = chunk
    while (sizeBytes + rest.byteLength >= partSizeBytes) {
      const taken = rest.subarray(0, partSizeBytes - sizeBytes)
      yield Buffer.concat([...chunks, taken])
      chunks = []
      sizeBytes = 0
      rest = rest.subarray(taken.byteLength)
    }
    chunks.push(rest)
    sizeBytes += rest.byteLength
  }
  if (sizeBytes > 0) yield Buffer.concat(chunks)
}

function refused(
  { bucket, endpoint }: { bucket: string; endpoint: string },
  status: number,
  code: string,
  message: string,
): Failure {
  const where = `The object store ${endpoint}, bucket ${bucket}, answered ${status} ${code}`.trim()
  const mend =
    status === 401 || status === 403
      ? ' Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, the region and the rights on the bucket.'
      : code === 'NoSuchBucket'
        ? ' Create the bucket or correct SLIPWAY_OBJECT_STORE.'
        : ''
  return new Failure('storage_unavailable', `${where}${message && `: ${message}`}.${mend}`, {
    details: { upstreamCode: code },
  })
}

/** The text of the first element of this name; S3's answers are flat enough for that. */
function textOf(xml: string, element: string): string | undefined {
  const text = new RegExp(`<${element}>([^<]*)</${element}>`).exec(xml)?.[1]
  return text
    ?.replace(/&(lt|gt|quot|apos|#39|#34);/g, (_, name: string) => entities[name] ?? '')
    .replaceAll('&amp;', '&')
}

const entities: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  '#39': "'",
  '#34': '"',
}
