/** One member of an object at the top of a JSON text, as offsets into its bytes. */
export interface JsonMember {
  readonly name: string
  readonly at: number
}

export type JsonWalk =
  | { readonly isWhole: true; readonly members: readonly JsonMember[] }
  | {
      readonly isWhole: false
      /** Offset of the byte that cannot be. */
      readonly at: number
      readonly what: string
      /** Entries of the outermost list that came whole before. */
      readonly entries: number
    }

const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d]
const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a]

/**
 * Walks over one JSON text byte by byte (RFC 8259), whatever its depth, and says where it stops being one. Readers that are
 * faster say only that they cannot read it.
 */
export function walkJson(bytes: Buffer): JsonWalk {
  const members: JsonMember[] = []
  /** What is open: braces and brackets. */
  const open: number[] = []
  let entries = 0
  let at = skipBlanks(bytes, 0)
  let expects: 'value' | 'value or end' | 'name' | 'name or end' | 'comma or end' | 'nothing' = 'value'
  const stop = (what: string, place = at): JsonWalk => ({ isWhole: false, at: place, what, entries })

  for (; at < bytes.length; at = skipBlanks(bytes, at)) {
    const byte = bytes[at] ?? 0
    if (expects === 'nothing') return stop('something follows after its end')
    if (expects === 'comma or end') {
      const isObject = open.at(-1) === openBrace
      if (byte === comma) {
        at += 1
        if (open.length === 1) entries += 1
        expects = isObject ? 'name' : 'value'
        continue
      }
      if (byte !== (isObject ? closeBrace : closeBracket))
        return stop(`a comma or ${isObject ? '}' : ']'} is missing`)
      at += 1
      open.pop()
      expects = open.length === 0 ? 'nothing' : 'comma or end'
      continue
    }
    if (expects === 'name' || expects === 'name or end') {
      if (byte === closeBrace && expects === 'name or end') {
        at += 1
        open.pop()
        expects = open.length === 0 ? 'nothing' : 'comma or end'
        continue
      }
      if (byte !== quote)
        return stop(
          byte === closeBrace ? 'a comma stands before the }' : 'a name in double quotes is missing',
        )
      const end = endOfString(bytes, at)
      if (typeof end !== 'number') return stop(end.what, end.at)
      if (open.length === 1) members.push({ name: readString(bytes, at, end), at })
      at = skipBlanks(bytes, end)
      if (bytes[at] !== colon) return stop('the colon after a name is missing')
      at += 1
      expects = 'value'
      continue
    }
    if (byte === closeBracket && expects === 'value or end') {
      at += 1
      open.pop()
      expects = open.length === 0 ? 'nothing' : 'comma or end'
      continue
    }
    if (byte === openBrace || byte === openBracket) {
      open.push(byte)
      at += 1
      expects = byte === openBrace ? 'name or end' : 'value or end'
      continue
    }
    const end = byte === quote ? endOfString(bytes, at) : endOfWord(bytes, at)
    if (typeof end !== 'number') return stop(end.what, end.at)
    at = end
    expects = open.length === 0 ? 'nothing' : 'comma or end'
  }
  if (expects === 'nothing') return { isWhole: true, members }
  return stop(bytes.length === 0 ? 'there is nothing' : 'it breaks off before its end', bytes.length)
}

function skipBlanks(bytes: Buffer, from: number): number {
  let at = from
  for (; at < bytes.length; at += 1) {
    const byte = bytes[at]
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break
  }
  return at
}

type Stumble = { readonly at: number; readonly what: string }

/** The offset after the closing quote. */
function endOfString(bytes: Buffer, from: number): number | Stumble {
  for (let at = from + 1; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0
    if (byte === quote) return at + 1
    if (byte < 0x20)
      return { at, what: 'a control character stands in a text, where it has to be written as \\u00…' }
    if (byte !== backslash) continue
    const escape = bytes[at + 1]
    if (escape === undefined) break
    if (escape === 0x75) {
      const unit = readUnit(bytes, at)
      if (unit === undefined) return { at, what: '\\u is not followed by four hexadecimal digits' }
      if (unit >= 0xdc00 && unit < 0xe000) return { at, what: 'the second half of a character stands alone' }
      if (unit >= 0xd800 && unit < 0xdc00) {
        const low =
          bytes[at + 6] === backslash && bytes[at + 7] === 0x75 ? readUnit(bytes, at + 6) : undefined
        if (low === undefined || low < 0xdc00 || low >= 0xe000)
          return { at, what: 'the first half of a character stands alone' }
        at += 6
      }
      at += 5
    } else if (!'"\\/bfnrt'.includes(String.fromCharCode(escape))) {
      return { at, what: 'a backslash is followed by what it cannot be' }
    } else at += 1
  }
  return { at: bytes.length, what: 'a text is not closed' }
}

function readUnit(bytes: Buffer, at: number): number | undefined {
  const digits = bytes.toString('latin1', at + 2, at + 6)
  return /^[0-9a-fA-F]{4}$/.test(digits) ? Number.parseInt(digits, 16) : undefined
}

function readString(bytes: Buffer, from: number, end: number): string {
  return JSON.parse(bytes.toString('utf8', from, end)) as string
}

const wordPattern = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?)$/

function endOfWord(bytes: Buffer, from: number): number | Stumble {
  let at = from
  for (; at < bytes.length; at += 1) if (',]}: \t\r\n"[{'.includes(String.fromCharCode(bytes[at] ?? 0))) break
  const word = bytes.toString('latin1', from, Math.min(at, from + 400))
  if (wordPattern.test(word)) return at
  return {
    at: from,
    what: /^(?:-?Infinity|NaN)$/.test(word) ? `${word} is no JSON` : 'a value is missing or is no JSON',
  }
}
