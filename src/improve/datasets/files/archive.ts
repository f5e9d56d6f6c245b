import { Failure } from '../../../foundation/platform/index.ts'
import { count } from '../formats/file-fault.ts'

/** A file in an archive. */
export interface ArchivedFile {
  /** As it is kept: relative, without `.` and `..`. */
  readonly path: string
  readonly bytes: number
  readonly place: ArchivePlace
  /** Its bytes in pieces, each good until the next one is taken. Throws `invalid_request` where they are damaged. */
  read(): Iterable<Buffer> | AsyncIterable<Buffer>
}

export interface ArchivePlace {
  /** Which entry, counted from 1; folders count. */
  readonly entry: number
  /** Of the entry's header, from 0. */
  readonly byte: number
}

export interface ArchiveLimits {
  /** Of all files together. */
  readonly mostBytes: number
  readonly mostEntries: number
  /** From 64 MiB on, files may have so many times the bytes of a zip. */
  readonly mostRatio: number
}

export const usualArchiveLimits: ArchiveLimits = {
  mostBytes: 256 * 1024 ** 3,
  mostEntries: 2_000_000,
  mostRatio: 200,
}

/** What is wrong with an archive, where, and how to mend it. */
export function archiveFault(what: string, mend: string, place: ArchivePlace): Failure {
  return new Failure(
    'invalid_request',
    `Entry ${count(place.entry)} (byte ${count(place.byte)}): ${what}. Nothing was stored. ${mend}`,
    { details: { parameter: 'file', row: place.entry, byte: place.byte } },
  )
}

/** Throws where there is more than is taken in. */
export function checkLimits(
  limits: ArchiveLimits,
  { entries, bytes }: { readonly entries: number; readonly bytes: number },
  place: ArchivePlace,
): void {
  if (entries > limits.mostEntries)
    throw archiveFault(
      `the archive has more than ${count(limits.mostEntries)} entries`,
      'Divide it into several, and import them with mode `append`.',
      place,
    )
  if (bytes > limits.mostBytes)
    throw archiveFault(
      `its files have more than ${count(limits.mostBytes)} bytes together`,
      'Divide it into several, and import them with mode `append`.',
      place,
    )
}
