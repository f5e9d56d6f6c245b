import type { CorpusSpec, SupportExample } from './corpus-spec.ts'
import { generateExample } from './generate-example.ts'

/** One example as people of several groups would have written it: nothing differs but the name. */
export interface CounterfactualSet {
  readonly index: number
  /** One example per name group, in the order of the desk's groups. */
  readonly examples: readonly SupportExample[]
}

/** The first `count` examples that give a name, each with a name of every group. */
export function counterfactualsByName(spec: CorpusSpec, count: number): CounterfactualSet[] {
  const sets: CounterfactualSet[] = []
  if (spec.mix.name <= 0) throw new RangeError('This corpus gives no names: its mix.name is 0.')
  for (let index = 0; sets.length < count; index += 1) {
    if (generateExample(spec, index).name === null) continue
    const examples = spec.desk.nameGroups.map(({ label, names }) => {
      const value = names[index % names.length]
      if (value === undefined) throw new RangeError(`The name group ${label} is empty.`)
      return generateExample(spec, index, { name: { group: label, value } })
    })
    sets.push({ index, examples })
  }
  return sets
}
