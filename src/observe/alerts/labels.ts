export type Labels = Readonly<Record<string, string>>

/** Whether all that are named are so; `*` at the end of a value stands for anything that follows. */
export function matchesAll(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([name, value]) => {
    const given = labels[name]
    if (given === undefined) return false
    return value.endsWith('*') ? given.startsWith(value.slice(0, -1)) : given === value
  })
}
