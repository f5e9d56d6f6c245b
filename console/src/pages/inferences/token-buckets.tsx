import type { Usage } from '../../api/types.ts'
import { formatCount } from '../../format/number.ts'

const buckets = [
  { field: 'input_tokens', label: 'Input' },
  { field: 'cache_read_tokens', label: 'Read from cache' },
  { field: 'cache_write_tokens', label: 'Written to cache' },
  { field: 'cache_write_hour_tokens', label: 'Written to cache for an hour' },
  { field: 'audio_input_tokens', label: 'Sound in' },
  { field: 'image_input_tokens', label: 'Pictures in' },
  { field: 'output_tokens', label: 'Output' },
  { field: 'reasoning_tokens', label: 'Reasoning' },
  { field: 'audio_output_tokens', label: 'Sound out' },
  { field: 'image_output_tokens', label: 'Pictures out' },
] as const satisfies readonly { field: Exclude<keyof Usage, 'units'>; label: string }[]

/** Tokens in disjoint buckets, so that the bar is all that was processed. */
export function TokenBuckets({ usage }: { readonly usage: Usage }) {
  const present = buckets.filter(({ field }) => usage[field] > 0)
  const total = present.reduce((sum, { field }) => sum + usage[field], 0)
  return (
    <div className="buckets">
      <div className="buckets-bar" aria-hidden="true">
        {present.map(({ field }) => (
          <span key={field} data-field={field} style={{ flexGrow: usage[field] }} />
        ))}
      </div>
      <ul>
        {present.map(({ field, label }) => (
          <li key={field}>
            <i data-field={field} aria-hidden="true" />
            {label} <b>{formatCount(usage[field])}</b>
          </li>
        ))}
        <li>
          Total <b>{formatCount(total)}</b>
        </li>
        {Object.entries(usage.units ?? {}).map(([unit, count]) => (
          <li key={unit}>
            {unit} <b>{formatCount(count)}</b>
          </li>
        ))}
      </ul>
    </div>
  )
}
