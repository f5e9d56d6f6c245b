import { createHash } from 'node:crypto'
import { canonicalJson, Failure } from '../../foundation/platform/index.ts'
import type { ModelFile, ModelFormat, ModelManifest } from './model.ts'

const mostFiles = 10_000
const longestPath = 400

/**
 * A manifest over files, and the SHA-256 of its canonical JSON: the version's name. Throws `invalid_request` for no file, too
 * many, a path that is not plain, or two that cannot lie in one folder.
 */
export function writeManifest(
  format: ModelFormat,
  files: readonly ModelFile[],
): { readonly manifest: ModelManifest; readonly text: string; readonly digest: string } {
  if (files.length === 0) throw refuse('A version has at least one file.')
  if (files.length > mostFiles)
    throw refuse(`A version has ${mostFiles} files at most; these are ${files.length}. Pack them.`)
  const sorted = files
    .map(({ path, bytes, sha256 }) => ({ path: checkPath(path), bytes, sha256 }))
    .toSorted((left, right) => (left.path < right.path ? -1 : 1))
  const seen = new Set<string>()
  for (const { path } of sorted) {
    if (seen.has(path)) throw refuse(`${path} is there twice.`)
    seen.add(path)
  }
  for (const { path } of sorted)
    for (let end = path.indexOf('/'); end > 0; end = path.indexOf('/', end + 1))
      if (seen.has(path.slice(0, end))) throw refuse(`${path.slice(0, end)} cannot be a file and a folder.`)
  const manifest: ModelManifest = { version: 1, format, files: sorted }
  const text = canonicalJson(manifest)
  return { manifest, text, digest: createHash('sha256').update(text).digest('hex') }
}

/** A path below a folder that names one file on every system; or throws `invalid_request`. */
export function checkPath(path: string): string {
  const isPlain =
    path.length > 0 &&
    path.length <= longestPath &&
    !/[\\\p{Cc}]/u.test(path) &&
    path.split('/').every(part => part !== '' && part !== '.' && part !== '..')
  if (isPlain) return path
  throw refuse(
    `${JSON.stringify(path.slice(0, 100))} is no path of a file in a model: use names joined by /, without .. and without control characters, ${longestPath} characters at most.`,
  )
}

function refuse(message: string): Failure {
  return new Failure('invalid_request', message, { details: { parameter: 'files' } })
}
