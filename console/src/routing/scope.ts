import type { Scope } from '../api/queries.ts'
import { useSearch } from './location.ts'
import { readRange } from './range.ts'

const scopeNames = ['range', 'since', 'until', 'tenant', 'service'] as const

/** The time range, tenant and service that all pages share. */
export function useScope(): Scope {
  const search = useSearch()
  return {
    range: readRange(search),
    tenant: search.get('tenant') ?? undefined,
    service: search.get('service') ?? undefined,
  }
}

/** An address within the console that keeps the shared scope of the present one. */
export function keepScope(path: string, present: URLSearchParams): string {
  const [pathname = '/', query = ''] = path.split('?')
  const search = new URLSearchParams(query)
  for (const name of scopeNames) {
    const value = present.get(name)
    if (value !== null && !search.has(name)) search.set(name, value)
  }
  const text = search.toString()
  return text === '' ? pathname : `${pathname}?${text}`
}

export function useHref(): (path: string) => string {
  const search = useSearch()
  return path => keepScope(path, search)
}
