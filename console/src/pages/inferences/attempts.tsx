import type { Inference } from '../../api/types.ts'
import { formatDuration } from '../../format/duration.ts'
import { none } from '../../format/number.ts'

/** Where an inference was sent, in which order and why; what failed says how. */
export function Attempts({ attempts }: { readonly attempts: NonNullable<Inference['attempts']> }) {
  return (
    <table className="attempts">
      <thead>
        <tr>
          <th scope="col">Target</th>
          <th scope="col">Why there</th>
          <th scope="col">End</th>
          <th scope="col">Sent at</th>
          <th scope="col">Took</th>
        </tr>
      </thead>
      <tbody>
        {attempts.map(attempt => (
          <tr key={`${attempt.target} ${attempt.start_ms}`}>
            <td>
              {attempt.target} <span className="quiet">{attempt.model}</span>
            </td>
            <td>{attempt.reason}</td>
            <td title={attempt.message ?? undefined}>
              <code>{attempt.outcome ?? none}</code>
            </td>
            <td>{attempt.sent_ms === null ? none : formatDuration(attempt.sent_ms)}</td>
            <td>
              {attempt.end_ms === null
                ? none
                : formatDuration(attempt.end_ms - (attempt.sent_ms ?? attempt.start_ms))}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
