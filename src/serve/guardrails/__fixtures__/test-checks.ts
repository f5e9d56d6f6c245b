import { z } from 'zod'
import type { AnyCheckKind } from '../check-kinds.ts'
import type { Check, CheckKind, Finding } from '../check.ts'

const parameters = z.strictObject({
  /** What it finds, letter by letter. */
  word: z.string().min(1),
  reach: z.union([z.number(), z.literal('sentence'), z.literal('whole')]),
  isLate: z.boolean().default(false),
  opens: z.boolean().default(false),
  /** How it misbehaves. */
  fault: z.enum(['none', 'throws', 'hangs', 'lies', 'opens outside']).default('none'),
})

type Parameters = z.output<typeof parameters>

/** Every occurrence of a word: whether one is depends on nothing but its letters. */
function occurrences(text: string, word: string): Finding[] {
  const findings: Finding[] = []
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
    findings.push({ start: at, end: at + word.length, type: 'WORD', score: 1 })
  }
  return findings
}

function scan(text: string, { word, fault }: Parameters): readonly Finding[] {
  if (fault === 'throws') throw new TypeError(`it holds ${text}`)
  if (fault === 'lies') return [{ start: 3, end: text.length + 7, type: 'WORD', score: 1 }]
  return occurrences(text, word)
}

/** Where the last letters may be the first ones of the word. */
function openFrom(text: string, { word, fault }: Parameters): number {
  if (fault === 'opens outside') return text.length + 1
  for (let length = Math.min(word.length - 1, text.length); length > 0; length -= 1) {
    if (word.startsWith(text.slice(text.length - length))) return text.length - length
  }
  return text.length
}

function kindOf(name: string, maxSpan: number | 'sentence' | 'whole', isLate: boolean): AnyCheckKind {
  const kind: CheckKind<Parameters> = {
    manifest: {
      name,
      description: 'Finds a word.',
      stages: ['input', 'context', 'tool_call', 'reasoning', 'output'],
      parameters,
      maxSpan,
      cost: isLate ? 'model' : 'deterministic',
    },
    create(given): Check {
      const check: Check = {
        scan: async ({ text }, signal) => {
          if (given.fault === 'hangs') {
            await new Promise((_, reject) => {
              signal.addEventListener('abort', () => reject(new DOMException('', 'AbortError')))
            })
          } else await Promise.resolve()
          return scan(text, given)
        },
      }
      const prompt: Check = { scan: ({ text }) => scan(text, given) }
      const made = isLate ? check : prompt
      return given.opens ? { ...made, openFrom: text => openFrom(text, given) } : made
    },
  }
  return kind
}

/** Checks of every way to hold a stream: real ones in all but what they look for. */
export const testKinds: ReadonlyMap<string, AnyCheckKind> = new Map(
  ([12, 30, 'sentence', 'whole'] as const).flatMap(maxSpan =>
    [false, true].map(isLate => {
      const kind = kindOf(`word-${maxSpan}${isLate ? '-late' : ''}`, maxSpan, isLate)
      return [kind.manifest.name, kind]
    }),
  ),
)
