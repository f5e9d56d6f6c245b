import { AwsV4Signer } from 'aws4fetch'

export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
}

export interface SigningScope {
  readonly region: string
  readonly service: string
  /** `20150830T123600Z`; now where it is left out. */
  readonly datetime?: string
  /** Keeps the keys that are derived for a day; one entry a day and access key. */
  readonly keys?: Map<string, ArrayBuffer>
}

/**
 * The headers that sign a request with AWS Signature Version 4, over its method, path, query, `host`, `content-type` and
 * body. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export async function signRequest(
  request: {
    readonly method?: string
    readonly url: string
    readonly body: string
    readonly contentType?: string
  },
  credentials: AwsCredentials,
  scope: SigningScope,
): Promise<Record<string, string>> {
  const { contentType, body } = request
  const signed = await new AwsV4Signer({
    method: request.method ?? 'POST',
    url: request.url,
    ...(contentType ? { headers: { 'content-type': contentType } } : {}),
    ...(body === '' ? {} : { body }),
    allHeaders: true,
    accessKeyId: credentials.accessKeyId,
    secretAccessKey: credentials.secretAccessKey,
    ...(credentials.sessionToken === undefined ? {} : { sessionToken: credentials.sessionToken }),
    region: scope.region,
    service: scope.service,
    ...(scope.keys ? { cache: scope.keys } : {}),
    ...(scope.datetime === undefined ? {} : { datetime: scope.datetime }),
  }).sign()
  return Object.fromEntries(signed.headers as unknown as Iterable<[string, string]>)
}
