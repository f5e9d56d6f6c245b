import { Failure, nearestName } from '../../../foundation/platform/index.ts'
import { type Attribute, builtinAttributes } from './lexicon.ts'

/** The attributes of these names, in each language that has them; throws `invalid_request` for another. */
export function findAttributes(
  names: readonly string[],
  known: readonly Attribute[] = builtinAttributes,
): Attribute[] {
  return names.flatMap(name => {
    const found = known.filter(attribute => attribute.name === name)
    if (found.length > 0) return found
    const all = [...new Set(known.map(attribute => attribute.name))]
    const meant = nearestName(name, all)
    throw new Failure(
      'invalid_request',
      `There is no attribute \`${name.slice(0, 60)}\`. ${meant === undefined ? `There are ${all.join(', ')}.` : `Did you mean \`${meant}\`?`}`,
      { details: { parameter: 'attributes' } },
    )
  })
}
