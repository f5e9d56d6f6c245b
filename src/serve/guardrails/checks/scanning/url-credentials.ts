import { isWordAt } from './character-classes.ts'

const longestAuthority = 280
const placeholders =
  /^(?:\*+|x{3,}|<[^>]*>|\$\{[^}]*\}|\$[A-Z_]+|%s|\{+[^}]*\}+|\[[^\]]*\]|pass(?:word)?|passwd|pw|secret|your[-_ ]?password)$/i

export interface UrlWithCredentials {
  readonly start: number
  readonly end: number
  /** In lower case. */
  readonly scheme: string
}

/** `scheme://user:password@host`, from the `:` at `at`. */
export function readUrlWithCredentials(text: string, at: number): UrlWithCredentials | undefined {
  if (text.charAt(at + 1) !== '/' || text.charAt(at + 2) !== '/') return undefined
  let start = at
  while (
    at - start < 24 &&
    (isWordAt(text, start - 1) || (start < at && '+.-'.includes(text.charAt(start - 1)) && start > 0))
  )
    start -= 1
  if (start === at) return undefined
  let signAt = -1
  let end = at + 3
  for (; end - at < longestAuthority && end < text.length; end += 1) {
    const unit = text.charCodeAt(end)
    // space, quotes, brackets, path, query, fragment
    if (
      unit <= 0x20 ||
      unit === 0x22 ||
      unit === 0x27 ||
      unit === 0x60 ||
      unit === 0x3c ||
      unit === 0x3e ||
      unit === 0x2f ||
      unit === 0x3f ||
      unit === 0x23
    )
      break
    if (unit === 0x40) signAt = end
  }
  if (signAt < 0) return undefined
  const [user, ...rest] = text.slice(at + 3, signAt).split(':')
  const password = rest.join(':')
  while (end > signAt + 1 && '.,;:)]}'.includes(text.charAt(end - 1))) end -= 1
  if (user === undefined || password === '' || end === signAt + 1 || placeholders.test(password))
    return undefined
  return { start, end, scheme: text.slice(start, at).toLowerCase() }
}
