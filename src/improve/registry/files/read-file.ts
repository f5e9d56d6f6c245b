import { Failure } from '../../../foundation/platform/index.ts'
import type { RegistryContext } from '../registry-context.ts'
import { objectKey, verified } from './store-file.ts'

/**
 * The content of a stored file, from where it begins; it fails at its end where it is damaged. Throws `storage_unavailable` where
 * it is gone or the key that opens it was shredded.
 */
export async function readStored(
  { objects }: Pick<RegistryContext, 'objects'>,
  tenant: string,
  file: { readonly path: string; readonly sha256: string },
): Promise<ReadableStream<Uint8Array>> {
  const found = await objects.get(tenant, objectKey(tenant, file.sha256))
  if (found) return verified(found.body, file.sha256)
  throw new Failure(
    'storage_unavailable',
    `${file.path} is not in the object store, or the key that opens it was shredded.`,
  )
}

/** Reads a stored file of text, up to a size; `undefined` where it is larger. */
export async function readText(
  context: Pick<RegistryContext, 'objects'>,
  tenant: string,
  file: { readonly path: string; readonly sha256: string; readonly bytes: number },
  mostBytes: number,
): Promise<string | undefined> {
  if (file.bytes > mostBytes) return undefined
  return await new Response(await readStored(context, tenant, file)).text()
}
