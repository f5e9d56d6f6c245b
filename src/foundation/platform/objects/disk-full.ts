import { Failure } from '../failure.ts'

const why: Readonly<Record<string, string>> = {
  ENOSPC: 'no space is left on its disk',
  EDQUOT: 'the disk quota of its user is used up',
  EFBIG: 'a file there may not become so large (`ulimit -f`, or the file system)',
}

/** What is full, where that is why something could not be written; `undefined` where it is not. */
export function diskFull(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return Object.hasOwn(why, code) ? why[code] : undefined
}

/** `storage_unavailable` that names what is full (`The folder of uploads`), and how to go on; any other error as it is. */
export function nameFullDisk(error: unknown, what: string, mend: string): unknown {
  const full = diskFull(error)
  if (full === undefined || error instanceof Failure) return error
  return new Failure('storage_unavailable', `${what} is full: ${full}. ${mend}`, { cause: error })
}
