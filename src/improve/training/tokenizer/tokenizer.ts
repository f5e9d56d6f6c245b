import { Failure } from '../../../foundation/platform/index.ts'
import { byteCharacters, toByteCharacters, toBytes } from './byte-characters.ts'
import { splitWords } from './split-words.ts'

/** Marks of the conversation; each is one token that no text can spell. */
export const specialTokens = ['<|end|>', '<|input|>', '<|output|>', '<|system|>'] as const
export type SpecialToken = (typeof specialTokens)[number]

/** A byte-level byte-pair tokenizer: 256 bytes, then one token per merge, then the special tokens. */
export interface Tokenizer {
  readonly merges: readonly (readonly [left: string, right: string])[]
  /** Token texts by id, in byte characters (special tokens as they are). */
  readonly tokens: readonly string[]
  /** Ids of the text; special tokens are never read from it. */
  encode(text: string): number[]
  /** The text of the ids without the special tokens; bytes that are not UTF-8 become U+FFFD. */
  decode(ids: readonly number[]): string
  special(token: SpecialToken): number
}

export function createTokenizer(merges: Tokenizer['merges']): Tokenizer {
  const tokens = [...byteCharacters, ...merges.map(([left, right]) => left + right), ...specialTokens]
  const ids = new Map(tokens.map((token, id) => [token, id]))
  const ranks = new Map(merges.map(([left, right], rank) => [`${left} ${right}`, rank]))
  const firstSpecial = tokens.length - specialTokens.length
  const known = new Map<string, readonly number[]>()

  const encodeWord = (word: string): readonly number[] => {
    const before = known.get(word)
    if (before !== undefined) return before
    const found = mergeByRank(Array.from(toByteCharacters(word)), ranks).map(piece => {
      const id = ids.get(piece)
      if (id === undefined) throw new RangeError(`"${piece}" is no token.`)
      return id
    })
    if (known.size < 20_000) known.set(word, found)
    return found
  }

  return {
    merges,
    tokens,
    encode: text => splitWords(text).flatMap(encodeWord),
    decode: list => {
      const text = list.map(id => (id < firstSpecial ? (tokens[id] ?? '') : '')).join('')
      return new TextDecoder().decode(toBytes(text))
    },
    special: token => firstSpecial + specialTokens.indexOf(token),
  }
}

/** Joins the neighbours whose merge was learned first, the leftmost first, until no merge applies. */
function mergeByRank(pieces: string[], ranks: ReadonlyMap<string, number>): string[] {
  while (pieces.length > 1) {
    let best = -1
    let bestRank = Number.POSITIVE_INFINITY
    for (let index = 1; index < pieces.length; index += 1) {
      const rank = ranks.get(`${pieces[index - 1]} ${pieces[index]}`)
      if (rank !== undefined && rank < bestRank) {
        best = index
        bestRank = rank
      }
    }
    if (best < 0) break
    pieces.splice(best - 1, 2, `${pieces[best - 1]}${pieces[best]}`)
  }
  return pieces
}

/** The tokenizer that `JSON.stringify(tokenizer.merges)` describes. Throws `invalid_configuration` for anything else. */
export function readTokenizer(json: string): Tokenizer {
  const parsed: unknown = JSON.parse(json)
  const isPair = (value: unknown): value is [string, string] =>
    Array.isArray(value) && value.length === 2 && value.every(part => typeof part === 'string')
  if (!Array.isArray(parsed) || !parsed.every(isPair)) {
    throw new Failure(
      'invalid_configuration',
      'The tokenizer must be a list of pairs of texts; train it anew.',
    )
  }
  return createTokenizer(parsed)
}
