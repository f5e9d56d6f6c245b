import { z } from 'zod'
import type { CheckKind, Finding } from '../check.ts'
import { indexForSupport } from '../support/support-score.ts'
import { claimsOf } from '../support/claims.ts'
import { languageOf } from '../support/words.ts'

const parameters = z.strictObject({
  required: z
    .boolean()
    .default(false)
    .describe('Whether every claim must carry a mark such as `[1]` of the document that it rests on.'),
  quotes: z.boolean().default(true).describe('Whether words in quotation marks must stand in a document.'),
  links: z.boolean().default(true).describe('Whether addresses must stand in a document.'),
})

const marks = /\[\^?(\d{1,3})\]|【(\d{1,3})[^】]{0,40}】/g
const quotes = /["“„«]([^"“”„«»\n]{25,400})["”“»]/g
const links = /https?:\/\/[^\s<>"'`)\]}]+/g

/** The support below which a document is taken not to be what a claim that cites it rests on: little of it is there at all. */
const hardlyAny = 0.2

/** What an answer refers to: are there such documents, do they say these words, are those addresses theirs. */
export const citations: CheckKind<z.output<typeof parameters>> = {
  manifest: {
    name: 'citations',
    description:
      'Citations of documents that there are not or that say nothing of the kind, quotations that no document has, addresses that none of them names.',
    stages: ['output'],
    parameters,
    maxSpan: 'whole',
    cost: 'deterministic',
  },
  create: options => ({
    scan({ text, documents }) {
      if (!documents || documents.length === 0) return []
      const findings: Finding[] = []
      const add = (start: number, end: number, type: string, score: number, reason: string): void => {
        findings.push({ start, end, type, score, reason })
      }
      for (const match of text.matchAll(marks)) {
        const number = Number(match[1] ?? match[2])
        if (number >= 1 && number <= documents.length) continue
        add(
          match.index,
          match.index + match[0].length,
          'CITATION_UNKNOWN',
          1,
          `there are ${documents.length} documents`,
        )
      }
      const plain = options.quotes || options.links ? documents.map(normal).join('\n') : ''
      if (options.quotes) {
        for (const match of text.matchAll(quotes)) {
          if (plain.includes(normal(match[1] ?? ''))) continue
          add(match.index, match.index + match[0].length, 'QUOTE_NOT_FOUND', 1, 'no document has these words')
        }
      }
      if (options.links) {
        for (const match of text.matchAll(links)) {
          const address = match[0].replace(/[.,;:!?*_]+$/, '')
          if (plain.includes(normal(address))) continue
          add(match.index, match.index + address.length, 'LINK_NOT_FOUND', 1, 'no document has this address')
        }
      }
      findings.push(...citedClaims(text, documents, options.required))
      return withoutOverlap(findings)
    },
  }),
}

/** Claims that carry marks are compared with the documents which they cite, by their words. */
function citedClaims(text: string, documents: readonly string[], isRequired: boolean): Finding[] {
  const language = languageOf(`${documents.join(' ').slice(0, 20_000)} ${text}`)
  const findings: Finding[] = []
  for (const claim of claimsOf(text, language)) {
    // a mark may stand behind the full stop
    const { start } = claim
    const end =
      claim.end +
      (/^\s?(?:\[\^?\d{1,3}\]|【\d{1,3}[^】]{0,40}】)+/.exec(text.slice(claim.end))?.[0].length ?? 0)
    const cited = [...text.slice(start, end).matchAll(marks)]
      .map(match => documents[Number(match[1] ?? match[2]) - 1])
      .filter(document => document !== undefined)
    if (cited.length === 0) {
      if (isRequired && !marksIn(text.slice(start, end))) {
        findings.push({ start, end: claim.end, type: 'CITATION_MISSING', score: 1 })
      }
      continue
    }
    const { score, reason } = indexForSupport(cited, language).supportOf(claim)
    if (score >= hardlyAny) continue
    findings.push({ start, end: claim.end, type: 'CITATION_UNSUPPORTED', score: 1 - score, reason })
  }
  return findings
}

function marksIn(text: string): boolean {
  return new RegExp(marks.source).test(text)
}

/** As words compare: without case, runs of white space and the many forms of quotation marks. */
function normal(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[“”„«»]/g, '"')
    .replace(/[‘’]/g, "'")
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase()
}

/** Where two overlap the surer stays, of equals the shorter: it says more exactly what is wrong. */
function withoutOverlap(findings: readonly Finding[]): Finding[] {
  const kept: Finding[] = []
  const byWeight = findings.toSorted(
    (left, right) => right.score - left.score || left.end - left.start - (right.end - right.start),
  )
  for (const finding of byWeight) {
    if (kept.every(other => finding.end <= other.start || finding.start >= other.end)) kept.push(finding)
  }
  return kept.sort((left, right) => left.start - right.start)
}
