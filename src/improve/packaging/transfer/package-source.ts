import { Failure } from '../../../foundation/platform/index.ts'
import { readBlob, readManifest } from '../oci/download.ts'
import { type Descriptor, digestOf, hexOf } from '../oci/oci-types.ts'
import { listReferrers } from '../oci/referrers.ts'
import { createRegistryClient, type DeclaredRegistry } from '../oci/registry-client.ts'

/** Where a packed model comes from: another registry, or a package that was sent. */
export interface PackageSource {
  /** For people, and for the source of the version: `hub/ml/support:3`. */
  readonly place: string
  readonly kind: 'oci' | 'package'
  manifest(): Promise<{ readonly bytes: Uint8Array; readonly digest: string }>
  /** Manifests that refer to it. */
  referrers(digest: string): Promise<readonly Uint8Array[]>
  blob(descriptor: Pick<Descriptor, 'digest' | 'size'>): Promise<ReadableStream<Uint8Array>>
}

const mostReferrers = 100

export function sourceInRegistry(
  registry: DeclaredRegistry,
  repository: string,
  reference: string,
  signal: AbortSignal | undefined,
): PackageSource {
  if (!/^(?:\w[\w.-]{0,127}|sha256:[0-9a-f]{64})$/.test(reference))
    throw new Failure(
      'invalid_request',
      `${JSON.stringify(reference.slice(0, 100))} is no tag and no digest (sha256:…).`,
      { details: { parameter: 'reference' } },
    )
  const client = createRegistryClient(registry, repository, 'pull')
  const place = `${client.place}${reference.startsWith('sha256:') ? '@' : ':'}${reference}`
  const find = async (wanted: string): Promise<{ readonly bytes: Uint8Array; readonly digest: string }> => {
    const found = await readManifest(client, wanted, signal)
    if (found) return found
    throw new Failure('not_found', `${client.place}: the registry has no ${wanted.slice(0, 80)} there.`)
  }
  return {
    place,
    kind: 'oci',
    manifest: async () => await find(reference),
    async referrers(digest) {
      const listed = await listReferrers(client, digest, signal)
      const found: Uint8Array[] = []
      for (const { digest: one } of listed.slice(0, mostReferrers)) found.push((await find(one)).bytes)
      return found
    },
    blob: async descriptor => readBlob(client, descriptor, signal),
  }
}

/** A package of which the small parts are here and the files are stored already. */
export function sourceInHand(given: {
  readonly manifest: Uint8Array
  readonly referrers: readonly Uint8Array[]
  /** Small parts, by their SHA-256. */
  readonly blobs: ReadonlyMap<string, Uint8Array>
  /** Content that is stored already. */
  readonly stored: (sha256: string) => Promise<ReadableStream<Uint8Array>>
}): PackageSource {
  const digest = digestOf(given.manifest)
  return {
    place: `package ${digest.slice(0, 19)}`,
    kind: 'package',
    manifest: async () => ({ bytes: given.manifest, digest }),
    referrers: async () => given.referrers.slice(0, mostReferrers),
    blob: async descriptor => {
      const sha256 = hexOf(descriptor.digest)
      const small = given.blobs.get(sha256)
      return small ? new Blob([small as Uint8Array<ArrayBuffer>]).stream() : await given.stored(sha256)
    },
  }
}
