import { useEffect, useEffectEvent } from 'react'

/** Single keys that act on the page; not while something is typed, a dialog is open or another key is held. */
export function useReviewKeys(keys: Readonly<Record<string, () => void>>): void {
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
    const { target } = event
    if (
      target instanceof HTMLElement &&
      target.closest('input, textarea, select, [contenteditable], [role=dialog]')
    )
      return
    const call = Object.hasOwn(keys, event.key) ? keys[event.key] : undefined
    if (!call) return
    event.preventDefault()
    call()
  })
  useEffect(() => {
    const listener = (event: KeyboardEvent) => press(event)
    window.addEventListener('keydown', listener)
    return () => window.removeEventListener('keydown', listener)
  }, [])
}
