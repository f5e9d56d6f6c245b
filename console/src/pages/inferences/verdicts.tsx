import type { Inference } from '../../api/types.ts'
import { formatDuration } from '../../format/duration.ts'
import { formatCount } from '../../format/number.ts'

/** What the checks of the policy said; nothing where there is no policy. */
export function Verdicts({ inference }: { readonly inference: Inference }) {
  const { verdicts, policy_hash: hash } = inference
  if (!verdicts || verdicts.length === 0) return null
  return (
    <section aria-label="Checks">
      <h3>Checks</h3>
      {verdicts.map(verdict => (
        <article key={`${verdict.guard} ${verdict.stage}`} className="given">
          <header>
            <b>{verdict.guard}</b>
            <span className="quiet">on {verdict.stage.replace('_', ' ')}</span>
            <span className="tag">
              {verdict.mode === 'shadow' && verdict.outcome !== 'pass' ? 'shadow ' : ''}
              {verdict.outcome}
            </span>
          </header>
          <p>{verdict.why}</p>
          <p className="quiet">
            looked at {formatCount(verdict.scanned_chars)} characters in {formatDuration(verdict.duration_ms)}
          </p>
        </article>
      ))}
      <p className="quiet">Policy {hash}</p>
    </section>
  )
}
