/**
 * Whether a browser sent this from a page of ours. Cookies are honoured only then, so no other page can act with
 * them. Browsers say it in `Sec-Fetch-Site`; where they do not (plain http on another machine), `Origin` must name
 * the host asked. Without either, only a read can be ours: browsers send `Origin` with every change.
 */
export function isSameOrigin(request: Pick<Request, 'method' | 'headers'>): boolean {
  const { headers } = request
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  const site = headers.get('sec-fetch-site')
  if (site !== null) return site === 'same-origin' || (site === 'none' && isRead)
  const origin = headers.get('origin')
  if (origin === null) return isRead
  return URL.canParse(origin) && new URL(origin).host === headers.get('host')
}

/** Whether a browser says that a page of somebody else sent this. A program that is no browser says nothing. */
export function isFromAnotherSite(request: Pick<Request, 'headers'>): boolean {
  const { headers } = request
  const site = headers.get('sec-fetch-site')
  if (site !== null) return site !== 'same-origin' && site !== 'none'
  const origin = headers.get('origin')
  return origin !== null && !(URL.canParse(origin) && new URL(origin).host === headers.get('host'))
}
