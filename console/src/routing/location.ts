import { useSyncExternalStore } from 'react'

/** The address bar is the console's state: every view can be linked to. */

const changed = 'slipway:location'

export function navigate(to: string, options: { readonly isReplacing?: boolean } = {}): void {
  if (to === window.location.pathname + window.location.search) return
  if (options.isReplacing === true) window.history.replaceState(null, '', to)
  else window.history.pushState(null, '', to)
  window.dispatchEvent(new Event(changed))
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('popstate', listener)
  window.addEventListener(changed, listener)
  return () => {
    window.removeEventListener('popstate', listener)
    window.removeEventListener(changed, listener)
  }
}

export function usePath(): string {
  return useSyncExternalStore(subscribe, () => window.location.pathname)
}

export function useSearch(): URLSearchParams {
  return new URLSearchParams(useSyncExternalStore(subscribe, () => window.location.search))
}

/** The current path with some search parameters changed; `undefined` takes one out. */
export function withSearch(
  address: { readonly pathname: string; readonly search: string },
  changes: Readonly<Record<string, string | undefined>>,
): string {
  const search = new URLSearchParams(address.search)
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === '') search.delete(name)
    else search.set(name, value)
  }
  const text = search.toString()
  return text === '' ? address.pathname : `${address.pathname}?${text}`
}

export function changeSearch(
  changes: Readonly<Record<string, string | undefined>>,
  options: { readonly isReplacing?: boolean } = { isReplacing: true },
): void {
  navigate(withSearch(window.location, changes), options)
}

const served = ['/api/', '/v1/', '/metrics', '/healthz', '/readyz']

/** Whether a click on this link stays within the console. */
function isWithinConsole(link: HTMLAnchorElement): boolean {
  return (
    link.origin === window.location.origin &&
    (link.target === '' || link.target === '_self') &&
    !link.hasAttribute('download') &&
    !served.some(prefix => link.pathname.startsWith(prefix))
  )
}

/** Lets plain links move within the console without loading the page again. */
export function followLinks(): void {
  document.addEventListener('click', event => {
    const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey
    if (!isPlain || event.defaultPrevented || !(event.target instanceof Element)) return
    const link = event.target.closest('a')
    if (!link?.hasAttribute('href') || !isWithinConsole(link) || link.hash !== '') return
    event.preventDefault()
    navigate(link.pathname + link.search)
  })
}
