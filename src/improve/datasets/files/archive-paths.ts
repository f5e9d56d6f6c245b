import { excerpt } from '../formats/file-fault.ts'
import { archiveFault, type ArchivePlace } from './archive.ts'

const mostPathBytes = 1_000
const mostNameBytes = 255

/**
 * Takes the paths of an archive's files one after the other, as they will be written elsewhere: relative, without `.` and `..`, and no
 * two of them the same file on any usual disk. Throws `invalid_request`.
 */
export class ArchivePaths {
  /** Folded, so that what a disk without upper and lower case takes for one is seen. */
  readonly #files = new Map<string, string>()
  readonly #folders = new Set<string>()

  get count(): number {
    return this.#files.size
  }

  /** Resolves the path of a file as it is kept. */
  addFile(given: string, place: ArchivePlace): string {
    const path = cleanPath(given, place)
    const folded = fold(path)
    const other = this.#files.get(folded)
    if (other !== undefined)
      throw archiveFault(
        other === path
          ? `the file ${excerpt(path, 80)} comes twice`
          : `${excerpt(path, 80)} and ${excerpt(other, 80)} differ in upper and lower case or in how accents are written alone, so a disk may take them for one`,
        other === path ? 'Leave one of them out.' : 'Rename one of them.',
        place,
      )
    if (this.#folders.has(folded))
      throw archiveFault(`${excerpt(path, 80)} is a file here and a folder elsewhere`, 'Rename one.', place)
    for (let end = folded.lastIndexOf('/'); end > 0; end = folded.lastIndexOf('/', end - 1)) {
      const folder = folded.slice(0, end)
      if (this.#folders.has(folder)) break
      if (this.#files.has(folder))
        throw archiveFault(
          `${excerpt(path, 80)} lies in ${excerpt(this.#files.get(folder) ?? '', 80)}, which is a file`,
          'Rename one.',
          place,
        )
      this.#folders.add(folder)
    }
    this.#files.set(folded, path)
    return path
  }
}

/** Throws `invalid_request` where the path could leave the folder that it is written into, or cannot be written everywhere. */
export function cleanPath(given: string, place: ArchivePlace): string {
  const shown = excerpt(given, 80)
  const refuse = (what: string): Error =>
    archiveFault(`the name ${shown} ${what}`, 'Make the archive anew, from within the folder.', place)
  if (/^(?:\/|[A-Za-z]:)/.test(given)) throw refuse('is absolute')
  if (given.includes('\\')) throw refuse('holds a backslash')
  if (/\p{Cc}/u.test(given)) throw refuse('holds control characters')
  if (given.includes('\uFFFD')) throw refuse('is not UTF-8')
  const parts = given.split('/').filter(part => part !== '' && part !== '.')
  if (parts.includes('..')) throw refuse('leads out of its folder (..)')
  if (parts.length === 0) throw refuse('names nothing')
  const path = parts.join('/')
  if (Buffer.byteLength(path) > mostPathBytes || parts.some(part => Buffer.byteLength(part) > mostNameBytes))
    throw refuse(`is longer than ${mostPathBytes} bytes in all or ${mostNameBytes} in one part`)
  return path
}

function fold(path: string): string {
  return path.normalize('NFC').toLowerCase()
}
