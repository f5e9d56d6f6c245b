import { Failure } from '../../../foundation/platform/index.ts'

/** What DuckDB throws as what it means: too little memory or disk, stopped, or a bug of ours. */
export function toFailure(error: unknown): unknown {
  if (error instanceof Failure || !(error instanceof Error)) return error
  const { message } = error
  if (
    /No space left on device|Disk quota exceeded|File too large|max_temp_directory_size|failed to offload data block/i.test(
      message,
    )
  )
    return new Failure(
      'storage_unavailable',
      `The folder in which rows are worked on is full: ${whyFull(message)}. Nothing was published; free space, and try again.`,
      { cause: error },
    )
  if (/^Out of Memory Error/i.test(message))
    return new Failure(
      'storage_unavailable',
      'This work needs more memory than `datasets.memoryMegabytes` gives it; nothing was published. Raise it, or split the work.',
      { cause: error },
    )
  if (/^INTERRUPT Error|Interrupted!/i.test(message))
    return new Failure('client_closed', 'The work was stopped before its end.', { cause: error })
  return error
}

function whyFull(message: string): string {
  if (/File too large/i.test(message))
    return 'a file there may not become so large (`ulimit -f`, or the file system)'
  if (/Disk quota/i.test(message)) return 'the disk quota of its user is used up'
  return /No space left/i.test(message)
    ? 'no space is left on its disk'
    : 'this work spills more than `datasets.spillMegabytes` allows'
}
