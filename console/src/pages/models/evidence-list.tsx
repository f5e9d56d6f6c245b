import type { ModelEvidence } from '../../api/types.ts'
import { useHref } from '../../routing/scope.ts'

/** What something was done on, with a link where there is a page of it. */
export function EvidenceList({ evidence }: { readonly evidence: readonly ModelEvidence[] }) {
  const href = useHref()
  if (evidence.length === 0) return null
  return (
    <ul className="evidence" aria-label="Evidence">
      {evidence.map(({ kind, id }) => (
        <li key={`${kind} ${id}`} className="quiet">
          {kind}{' '}
          {kind === 'evaluation' ? (
            <a href={href(`/evaluations/${encodeURIComponent(id)}`)}>{id.slice(0, 13)}</a>
          ) : kind === 'review' ? (
            <a href={href(`/reviews/${encodeURIComponent(id)}`)}>{id.slice(0, 13)}</a>
          ) : (
            <code title={id}>{id.slice(0, 24)}</code>
          )}
        </li>
      ))}
    </ul>
  )
}
