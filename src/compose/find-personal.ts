import type { FindHidden, Hidden } from '../observe/reviews/index.ts'
import { type Check, checkKinds } from '../serve/guardrails/index.ts'

/** The checks whose findings people do not read without a reason. */
const names: readonly string[] = ['personal-data', 'secrets']
let checks: readonly Check[] | undefined
const never = new AbortController().signal

/** Personal data and secrets in a text, whatever the policy of the service looks for. */
export const findPersonal: FindHidden = text => {
  checks ??= names.map(name => createCheck(name))
  const found = checks.flatMap(check => {
    const findings = check.scan({ text, stage: 'output', service: '', tenant: '' }, never)
    if (findings instanceof Promise) throw new TypeError('A check of what is stored has to answer at once.')
    return findings
  })
  return withoutOverlap(found)
}

/** Throws where there is no such check: what cannot be masked is not written down. */
function createCheck(name: string): Check {
  const kind = checkKinds.find(({ manifest }) => manifest.name === name)
  if (!kind) throw new Error(`There is no check ${name}.`)
  return kind.create(kind.manifest.parameters.parse({}) as never, undefined as never)
}

/** The longest of those that overlap. */
function withoutOverlap(found: readonly Hidden[]): Hidden[] {
  const kept: Hidden[] = []
  for (const one of found.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = kept.at(-1)
    if (last && one.start < last.end) continue
    kept.push({ start: one.start, end: one.end, type: one.type })
  }
  return kept
}
