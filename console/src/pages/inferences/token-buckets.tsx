import type { Usage } from '../../api/types.ts'
import { formatCount } from '../../format/number.ts'

const buckets = [
  { field: 'input_tokens', label: 'Input' },
  { field: 'cache_read_tokens', label: 'Read from cache' },
  { field: 'cache_write_tokens', label: 'Written to cache' },
  { field: 'output_tokens', label: 'Output' },
  { field: 'reasoning_tokens', label: 'Reasoning' },
] as const satisfies readonly { field: keyof Usage; label: string }[]

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
      </ul>
    </div>
  )
}
