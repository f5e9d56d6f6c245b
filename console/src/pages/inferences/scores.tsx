import { useScores } from '../../api/queries.ts'
import type { Score } from '../../api/types.ts'
import { formatCost } from '../../format/money.ts'
import { Problem } from '../../parts/problem.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'

/** What judges found of an inference; nothing where none was to see it. */
export function Scores({ inferenceId }: { readonly inferenceId: string }) {
  const { data, error } = useScores(inferenceId)
  if (error) return <Problem error={error} />
  if (!data || (data.data.length === 0 && data.waiting.length === 0)) return null
  return (
    <section aria-label="Scores">
      <h3>Scores</h3>
      {data.data.map(score => (
        <ScoreView key={score.id} score={score} />
      ))}
      {data.waiting.map(judge => (
        <p key={judge} className="quiet">
          {judge} has still to see it.
        </p>
      ))}
    </section>
  )
}

function ScoreView({ score }: { readonly score: Score }) {
  const { name, value, label, failure, rationale, model, judge_hash: hash } = score
  return (
    <article className="given">
      <header>
        <b>{name}</b>
        {value !== null && <span>{value.toFixed(2)}</span>}
        <span className="tag">{failure === null ? label : `failed: ${failure}`}</span>
        <TimeAgo iso={score.created_at} />
      </header>
      {rationale !== null && <p>{rationale}</p>}
      <p className="quiet">
        {model === null ? '' : `${model}, `}
        {formatCost(score.cost_nano_usd)}, went by {hash}
      </p>
    </article>
  )
}
