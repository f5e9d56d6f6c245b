import type { LineageNode } from '../../api/types.ts'
import { modelPath } from './model-href.ts'

/** The page of what a node stands for; `undefined` where there is none. */
export function lineageHref({ kind, id, tenant, details }: LineageNode): string | undefined {
  const text = (name: string): string => {
    const value = details[name]
    return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  }
  const own = id.slice(kind.length + 1)
  switch (kind) {
    case 'dataset':
      return `/datasets/${encodeURIComponent(text('dataset'))}?${new URLSearchParams({ tenant, at: text('number') })}`
    case 'model':
      return modelPath({ name: text('model'), tenant }, text('number'))
    case 'evaluation':
      return `/evaluations/${encodeURIComponent(own)}`
    case 'pipeline':
      return `/pipelines/${encodeURIComponent(own)}`
    case 'inference':
      return `/inferences/${encodeURIComponent(own)}`
    case 'inferences': {
      const until = text('until')
      return `/inferences?${new URLSearchParams({
        service: text('service'),
        since: text('since'),
        // a serving that goes on ends now, as far as its list goes
        until: until === '' ? new Date().toISOString() : until,
      })}`
    }
    case 'serving':
      return '/engines'
    case 'training':
    case 'tracking':
      return undefined
  }
}
