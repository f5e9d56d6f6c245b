import type { InferenceFilter } from '../api/queries.ts'
import { type Inference, outcomes } from '../api/types.ts'

function readNumber(text: string | null): number | undefined {
  const value = text === null || text.trim() === '' ? Number.NaN : Number(text)
  return Number.isFinite(value) && value >= 0 ? value : undefined
}

/** A number that is still being typed is no status yet. */
function readStatus(text: string | null): number | undefined {
  return text !== null && /^[1-5]\d\d$/.test(text) ? Number(text) : undefined
}

/** Copies that rollouts make are left out unless they are asked for. */
const shadows = ['only', 'all'] as const

export function readInferenceFilter(search: URLSearchParams): InferenceFilter {
  const outcome = outcomes.find(known => known === search.get('outcome'))
  return {
    outcome,
    status: readStatus(search.get('status')),
    release: search.get('release') ?? undefined,
    rollout: search.get('rollout') ?? undefined,
    arm: search.get('arm') ?? undefined,
    shadow: shadows.find(known => known === search.get('shadow')),
    key_id: search.get('key_id') ?? undefined,
    conversation_id: search.get('conversation_id') ?? undefined,
    min_latency_ms: readNumber(search.get('min_latency_ms')),
    q: search.get('q') ?? undefined,
  }
}

export function countFilters(filter: InferenceFilter): number {
  return Object.values(filter).filter(value => value !== undefined).length
}

/**
 * Whether an inference that just ended belongs in the list. The live stream itself knows only tenant, service and
 * outcome; a text search is left to the server, so nothing live is added while there is one.
 */
export function matchesFilter(inference: Inference, filter: InferenceFilter): boolean {
  if (filter.q !== undefined) return false
  if (filter.outcome !== undefined && inference.outcome !== filter.outcome) return false
  if (filter.status !== undefined && inference.status !== filter.status) return false
  if (filter.release !== undefined && inference.release !== filter.release) return false
  if (filter.rollout !== undefined && inference.rollout !== filter.rollout) return false
  if (filter.arm !== undefined && inference.arm !== filter.arm) return false
  if (filter.shadow === 'only' && !inference.is_shadow) return false
  if (filter.conversation_id !== undefined && inference.conversation_id !== filter.conversation_id)
    return false
  if (filter.key_id !== undefined && inference.key_id !== filter.key_id) return false
  return filter.min_latency_ms === undefined || inference.latency_ms >= filter.min_latency_ms
}
