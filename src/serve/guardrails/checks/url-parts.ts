/** What a renderer or a client would do with a URL, as far as it matters for where data may go. */
export type UrlTarget =
  | { readonly kind: 'remote'; readonly host: string; readonly carriesData: boolean }
  | { readonly kind: 'data' | 'script' | 'local' | 'other' }

const remoteScheme = /^(?:https?|ftp|wss?):[/\\]*/i
const anyScheme = /^([a-z][a-z0-9+.-]{0,30}):/i

/** Reads a URL as leniently as browsers do: backslashes, missing slashes, a missing scheme, a user before the host. */
export function readUrl(url: string): UrlTarget {
  const remote = remoteScheme.exec(url)?.[0] ?? /^[/\\]{2,}/.exec(url)?.[0]
  if (remote !== undefined) {
    const rest = url.slice(remote.length)
    const authorityEnd = rest.search(/[/\\?#]/)
    const authority = authorityEnd < 0 ? rest : rest.slice(0, authorityEnd)
    const path = authorityEnd < 0 ? '' : rest.slice(authorityEnd)
    const at = authority.lastIndexOf('@')
    const host = authority
      .slice(at + 1)
      .replace(/:\d*$/, '')
      .replace(/\.$/, '')
      .toLowerCase()
    return { kind: 'remote', host, carriesData: at >= 0 || hostCarriesData(host) || pathCarriesData(path) }
  }
  const scheme = anyScheme.exec(url)?.[1]?.toLowerCase()
  if (scheme === undefined) return { kind: 'local' }
  if (scheme === 'data') return { kind: 'data' }
  return { kind: scheme === 'javascript' || scheme === 'vbscript' ? 'script' : 'other' }
}

/** Whether the host is one of the domains or below one of them. */
export function isOfDomains(host: string, domains: readonly string[]): boolean {
  return domains.some(domain => host === domain || host.endsWith(`.${domain}`))
}

function hostCarriesData(host: string): boolean {
  const labels = host.split('.').slice(0, -2)
  return labels.join('').length >= 40 || labels.some(label => label.length >= 16 && looksRandom(label))
}

/** Longer values of a query than this say more than an id or a search does. */
const longValue = 48

function pathCarriesData(path: string): boolean {
  const [beforeFragment = ''] = path.split('#')
  const question = beforeFragment.indexOf('?')
  const segments = (question < 0 ? beforeFragment : beforeFragment.slice(0, question)).split(/[/\\]/)
  if (segments.some(segment => segment.length >= 24 && (looksRandom(segment) || hasEncodedWords(segment))))
    return true
  if (question < 0) return false
  const values = beforeFragment
    .slice(question + 1)
    .split(/[&;]/)
    .map(pair => pair.slice(pair.indexOf('=') + 1))
  return values.some(
    value =>
      value.length >= longValue ||
      hasEncodedWords(value) ||
      (value.length >= 16 && looksRandom(value)) ||
      // a place that is to be filled in
      /^(?:\{+[^}]*\}+|\[[^\]]*\]|%7[bB]|%5[bB]|\$\{|<)/.test(value),
  )
}

/** `what%20the%20user%20said`, or an address or number with a name before it. */
function hasEncodedWords(value: string): boolean {
  return (value.match(/%20|%0a|\+|%2c|%3a/gi)?.length ?? 0) >= 2 || /(?:%40|@)[\w-]+(?:\.|%2e)\w/i.test(value)
}

/** Base64, hex and the like: no word, and letters and digits or both cases well mixed. */
function looksRandom(value: string): boolean {
  if (/[^\w%=+~.-]/.test(value)) return false
  const compact = value.replace(/[-_.]/g, '')
  const digits = compact.match(/\d/g)?.length ?? 0
  const changes = compact.match(/[a-z][A-Z0-9]|[A-Z][0-9]|[0-9][A-Za-z]|[a-z][A-Z]/g)?.length ?? 0
  const words = value.split(/[-_.]/)
  // a slug of words, a date or a version is none
  if (words.length > 2 && words.every(word => /^(?:[a-z]+|[A-Z][a-z]+|\d{1,4})$/.test(word))) return false
  return (
    (digits > 0 && changes >= compact.length / 6) ||
    changes >= compact.length / 4 ||
    (digits === compact.length && digits >= 16)
  )
}
