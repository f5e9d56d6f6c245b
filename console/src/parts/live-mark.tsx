import type { LiveState } from '../api/live-inferences.ts'

export function LiveMark({ state }: { readonly state: LiveState }) {
  if (state === 'off') return null
  return (
    <span className="live" data-state={state} role="status">
      <span className="live-dot" aria-hidden="true" />
      {state === 'live' ? 'Live' : 'Connecting'}
    </span>
  )
}
