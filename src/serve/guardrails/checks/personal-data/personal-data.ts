import { z } from 'zod'
import { type Candidate, settleCandidates } from '../scanning/candidates.ts'
import type { Check, CheckKind } from '../../check.ts'
import { viewsOf } from '../../normalise/index.ts'
import { entityNames, idRegions, phoneRegions } from './entities.ts'
import { inspect, type Wanted } from './inspect.ts'
import { openIn } from './open-from.ts'
import { Page } from '../scanning/page.ts'
import { plansOf } from './phones.ts'
import { loadValidators } from './stdnum-validators.ts'

/** Longer is nothing of what is looked for; an address whose every unit is escaped may be. */
const maxSpan = 512

const parameters = z.strictObject({
  entities: z
    .array(z.enum(entityNames))
    .min(1)
    .optional()
    .describe('What to look for; left out, everything.'),
  regions: z
    .array(z.string().regex(/^[A-Z]{2}$/, 'a country code of two capitals, as DE'))
    .optional()
    .describe(
      'Countries, ISO 3166-1 alpha-2, whose national ids and national telephone numbers count; left out, all that are known, and telephone numbers of the largest.',
    ),
  threshold: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe('Findings with a lower score are left out. 1 is proved by check digits.'),
  allow: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'What is never a finding: the text itself in any case, or `@example.com` for all e-mail addresses there.',
    ),
})

export type PersonalDataParameters = z.infer<typeof parameters>

/** Finds what says who somebody is or how to reach them. */
export const personalData: CheckKind<PersonalDataParameters> = {
  manifest: {
    name: 'personal-data',
    description:
      'Finds personal data: e-mail, telephone, cards, bank accounts, national ids, addresses, names and more.',
    stages: ['input', 'context', 'tool_call', 'reasoning', 'output'],
    parameters,
    maxSpan,
    cost: 'deterministic',
  },
  create: given => personalDataCheck(given),
}

function personalDataCheck({
  entities = entityNames,
  regions,
  threshold,
  allow,
}: PersonalDataParameters): Check {
  const types: ReadonlySet<string> = new Set(entities)
  const wanted: Wanted = {
    has: type => types.has(type),
    regions: new Set(types.has('NATIONAL_ID') ? (regions ?? idRegions) : []),
    phonePlans: types.has('PHONE_NUMBER') ? plansOf(regions ?? phoneRegions) : [],
  }
  if (wanted.regions.size > 0) loadValidators()
  const limits = { longest: maxSpan, threshold, allowed: new Set(allow.map(each => each.toLowerCase())) }
  return {
    scan({ text }) {
      const candidates: Candidate[] = []
      for (const view of viewsOf(text)) inspect(new Page(view, limits, candidates), wanted)
      return settleCandidates(candidates, text)
    },
    openFrom(text) {
      // nothing that is under way began earlier
      const base = Math.max(0, text.length - 2 * maxSpan)
      const tail = text.slice(base)
      let open = openIn(tail, maxSpan)
      for (const view of viewsOf(tail)) {
        // what stands in a run has no space in it: it ends with its word
        if (view.kind === 'normal' || view.kind === 'decoded')
          open = Math.min(open, view.sourceStart(openIn(view.text, maxSpan)))
      }
      return base + Math.max(open, tail.length - maxSpan)
    },
  }
}
