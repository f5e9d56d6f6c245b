/** One place of a text from where a renderer, or somebody who clicks, would go to a URL. */
export interface Link {
  readonly start: number
  readonly end: number
  readonly form: 'image' | 'link' | 'bare' | 'html'
  readonly url: string
  /** For `html`: the name of the tag, in lower case, and whether it has a handler of events. */
  readonly tag?: string
  readonly hasHandler?: boolean
}

/** The text of a link, a URL and a tag; what is longer is cut there. */
const maxLabel = 300
const maxUrl = 1_024
/** The longest link, in UTF-16 units. */
export const maxLinkLength = maxLabel + maxUrl + 64

/** Every link of Markdown, tag of HTML that loads or sends something, and bare URL. They may overlap. */
export function findLinks(text: string): Link[] {
  const links: Link[] = []
  for (let at = text.indexOf(']'); at >= 0; at = text.indexOf(']', at + 1)) {
    const link = markdownLink(text, at)
    if (link) links.push(link)
  }
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at + 1)) {
    const link = htmlTag(text, at)
    if (link) links.push(link)
  }
  bareUrl.lastIndex = 0
  for (let match = bareUrl.exec(text); match; match = bareUrl.exec(text)) {
    links.push({ start: match.index, end: bareUrl.lastIndex, form: 'bare', url: match[0] })
  }
  return links
}

/**
 * Where the first link begins that more text could complete or change, or `text.length`: an open bracket or tag, or the last
 * word.
 */
export function openLinkFrom(text: string): number {
  const from = Math.max(0, text.length - maxLinkLength)
  let open = lastWord(text, from)
  const brackets: number[] = []
  for (let at = from; at < open; at += 1) {
    const character = text[at]
    if (character === '[') brackets.push(at)
    else if (character === ']') {
      const start = brackets.pop()
      if (start !== undefined && isOpenAfterLabel(text, at)) open = Math.min(open, start)
    } else if (character === '<' && isOpenTag(text, at)) open = Math.min(open, at)
  }
  const label = brackets.find(at => text.length - at <= maxLabel + 2)
  if (label !== undefined) open = Math.min(open, label)
  return text[open - 1] === '!' ? open - 1 : open
}

function lastWord(text: string, from: number): number {
  let at = text.length
  while (at > from && !/\s/.test(text[at - 1] ?? '')) at -= 1
  return at
}

const url = `[^\\s<>"']{1,${maxUrl}}`
const bareUrl = new RegExp(
  `(?<![\\w+.-])(?:https?:[/\\\\]{1,2}|ftp:\\/\\/|wss?:\\/\\/|www\\.|javascript:|vbscript:|data:[\\w+.-]{1,40}\\/)${url}`,
  'gi',
)
/** After the label: `(url`, `( <url`, or `: url` of a reference. */
const inlineTarget = new RegExp(`\\(\\s{0,16}<?([^\\s<>)]{1,${maxUrl}})`, 'y')
const referenceTarget = new RegExp(`:[ \\t]{0,16}\\n?[ \\t]{0,16}<?(${url})`, 'y')

function markdownLink(text: string, close: number): Link | undefined {
  const next = text[close + 1]
  if (next !== '(' && next !== ':') return undefined
  const target = next === '(' ? inlineTarget : referenceTarget
  target.lastIndex = close + 1
  const match = target.exec(text)
  const label = match ? labelStart(text, close) : undefined
  if (!match || label === undefined) return undefined
  const isImage = text[label - 1] === '!'
  const closed = text[target.lastIndex] === ')' || text[target.lastIndex] === '>' ? 1 : 0
  return {
    start: isImage ? label - 1 : label,
    end: target.lastIndex + closed,
    form: isImage || next === ':' ? 'image' : 'link',
    url: match[1] ?? '',
  }
}

/** The bracket that this one closes. */
function labelStart(text: string, close: number): number | undefined {
  let depth = 1
  for (let at = close - 1; at >= 0 && close - at <= maxLabel; at -= 1) {
    const character = text[at]
    if (character === ']') depth += 1
    else if (character === '[') {
      depth -= 1
      if (depth === 0) return at
    }
  }
  return undefined
}

function isOpenAfterLabel(text: string, close: number): boolean {
  const next = text[close + 1]
  if (next === undefined) return true
  if (next !== '(' && next !== ':') return false
  for (const pattern of [inlineTarget, referenceTarget]) {
    pattern.lastIndex = close + 1
    if (pattern.test(text)) return pattern.lastIndex >= text.length
  }
  return /^[(:]\s{0,33}<?$/.test(text.slice(close + 1))
}

const tag = new RegExp(`<([a-z][a-z0-9-]{0,20})(?=[\\s/>])[^>]{0,${maxUrl}}`, 'iy')
const address = new RegExp(
  `(?:src|srcset|href|action|formaction|data|poster|background|xlink:href|content|style)\\s{0,8}=\\s{0,8}["']?(?:[^"'>]{0,64}?url\\(\\s{0,8}["']?)?([^\\s"'>]{1,${maxUrl}})`,
  'i',
)
const handler = /[\s/"']on[a-z]{3,20}\s{0,8}=/i

function htmlTag(text: string, at: number): Link | undefined {
  tag.lastIndex = at
  const match = tag.exec(text)
  if (!match) return undefined
  const closed = text[tag.lastIndex] === '>' ? 1 : 0
  return {
    start: at,
    end: tag.lastIndex + closed,
    form: 'html',
    url: address.exec(match[0])?.[1] ?? '',
    tag: (match[1] ?? '').toLowerCase(),
    hasHandler: handler.test(match[0]),
  }
}

function isOpenTag(text: string, at: number): boolean {
  if (at + 1 === text.length) return true
  if (!/[a-z]/i.test(text[at + 1] ?? '')) return false
  const close = text.indexOf('>', at)
  return close < 0 && text.length - at <= maxUrl + 24
}
