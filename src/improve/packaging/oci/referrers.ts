import { canonicalJson } from '../../../foundation/platform/index.ts'
import { readManifest } from './download.ts'
import { type Descriptor, hexOf, indexType, parseIndex } from './oci-types.ts'
import type { RegistryClient } from './registry-client.ts'

/** Where registries without the API have the list: https://github.com/opencontainers/distribution-spec, "Referrers Tag Schema". */
function fallbackTag(digest: string): string {
  return `sha256-${hexOf(digest)}`
}

/** The artifacts that refer to a manifest, as the registry or the tag beside it lists them. */
export async function listReferrers(
  client: RegistryClient,
  digest: string,
  signal?: AbortSignal,
): Promise<readonly Descriptor[]> {
  const answer = await client.call('GET', `referrers/${digest}`, {
    signal,
    headers: { accept: indexType },
    expect: [200, 400, 404, 405],
  })
  const isIndex = answer.headers.get('content-type')?.startsWith(indexType) === true
  if (answer.status === 200 && isIndex)
    return parseIndex(new Uint8Array(await answer.arrayBuffer()), client.place).manifests
  await answer.body?.cancel()
  const tagged = await readManifest(client, fallbackTag(digest), signal)
  return tagged ? parseIndex(tagged.bytes, client.place).manifests : []
}

/** Puts a manifest that refers to another; where the registry keeps no list of such, it is kept under the tag. */
export async function putReferrer(
  client: RegistryClient,
  subject: string,
  referrer: { readonly manifest: Uint8Array; readonly descriptor: Descriptor },
  signal?: AbortSignal,
): Promise<void> {
  const { manifest, descriptor } = referrer
  const put = await putManifest(client, descriptor.digest, manifest, descriptor.mediaType, signal)
  if (put.headers.has('oci-subject')) return
  const listed = await readManifest(client, fallbackTag(subject), signal)
  const known = listed ? parseIndex(listed.bytes, client.place).manifests : []
  if (known.some(({ digest }) => digest === descriptor.digest)) return
  const index = canonicalJson({ schemaVersion: 2, mediaType: indexType, manifests: [...known, descriptor] })
  await putManifest(client, fallbackTag(subject), Buffer.from(index), indexType, signal)
}

export async function putManifest(
  client: RegistryClient,
  reference: string,
  manifest: Uint8Array,
  mediaType: string,
  signal?: AbortSignal,
): Promise<Response> {
  const answer = await client.call('PUT', `manifests/${reference}`, {
    signal,
    headers: { 'content-type': mediaType },
    body: manifest,
    expect: [200, 201],
  })
  await answer.body?.cancel()
  return answer
}
