import { openFolderStore } from './folder-store.ts'
import { openS3Store } from './s3-store.ts'

/** Where objects are kept. */
export type ObjectStoreConfig =
  | { readonly kind: 'folder'; readonly directory: string }
  | {
      readonly kind: 's3'
      /** Where the S3 API is, e.g. `https://s3.eu-central-1.amazonaws.com` or `http://minio:9000`. */
      readonly endpoint: string
      readonly bucket: string
      /** Put before every key; empty, or ending in `/`. */
      readonly prefix: string
      readonly region: string
      readonly accessKeyId: string
      readonly secretAccessKey: string
      readonly sessionToken?: string
    }

export interface ObjectSummary {
  readonly key: string
  readonly sizeBytes: number
}

export interface StoredObject extends ObjectSummary {
  /** The content; read it once, whole or as a stream. */
  readonly body: ReadableStream<Uint8Array>
}

/**
 * Whole files by key. A reader sees an object as it was put, all of it or not at all; a put over an existing key
 * replaces it. Keys are segments of `A–Z a–z 0–9 . _ = @ + ~ -` joined by `/`, no segment starts with a dot, 900
 * bytes at most. One key must not be the folder of another (`a` and `a/b`): a folder on disk cannot hold both.
 * Fails with `storage_unavailable` where the store cannot be reached.
 */
export interface ObjectStore {
  put(key: string, content: Uint8Array | string | ReadableStream<Uint8Array>): Promise<ObjectSummary>
  get(key: string): Promise<StoredObject | undefined>
  head(key: string): Promise<ObjectSummary | undefined>
  /** Also succeeds where there is no such object. */
  delete(key: string): Promise<void>
  /** All objects whose key starts with `prefix`, in byte order of their keys. */
  list(prefix: string): AsyncIterable<ObjectSummary>
}

export function openObjectStore(config: ObjectStoreConfig): ObjectStore {
  return config.kind === 'folder' ? openFolderStore(config.directory) : openS3Store(config)
}
