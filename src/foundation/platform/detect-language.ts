import { lateLibraries } from './late-libraries.ts'

/** Of which language a text is (60 are known), in some 50 µs; the models are loaded with the first text. */
export function detectLanguage(text: string): {
  /** ISO 639-1; empty where it cannot be told. */
  readonly language: string
  /** Whether it is far enough before the next. */
  readonly isReliable: boolean
  /** By language, what speaks for it: the larger the likelier. */
  readonly scores: Readonly<Record<string, number>>
} {
  const found = lateLibraries.eld().eld.detect(text)
  return { language: found.language, isReliable: found.isReliable(), scores: found.getScores() }
}
