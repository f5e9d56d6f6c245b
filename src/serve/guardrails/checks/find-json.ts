import type { Span } from './walk-json.ts'
import { walkJson } from './walk-json.ts'

/** So many places are tried in a text that JSON may stand anywhere in. */
const maxTries = 32

/** Where the JSON of a text stands, which may turn out not to be any; `undefined` where nothing looks like it. */
export function findJson(text: string, where: 'whole' | 'anywhere'): Span | undefined {
  const fence = fenced(text, where)
  if (fence) return fence
  if (where === 'whole') {
    const start = text.length - text.trimStart().length
    const end = text.trimEnd().length
    return start < end ? { start, end } : undefined
  }
  let first: Span | undefined
  let from = 0
  for (let tries = 0; tries < maxTries; tries += 1) {
    const start = nextOpener(text, from)
    if (start === undefined) break
    try {
      return walkJson(text, start).whole
    } catch {
      first ??= { start, end: text.length }
      from = start + 1
    }
  }
  return first
}

const opener = /^ {0,3}```(?:json|JSON)?[ \t]*\r?\n/m
const closer = /\n {0,3}```[ \t]*(?=\r?\n|$)/g

function fenced(text: string, where: 'whole' | 'anywhere'): Span | undefined {
  const open = opener.exec(text)
  if (!open || (where === 'whole' && text.slice(0, open.index).trim() !== '')) return undefined
  const start = open.index + open[0].length
  closer.lastIndex = start - 1
  const close = closer.exec(text)
  if (!close || (where === 'whole' && text.slice(close.index + close[0].length).trim() !== ''))
    return undefined
  return { start, end: Math.max(start, close.index) }
}

function nextOpener(text: string, from: number): number | undefined {
  const found = /[{[]/g
  found.lastIndex = from
  return found.exec(text)?.index
}
