import { createHash } from 'node:crypto'
import { canonicalJson } from '../../../foundation/platform/index.ts'
import type { Artifact, CacheBasis, StageInputs } from '../stage-kind.ts'
import type { CachePart } from './run.ts'

const shownLetters = 80

const hashOf = (value: unknown): string => createHash('sha256').update(canonicalJson(value)).digest('hex')

function part(value: unknown): CachePart {
  const text = typeof value === 'string' ? value : canonicalJson(value)
  return { hash: hashOf(value), shown: text.length > shownLetters ? `${text.slice(0, shownLetters)}…` : text }
}

/** What a result depends on, part by part, and the hash over all of it. */
export function cacheKeyOf(given: {
  readonly kind: { readonly name: string; readonly version: number }
  readonly parameters: Readonly<Record<string, unknown>>
  readonly inputs: StageInputs
  readonly secrets: readonly string[]
  readonly basis: CacheBasis
}): { readonly key: string; readonly parts: Readonly<Record<string, CachePart>> } {
  const parts: Record<string, CachePart> = { kind: part(`${given.kind.name} v${given.kind.version}`) }
  const isSaid = (name: string): boolean => given.basis.standsFor?.includes(name) === true
  for (const [name, value] of Object.entries(given.parameters))
    if (!isSaid(`with.${name}`)) parts[`with.${name}`] = part(value)
  for (const [name, input] of Object.entries(given.inputs)) {
    if (isSaid(`inputs.${name}`)) continue
    if (!('each' in input)) parts[`inputs.${name}`] = digestPart(input)
    else
      for (const [key, artifact] of Object.entries(input.each))
        parts[`inputs.${name}[${key}]`] = digestPart(artifact)
  }
  if (given.secrets.length > 0) parts['secrets'] = part([...given.secrets].sort())
  for (const [name, value] of Object.entries(given.basis.parts)) parts[name] = part(value)
  const key = hashOf(Object.fromEntries(Object.entries(parts).map(([name, { hash }]) => [name, hash])))
  return { key, parts }
}

const digestPart = ({ type, digest }: Artifact): CachePart => ({
  hash: hashOf([type, digest]),
  shown: `${type} ${digest.slice(0, 12)}`,
})

interface EarlierKey {
  readonly runId: string
  readonly endedAt: Date
  readonly parts: Readonly<Record<string, CachePart>>
}

const mostNamed = 3

/** Which parts differ from the earlier key that is nearest. */
export function explainMiss(
  parts: Readonly<Record<string, CachePart>>,
  earlier: readonly EarlierKey[],
): string {
  const [nearest] = earlier
    .map(one => ({ ...one, differing: differingParts(parts, one.parts) }))
    .sort(
      (left, right) =>
        left.differing.length - right.differing.length || Number(right.endedAt) - Number(left.endedAt),
    )
  if (!nearest) return 'This stage has not succeeded before.'
  const named = nearest.differing.slice(0, mostNamed).map(name => {
    const [then, now] = [nearest.parts[name]?.shown ?? 'nothing', parts[name]?.shown ?? 'nothing']
    return `\`${name}\` is ${now} and was ${then}`
  })
  const more =
    nearest.differing.length > mostNamed ? `, and ${nearest.differing.length - mostNamed} more` : ''
  return `Against run ${nearest.runId}: ${named.join('; ')}${more}.`
}

function differingParts(
  left: Readonly<Record<string, CachePart>>,
  right: Readonly<Record<string, CachePart>>,
): string[] {
  const names = [...new Set([...Object.keys(left), ...Object.keys(right)])]
  return names.filter(name => left[name]?.hash !== right[name]?.hash)
}
