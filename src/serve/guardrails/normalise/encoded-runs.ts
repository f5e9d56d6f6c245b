import { type View, ViewBuilder, type ViewKind } from './view.ts'

/** Shorter runs are words. */
const shortestRun = 20
/** Decoded, less than this much readable text in one piece is taken for chance. */
const shortestText = 10

const notInAlphabet = 255
/** Six bits of each character of base64, both alphabets. */
const sextets = new Uint8Array(128).fill(notInAlphabet)
const hexDigits = new Uint8Array(128).fill(notInAlphabet)
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
for (let value = 0; value < 64; value += 1) sextets[letters.charCodeAt(value)] = value
sextets['-'.charCodeAt(0)] = 62
sextets['_'.charCodeAt(0)] = 63
for (let value = 0; value < 16; value += 1) {
  hexDigits['0123456789abcdef'.charCodeAt(value)] = value
  hexDigits['0123456789ABCDEF'.charCodeAt(value)] = value
}

/**
 * Readable text inside of runs of base64 or hex digits, each piece a view. Every alignment is tried, so that what is found
 * in a run does not depend on where the run begins.
 */
export function decodeRuns(from: View): View[] {
  const { text } = from
  const views: View[] = []
  // no run of the shortest length stands between two probes
  for (let probe = shortestRun - 1; probe < text.length; probe += shortestRun) {
    if (sextetAt(text, probe) === notInAlphabet) continue
    let start = probe
    while (start > 0 && sextetAt(text, start - 1) !== notInAlphabet) start -= 1
    let end = probe + 1
    while (end < text.length && sextetAt(text, end) !== notInAlphabet) end += 1
    if (end - start >= shortestRun) decodeRun(from, start, end, views)
    // the next run begins behind `end`
    probe = end
  }
  return views
}

function sextetAt(text: string, at: number): number {
  const unit = text.charCodeAt(at)
  return unit < 128 ? (sextets[unit] ?? notInAlphabet) : notInAlphabet
}

function decodeRun(from: View, start: number, end: number, views: View[]): void {
  for (let shift = 0; shift < 4; shift += 1) readable(from, start + shift, end, base64, views)
  for (let at = start; at < end; at += 1) {
    const hexStart = at
    while (at < end && isHex(from.text, at)) at += 1
    if (at - hexStart < shortestRun) continue
    for (let shift = 0; shift < 2; shift += 1) readable(from, hexStart + shift, at, hex, views)
  }
}

function isHex(text: string, at: number): boolean {
  return hexDigits[text.charCodeAt(at)] !== notInAlphabet
}

interface Encoding {
  readonly kind: ViewKind
  /** Characters of a group, and the bytes that they make. */
  readonly characters: number
  readonly bytes: number
  /** The bits of a group that has `length` characters, the first byte highest. */
  bits(text: string, at: number, length: number): number
}

const base64: Encoding = {
  kind: 'base64',
  characters: 4,
  bytes: 3,
  bits: (text, at, length) => {
    let bits = 0
    for (let index = 0; index < 4; index += 1)
      bits = (bits << 6) | (index < length ? sextetAt(text, at + index) : 0)
    return bits
  },
}

const hex: Encoding = {
  kind: 'hex',
  characters: 2,
  bytes: 1,
  bits: (text, at) =>
    ((hexDigits[text.charCodeAt(at)] ?? 0) << 4) | (hexDigits[text.charCodeAt(at + 1)] ?? 0),
}

/** Adds each piece of readable UTF-8 of a run, decoded from `start` on. */
function readable(from: View, start: number, end: number, encoding: Encoding, views: View[]): void {
  let piece: ViewBuilder | undefined
  let kept = 0
  /** The character of several bytes under way. */
  let code = 0
  let missing = 0
  let codeStart = 0
  const close = () => {
    if (piece !== undefined && kept >= shortestText) views.push(piece.view(encoding.kind))
    piece = undefined
    kept = 0
    missing = 0
  }
  for (let at = start; at < end; at += encoding.characters) {
    const length = Math.min(encoding.characters, end - at)
    const bytes =
      length === encoding.characters ? encoding.bytes : encoding.kind === 'base64' ? length - 1 : 0
    const bits = encoding.bits(from.text, at, length)
    for (let index = 0; index < bytes; index += 1) {
      const byte = (bits >> (8 * (encoding.bytes - 1 - index))) & 0xff
      // the characters that hold any bit of this byte
      const first = encoding.kind === 'base64' ? at + index : at
      const last = encoding.kind === 'base64' ? at + index + 2 : at + 2
      if (missing > 0 && (byte & 0xc0) === 0x80) {
        code = (code << 6) | (byte & 0x3f)
        missing -= 1
        if (missing > 0) continue
        piece ??= new ViewBuilder(from, 32)
        piece.pushText(
          code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : ' ',
          codeStart,
          last,
        )
        kept += 1
        continue
      }
      if (missing > 0) close()
      if ((byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x0d || byte === 0x09) {
        piece ??= new ViewBuilder(from, 32)
        piece.push(byte, first, last)
        kept += 1
      } else if (byte >= 0xc2 && byte < 0xf5) {
        missing = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1
        code = byte & (0x3f >> missing)
        codeStart = first
      } else close()
    }
  }
  close()
}
