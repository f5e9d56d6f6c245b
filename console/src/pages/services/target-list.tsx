import type { Target } from '../../api/types.ts'
import { Status } from '../../parts/status.tsx'
import { describeAbsence, describeTarget, stateOf } from './describe-target.ts'

/** Everywhere that the calls of a release may go, and how each place is doing now. */
export function TargetList({ targets }: { readonly targets: readonly Target[] }) {
  const serving = targets.filter(({ fallback_on }) => fallback_on === null)
  return (
    <ul className="targets">
      {targets.map(target => (
        <TargetItem
          key={`${target.target} ${target.model} ${target.fallback_on?.join(' ')}`}
          target={target}
          isOnly={serving.length === 1}
        />
      ))}
    </ul>
  )
}

function TargetItem({ target, isOnly }: { readonly target: Target; readonly isOnly: boolean }) {
  const facts = describeTarget(target, isOnly)
  const absence = describeAbsence(target)
  return (
    <li>
      <div className="target-head">
        <code>{target.target}</code>
        <Status state={stateOf(target)} />
      </div>
      {target.model !== null && <div className="quiet">{target.model}</div>}
      {facts !== '' && <div className="quiet">{facts}</div>}
      {absence !== undefined && (
        <p className="reason" data-tone="warn">
          {absence}
        </p>
      )}
    </li>
  )
}
