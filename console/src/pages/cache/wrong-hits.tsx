import { formatCount, formatShare } from '../../format/number.ts'
import { boundScale, type Semantic } from './bound-scale.ts'

/** How sure it is that hits are right, against what has to be sure: drawn, and in figures. */
export function WrongHits({ semantic }: { readonly semantic: Semantic }) {
  const { trials, wrong, wrong_bound, max_wrong } = semantic
  const { allowed, bound, observed, most } = boundScale(semantic)
  const isProven = wrong_bound <= max_wrong
  return (
    <div className="wrong-hits">
      <svg
        viewBox="0 0 100 12"
        preserveAspectRatio="none"
        role="img"
        aria-label={`At most ${percent(wrong_bound)} of the hits are wrong, ${percent(max_wrong)} are allowed`}
      >
        <rect className="wrong-hits-rest" x="0" y="4" width="100" height="4" />
        <rect className="wrong-hits-allowed" x="0" y="4" width={allowed} height="4" />
        {observed !== undefined && (
          <rect className="wrong-hits-unsure" x={observed} y="5" width={bound - observed} height="2" />
        )}
        <line className="wrong-hits-bound" data-proven={isProven} x1={bound} x2={bound} y1="1" y2="11" />
      </svg>
      <div className="wrong-hits-ends quiet" aria-hidden="true">
        <span>0 %</span>
        <span>{percent(most)} of hits wrong</span>
      </div>
      <dl className="wrong-hits-figures">
        <div>
          <dt>Trials</dt>
          <dd>{formatCount(trials)}</dd>
        </div>
        <div>
          <dt>Wrong</dt>
          <dd>
            {formatCount(wrong)}
            {trials > 0 && ` (${formatShare(wrong, trials)})`}
          </dd>
        </div>
        <div>
          <dt>At most wrong, 95 % sure</dt>
          <dd>{percent(wrong_bound)}</dd>
        </div>
        <div>
          <dt>Allowed</dt>
          <dd>{percent(max_wrong)}</dd>
        </div>
      </dl>
    </div>
  )
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`
}
