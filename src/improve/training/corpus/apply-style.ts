import type { Random } from '../../../foundation/statistics/index.ts'
import type { Style } from './corpus-spec.ts'

/** A piece of a message; a fixed one keeps its spelling (but follows the case) and is reported back by name. */
export interface Segment {
  readonly text: string
  readonly fixed?: string
}

export interface StyledMessage {
  readonly text: string
  /** The fixed pieces as they were written. */
  readonly fixed: Readonly<Record<string, string>>
}

/** Writes the sentences in the style, joined by spaces. */
export function applyStyle(
  style: Style,
  sentences: readonly (readonly Segment[])[],
  random: Random,
): StyledMessage {
  const fixed: Record<string, string> = {}
  const texts = sentences.map(segments =>
    segments
      .map(segment => {
        if (segment.fixed === undefined) return changeCase(style, reword(style, segment.text, random))
        const written = changeCase(style, segment.text)
        fixed[segment.fixed] = written
        return written
      })
      .join(''),
  )
  return { text: texts.filter(Boolean).join(' ').trim(), fixed }
}

function changeCase(style: Style, text: string): string {
  if (style.letters === 'lower') return text.toLowerCase()
  return style.letters === 'upper' ? text.toUpperCase() : text
}

function reword(style: Style, text: string, random: Random): string {
  let written = text
  for (const [from, to] of style.replacements ?? []) {
    written = written.replaceAll(new RegExp(`\\b${from}\\b`, 'gi'), to)
  }
  if (style.typoRate !== undefined) {
    const rate = style.typoRate
    written = written.replaceAll(/[a-zA-Z]{4,}/g, word => (random.next() < rate ? slip(word, random) : word))
  }
  if (style.marks === 'drop') return written.replaceAll(/[.,?!]+(?=\s|$)/g, '')
  if (style.marks === 'shout')
    return written.replaceAll(/[.!]+(?=\s|$)/g, '!!').replaceAll(/\?+(?=\s|$)/g, '??')
  return written
}

/** One slip of the fingers inside the word: two letters swapped, one dropped or one doubled. */
function slip(word: string, random: Random): string {
  const at = 1 + random.below(word.length - 2)
  const kind = random.below(3)
  if (kind === 0) return word.slice(0, at) + word.charAt(at + 1) + word.charAt(at) + word.slice(at + 2)
  if (kind === 1) return word.slice(0, at) + word.slice(at + 1)
  return word.slice(0, at) + word.charAt(at) + word.slice(at)
}
