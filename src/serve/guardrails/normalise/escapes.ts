import { type View, ViewBuilder } from './view.ts'

/** Percent, HTML entities, and escapes of JavaScript, JSON, Python and C. */
const anyEscape =
  /%[0-9a-fA-F]{2}|&(?:#(?:\d{1,10}|[xX][0-9a-fA-F]{1,8})|[A-Za-z]{2,8});?|\\(?:u(?:[0-9a-fA-F]{4}|\{[0-9a-fA-F]{1,6}\})|U[0-9a-fA-F]{8}|x[0-9a-fA-F]{2}|[nrt"'\\/])/
const escapeFrom = new RegExp(anyEscape.source, 'g')

const entities: ReadonlyMap<string, string> = new Map(
  Object.entries({
    amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', commat: '@', period: '.', colon: ':', semi: ';', comma: ',',
    sol: '/', bsol: '\\', lowbar: '_', hyphen: '-', dash: '-', num: '#', dollar: '$', percnt: '%', lpar: '(', rpar: ')',
    plus: '+', equals: '=', excl: '!', quest: '?', lsqb: '[', lbrack: '[', rsqb: ']', rbrack: ']', lcub: '{', lbrace: '{',
    rcub: '}', rbrace: '}', ast: '*', grave: '`', verbar: '|', vert: '|', Tab: '\t', NewLine: '\n', shy: '', zwnj: '', zwj: '',
    ndash: '-', mdash: '-',
  }),
) // prettier-ignore

const plainEscapes: ReadonlyMap<string, string> = new Map(
  Object.entries({ n: '\n', r: '\n', t: '\t', '"': '"', "'": "'", '\\': '\\', '/': '/' }),
)

/** The view with its escapes taken for what they stand for; `undefined` where it has none. */
export function decodeEscapes(from: View): View | undefined {
  const { text } = from
  if (!anyEscape.test(text)) return undefined
  let built: ViewBuilder | undefined
  let done = 0
  escapeFrom.lastIndex = 0
  for (let match = escapeFrom.exec(text); match !== null; match = escapeFrom.exec(text)) {
    const start = match.index
    const { characters, end } = decodeAt(text, start, match[0])
    escapeFrom.lastIndex = end
    if (characters === undefined) continue
    built ??= new ViewBuilder(from, text.length)
    built.copy(done, start)
    built.pushText(characters, start, end)
    done = end
  }
  built?.copy(done, text.length)
  return built?.view('decoded')
}

interface Decoded {
  /** `undefined` where the escape stands for nothing and stays as it is. */
  readonly characters: string | undefined
  readonly end: number
}

function decodeAt(text: string, start: number, escape: string): Decoded {
  if (escape.startsWith('%')) return decodePercent(text, start)
  const end = start + escape.length
  if (escape.startsWith('&#')) {
    const digits = escape.slice(2).replace(';', '')
    return {
      characters: characterOf(/^x/i.test(digits) ? parseInt(digits.slice(1), 16) : Number(digits)),
      end,
    }
  }
  if (escape.startsWith('&')) {
    return escape.endsWith(';')
      ? { characters: entities.get(escape.slice(1, -1)), end }
      : { characters: undefined, end: start + 1 }
  }
  if (/^\\[uUx]/.test(escape)) {
    const code = parseInt(escape.slice(2).replace(/[{}]/g, ''), 16)
    // halves of a pair come as two escapes of one unit each
    return {
      characters: code >= 0xd800 && code <= 0xdfff ? String.fromCharCode(code) : characterOf(code),
      end,
    }
  }
  return { characters: plainEscapes.get(escape.slice(1)), end }
}

function characterOf(code: number): string | undefined {
  return Number.isInteger(code) && code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)
    ? String.fromCodePoint(code)
    : undefined
}

/** One character of one to four percent-encoded bytes of UTF-8. */
function decodePercent(text: string, start: number): Decoded {
  const first = byteAt(text, start)
  if (first === undefined) return { characters: undefined, end: start + 1 }
  if (first < 0x80) return { characters: String.fromCharCode(first), end: start + 3 }
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0
  let code = first & (0xff >> (length + 1))
  for (let index = 1; index < length; index += 1) {
    const next = byteAt(text, start + 3 * index)
    if (next === undefined || (next & 0xc0) !== 0x80) return { characters: undefined, end: start + 3 }
    code = (code << 6) | (next & 0x3f)
  }
  return length === 0
    ? { characters: undefined, end: start + 3 }
    : { characters: characterOf(code), end: start + 3 * length }
}

function byteAt(text: string, at: number): number | undefined {
  const digits = text.slice(at + 1, at + 3)
  return text.charAt(at) === '%' && /^[0-9a-fA-F]{2}$/.test(digits) ? parseInt(digits, 16) : undefined
}
