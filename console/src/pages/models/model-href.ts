import type { ModelPlace } from '../../api/models.ts'

/** The address of a model, or of one of its versions. */
export function modelPath({ name, tenant }: ModelPlace, version?: string): string {
  const search = new URLSearchParams({
    ...(tenant !== undefined && { tenant }),
    ...(version !== undefined && { version }),
  }).toString()
  return `/models/${encodeURIComponent(name)}${search === '' ? '' : `?${search}`}`
}
