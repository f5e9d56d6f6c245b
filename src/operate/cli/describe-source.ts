/** Where the rows of a version came from, in a line. */
export function describeSource(source: { readonly kind: string } & Record<string, unknown>): string {
  const text = (name: string): string => {
    const value = source[name]
    return typeof value === 'string' ? value : JSON.stringify(value ?? null)
  }
  switch (source.kind) {
    case 'import':
      return `import of ${text('file')} (${text('format')}, sha256 ${text('sha256').slice(0, 12)})`
    case 'inferences':
    case 'feedback':
    case 'reviews':
      return `${source.kind} of ${text('from')} to ${text('to')}`
    case 'merge':
      return `merge of ${text('of').slice(0, 12)}`
    case 'derived':
      return `${text('by')} of ${text('of').slice(0, 12)}`
    default:
      return source.kind
  }
}
