import type { LiveState } from '../api/live-inferences.ts'

export function LiveMark({ state }: { readonly state: LiveState }) {
  if (state === 'off') return null
  return (
    <output className="live" data-state={state}>
      <span className="live-dot" aria-hidden="true" />
      {state === 'live' ? 'Live' : 'Connecting'}
    </output>
  )
}
