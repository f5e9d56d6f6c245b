import { z } from 'zod'
import type { Check, CheckKind } from '../../check.ts'
import { type View, viewsOf } from '../../normalise/index.ts'
import { type Candidate, settleCandidates } from '../scanning/candidates.ts'
import { Page } from '../scanning/page.ts'
import { findSecrets, openPrivateKey } from './find-secrets.ts'

/** A private RSA key of 4,096 bits in PEM; what is longer is cut there. */
const maxSpan = 4_096

const parameters = z.strictObject({
  threshold: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe('Findings with a lower score are left out. 1 is proved by a checksum.'),
  keyed: z
    .boolean()
    .default(true)
    .describe(
      'Whether values count whose key says that they are secret: `password = …`, `"api_key": "…"`, `the password is …`.',
    ),
  allow: z.array(z.string().min(1)).default([]).describe('What is never a finding, in any case.'),
})

export type SecretsParameters = z.infer<typeof parameters>

/** Finds what lets its holder in somewhere. */
export const secrets: CheckKind<SecretsParameters> = {
  manifest: {
    name: 'secrets',
    description: 'Finds keys, tokens, passwords, private keys and connection strings.',
    stages: ['input', 'context', 'tool_call', 'reasoning', 'output'],
    parameters,
    maxSpan,
    cost: 'deterministic',
  },
  create: given => secretsCheck(given),
}

function secretsCheck({ threshold, keyed, allow }: SecretsParameters): Check {
  const limits = { longest: maxSpan, threshold, allowed: new Set(allow.map(each => each.toLowerCase())) }
  return {
    scan({ text }) {
      const candidates: Candidate[] = []
      for (const view of viewsOf(text)) findSecrets(new Page(view, limits, candidates), keyed)
      return settleCandidates(candidates, text)
    },
    openFrom(text) {
      const earliest = Math.max(0, text.length - maxSpan)
      const tail = text.slice(earliest)
      // only a private key has spaces and lines in it
      let open = wordStart(tail, tail.length)
      const withKeys = viewsOf(tail).filter(view => view.text.includes('-----BEGIN'))
      for (let before = tail.length + 1; open < before;) {
        before = open
        for (const view of withKeys) {
          const key = openPrivateKey(view.text, indexOf(view, open))
          open = Math.min(open, wordStart(tail, view.sourceStart(key)))
        }
      }
      return earliest + open
    },
  }
}

function wordStart(text: string, end: number): number {
  let start = end
  while (start > 0 && text.charCodeAt(start - 1) > 0x20) start -= 1
  return start
}

/** Which unit of the view stands at `source` in the original, or behind it. */
function indexOf(view: View, source: number): number {
  let from = 0
  let to = view.text.length
  while (from < to) {
    const middle = (from + to) >> 1
    if (view.sourceStart(middle) < source) from = middle + 1
    else to = middle
  }
  return from
}
