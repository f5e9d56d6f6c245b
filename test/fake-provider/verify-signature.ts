import { createHash, createHmac } from 'node:crypto'

export interface AwsAccount {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  readonly region: string
}

interface SignedRequest {
  /** As it came, still encoded. */
  readonly path: string
  readonly query: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

/**
 * Checks AWS Signature Version 4 as Amazon documents it, with nothing of what the product signs with. Gives the name of
 * Amazon's error and its message, or `undefined` where all is right.
 */
export function verifySignature(
  request: SignedRequest,
  account: AwsAccount,
  service: string,
): readonly [type: string, message: string] | undefined {
  const { headers } = request
  const authorization = textOf(headers['authorization'])
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$/.exec(
      authorization,
    )
  if (!match) return ['IncompleteSignatureException', 'The authorization header cannot be read.']
  const [, keyId, date = '', region = '', signedService = '', names = '', signature] = match
  if (
    keyId !== account.accessKeyId ||
    textOf(headers['x-amz-security-token']) !== (account.sessionToken ?? '')
  ) {
    return ['UnrecognizedClientException', 'The security token included in the request is invalid.']
  }
  const datetime = textOf(headers['x-amz-date'])
  const at = Date.parse(datetime.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
  if (!datetime.startsWith(date) || !(Math.abs(Date.now() - at) < 5 * 60_000)) {
    return ['InvalidSignatureException', `Signature expired: ${datetime} is not now.`]
  }
  if (region !== account.region || signedService !== service) {
    return ['InvalidSignatureException', `Credential should be scoped to ${account.region} and ${service}.`]
  }
  const signed = names.split(';')
  const needed = [
    'host',
    ...Object.keys(headers).filter(name => name.startsWith('x-amz-') || name === 'content-type'),
  ]
  const missing = needed.find(name => !signed.includes(name))
  if (missing) return ['InvalidSignatureException', `The header ${missing} is not signed.`]
  const canonical = [
    'POST',
    request.path.split('/').map(encode).join('/'),
    canonicalQuery(request.query),
    ...signed.map(name => `${name}:${textOf(headers[name]).trim().replaceAll(/ +/g, ' ')}`),
    '',
    names,
    sha256(request.text),
  ].join('\n')
  const scope = `${date}/${region}/${service}/aws4_request`
  const toSign = ['AWS4-HMAC-SHA256', datetime, scope, sha256(canonical)].join('\n')
  const key = [date, region, service, 'aws4_request'].reduce<Buffer>(
    (secret, part) => hmac(secret, part),
    Buffer.from(`AWS4${account.secretAccessKey}`),
  )
  if (hmac(key, toSign).toString('hex') === signature) return undefined
  return [
    'InvalidSignatureException',
    `The signature does not match. The canonical request is:\n${canonical}`,
  ]
}

function canonicalQuery(query: string): string {
  return query.split('&').filter(Boolean).sort().join('&')
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function textOf(value: string | string[] | undefined): string {
  return [value ?? ''].flat().join(',')
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
