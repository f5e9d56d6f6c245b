import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ObjectStoreConfig } from './object-store.ts'

type Variables = Readonly<Record<string, string | undefined>>

/**
 * Reads SLIPWAY_OBJECT_STORE: `s3://bucket[/prefix][?endpoint=…][&region=…]`, a `file://` URL or a path. The keys of
 * S3 come from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, the region also from AWS_REGION.
 */
export function parseObjectStore(
  variables: Variables,
  usualDirectory: string,
  workingDirectory: string,
): { readonly config: ObjectStoreConfig } | { readonly problems: readonly string[] } {
  const address = variables['SLIPWAY_OBJECT_STORE']
  if (address === undefined) return { config: { kind: 'folder', directory: usualDirectory } }
  if (address.startsWith('s3://')) return parseS3(address, variables)
  if (address.startsWith('file://')) {
    return URL.canParse(address)
      ? { config: { kind: 'folder', directory: fileURLToPath(address) } }
      : { problems: ['SLIPWAY_OBJECT_STORE must look like file:///var/lib/slipway/objects'] }
  }
  if (/^[a-z0-9+]+:\/\//i.test(address)) {
    return { problems: ['SLIPWAY_OBJECT_STORE must be s3://bucket, a file:// address or a folder'] }
  }
  return { config: { kind: 'folder', directory: path.resolve(workingDirectory, address) } }
}

function parseS3(
  address: string,
  variables: Variables,
): { readonly config: ObjectStoreConfig } | { readonly problems: readonly string[] } {
  const shape =
    'SLIPWAY_OBJECT_STORE must look like s3://bucket/prefix?endpoint=https://host&region=eu-central-1'
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (!url || url.hostname === '') return { problems: [shape] }
  const problems: string[] = []
  for (const name of url.searchParams.keys()) {
    if (name !== 'endpoint' && name !== 'region') problems.push(`${shape}; it has no "${name}"`)
  }
  const region = url.searchParams.get('region') ?? variables['AWS_REGION'] ?? 'us-east-1'
  const endpoint = url.searchParams.get('endpoint') ?? `https://s3.${region}.amazonaws.com`
  if (!/^https?:$/.test(URL.canParse(endpoint) ? new URL(endpoint).protocol : '')) {
    problems.push('SLIPWAY_OBJECT_STORE has an endpoint that is no http:// or https:// address')
  }
  const accessKeyId = variables['AWS_ACCESS_KEY_ID']
  const secretAccessKey = variables['AWS_SECRET_ACCESS_KEY']
  if (accessKeyId === undefined) problems.push('AWS_ACCESS_KEY_ID is missing; SLIPWAY_OBJECT_STORE names S3')
  if (secretAccessKey === undefined)
    problems.push('AWS_SECRET_ACCESS_KEY is missing; SLIPWAY_OBJECT_STORE names S3')
  if (problems.length > 0 || accessKeyId === undefined || secretAccessKey === undefined) return { problems }
  const prefix = decodeURIComponent(url.pathname).replace(/^\/+|\/+$/g, '')
  const sessionToken = variables['AWS_SESSION_TOKEN']
  return {
    config: {
      kind: 's3',
      endpoint,
      bucket: url.hostname,
      prefix: prefix === '' ? '' : `${prefix}/`,
      region,
      accessKeyId,
      secretAccessKey,
      ...(sessionToken !== undefined && { sessionToken }),
    },
  }
}
