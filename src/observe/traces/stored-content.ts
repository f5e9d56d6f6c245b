/**
 * What is kept of a prompt or an answer. Long text within it is cut first, so that its shape can still be read;
 * what is too large even then is kept as the beginning of its JSON.
 */
export interface StoredContent {
  /** JSON text, or `undefined` where there was none. */
  readonly json: string | undefined
  readonly isTruncated: boolean
}

const longestStringShare = 8

/** Serialises `value` into at most about `limitBytes` (UTF-16 units), and says whether anything is missing. */
export function boundContent(value: unknown, limitBytes: number): StoredContent {
  const whole = serialise(value)
  if (whole === undefined || whole.length <= limitBytes) return { json: whole, isTruncated: false }
  const longest = Math.floor(limitBytes / longestStringShare)
  const cut = JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'string' && part.length > longest
      ? `${part.slice(0, longest).toWellFormed()}… [${part.length - longest} more characters were not kept]`
      : part,
  )
  if (cut.length <= limitBytes) return { json: cut, isTruncated: true }
  const start = whole.slice(0, Math.floor(limitBytes / 2)).toWellFormed()
  return { json: JSON.stringify({ truncated: true, characters: whole.length, start }), isTruncated: true }
}

function serialise(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    // Cyclic or with a bigint in it: nothing that came as JSON, so nothing to keep.
    return undefined
  }
}

const visitLimit = 32

/**
 * About how many bytes a value holds, without serialising it: looks at a bounded number of nodes and takes the
 * rest of a long array to be like its beginning and its end.
 */
export function estimateBytes(value: unknown): number {
  let visits = 0
  function visit(part: unknown): number {
    visits += 1
    if (typeof part === 'string') return part.length + 16
    if (typeof part !== 'object' || part === null) return 8
    if (Array.isArray(part)) {
      if (part.length === 0) return 16
      // The last message is often the long one.
      let seen = 1
      let bytes = visit(part.at(-1))
      for (; seen < part.length && visits < visitLimit; seen += 1) bytes += visit(part[seen - 1])
      return 16 + (bytes / seen) * part.length
    }
    let bytes = 32
    for (const name in part) {
      if (visits >= visitLimit) break
      bytes += name.length + 16 + visit((part as Record<string, unknown>)[name])
    }
    return bytes
  }
  return Math.ceil(visit(value))
}
