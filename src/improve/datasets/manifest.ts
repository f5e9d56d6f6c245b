import { createHash } from 'node:crypto'
import { canonicalJson } from '../../foundation/platform/index.ts'
import type { DatasetSchema, VersionManifest } from './dataset.ts'

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** A manifest as it is kept, and the id that follows from it. */
export function writeManifest(manifest: VersionManifest): { readonly id: string; readonly text: string } {
  const text = canonicalJson(manifest)
  return { id: sha256(text), text }
}

/** Of schema and rows alone. */
export function contentHashOf(schema: DatasetSchema, rowsHash: string): string {
  return sha256(canonicalJson({ schema, rows: rowsHash }))
}
