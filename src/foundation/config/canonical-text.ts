import { createHash } from 'node:crypto'
import { parse, stringify } from 'yaml'

/**
 * A configuration as YAML that says the same and nothing else: comments gone, as people put anything into them, keys in
 * order, aliases written out. Two texts that differ in form only become the same. `text` has passed `parseConfig`.
 */
export function canonicalText(text: string): string {
  const data: unknown = parse(text, { stringKeys: true, maxAliasCount: 1_000 })
  return stringify(data, { sortMapEntries: true, aliasDuplicateObjects: false, lineWidth: 0 })
}

/** The SHA-256 of a canonical text, in hex. */
export function textHash(canonical: string): string {
  return createHash('sha256').update(canonical).digest('hex')
}
