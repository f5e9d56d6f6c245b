import { useSearch } from '../../routing/location.ts'

export function inferenceHref(id: string): string {
  return `/inferences/${encodeURIComponent(id)}`
}

/** An address that keeps all filters of the list, so that closing a detail leads back to the same list. */
export function useFilteredHref(): (path: string) => string {
  const text = useSearch().toString()
  return path => (text === '' ? path : `${path}?${text}`)
}
