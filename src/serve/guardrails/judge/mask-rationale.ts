import type { Check, Finding } from '../check.ts'
import { checkKindsByName } from '../check-kinds.ts'

/** What must not be written down in the words of a judge, who may have repeated what it read. */
const lookedFor = ['personal-data', 'secrets'] as const

const never = new AbortController().signal
let checks: readonly Check[] | undefined

/** Made with the first judgement: they take a tenth of a second. */
function checksOnce(): readonly Check[] {
  checks ??= lookedFor.flatMap(name => {
    const kind = checkKindsByName.get(name)
    return kind ? [kind.create(kind.manifest.parameters.parse({}) as never, undefined as never)] : []
  })
  return checks
}

/** The words of a judge with what is personal or secret in them replaced by its kind, and no longer than is read. */
export async function maskRationale(rationale: string): Promise<string> {
  const text = rationale.replaceAll('\0', '').toWellFormed().slice(0, 2_000)
  const scan = { text, stage: 'output', service: '', tenant: '' } as const
  const found = await Promise.all(checksOnce().map(async check => await check.scan(scan, never)))
  return replaced(text, found.flat())
}

function replaced(text: string, findings: readonly Finding[]): string {
  let masked = ''
  let at = 0
  for (const { start, end, type } of findings.toSorted((left, right) => left.start - right.start)) {
    if (end <= at) continue
    masked += text.slice(at, Math.max(at, start)) + `[${type}]`
    at = end
  }
  return masked + text.slice(at)
}
