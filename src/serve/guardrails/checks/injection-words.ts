import { type LexiconEntry, lexiconEntries, type WordClass } from './injection-lexicon.ts'
import { TermAutomaton } from './term-automaton.ts'
import { isWordEdge } from './word-edges.ts'

/** A word of the lexicon in a text. */
export interface Word {
  readonly start: number
  readonly end: number
  readonly wordClass: WordClass
  /** How it is written: as it is, or so that only a machine would read it. */
  readonly writing: 'plain' | 'rot13' | 'reversed'
}

interface Entry extends LexiconEntry {
  readonly writing: Word['writing']
}

/** Shorter ones would be met by chance. */
const shortestDisguised = 5
const disguisable = /^[a-z' ]+$/

function waysToWrite(entry: LexiconEntry): Entry[] {
  const plain: Entry = { ...entry, writing: 'plain' }
  if (entry.term.length < shortestDisguised || !disguisable.test(entry.term)) return [plain]
  return [
    plain,
    { ...entry, writing: 'rot13', term: rot13(entry.term) },
    { ...entry, writing: 'reversed', term: Array.from(entry.term).toReversed().join('') },
  ]
}

interface Lexicon {
  readonly automaton: TermAutomaton
  /** By the term of the automaton; one of two classes is one term. */
  readonly meanings: readonly (readonly Entry[])[]
}

let lexicon: Lexicon | undefined

/** Built (some 60 ms) when the first policy wants it. */
export function readLexicon(): Lexicon {
  if (!lexicon) {
    const byTerm = Map.groupBy(lexiconEntries.flatMap(waysToWrite), ({ term }) => term.toLowerCase())
    lexicon = { automaton: new TermAutomaton([...byTerm.keys()]), meanings: [...byTerm.values()] }
  }
  return lexicon
}

/** Rules and classifier ask for the same text one after the other. */
let last: { readonly text: string; readonly words: readonly Word[] } | undefined
/** Longer texts are not kept for the next. */
const longestKept = 65_536

/** The words of the lexicon in a text, by where they begin. */
export function wordsIn(text: string): readonly Word[] {
  if (last?.text === text) return last.words
  const words = findWords(text)
  if (text.length <= longestKept) last = { text, words }
  return words
}

function findWords(text: string): Word[] {
  const words: Word[] = []
  const { automaton, meanings } = readLexicon()
  for (const { start, end, term } of automaton.matchesIn(text)) {
    const [startsWord, endsWord] = [isWordEdge(text, start), isWordEdge(text, end)]
    if (!startsWord && !endsWord) continue
    for (const { wordClass, writing, isStem } of meanings[term] ?? []) {
      const isWhole =
        writing === 'reversed' ? endsWord && (startsWord || isStem) : startsWord && (endsWord || isStem)
      if (isWhole) words.push({ start, end: endsWord ? end : wordEnd(text, end), wordClass, writing })
    }
  }
  return words.sort((one, other) => one.start - other.start)
}

/** Endings are no longer than this. */
const longestEnding = 24

function wordEnd(text: string, from: number): number {
  let end = from
  while (end - from < longestEnding && !isWordEdge(text, end)) end += 1
  return end
}

function rot13(text: string): string {
  return text.replace(/[a-z]/g, letter => String.fromCharCode(((letter.charCodeAt(0) - 97 + 13) % 26) + 97))
}
