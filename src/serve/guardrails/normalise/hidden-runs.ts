import { type View, ViewBuilder } from './view.ts'

const anyHidden = /[\ufe00-\ufe0f]|\udb40/
const shortestHidden = 4

/**
 * What is written in characters that nobody sees, each run a view: tags (U+E0020 to U+E007E stand for ASCII), and variation
 * selectors as bytes (U+FE00 is 0, U+E0100 is 16).
 */
export function readHidden(from: View): View[] {
  const { text } = from
  if (!anyHidden.test(text)) return []
  const views: View[] = []
  collect(from, 'tags', code => (code >= 0xe0020 && code <= 0xe007e ? code - 0xe0000 : undefined), views)
  collect(from, 'selectors', selectorByte, views)
  return views
}

function selectorByte(code: number): number | undefined {
  if (code >= 0xfe00 && code <= 0xfe0f) return code - 0xfe00
  return code >= 0xe0100 && code <= 0xe01ef ? code - 0xe0100 + 16 : undefined
}

function collect(
  from: View,
  kind: 'tags' | 'selectors',
  meaning: (code: number) => number | undefined,
  views: View[],
): void {
  const { text } = from
  let run: ViewBuilder | undefined
  const close = () => {
    if (run !== undefined && run.length >= shortestHidden) views.push(run.view(kind))
    run = undefined
  }
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    const code = unit === 0xdb40 ? (text.codePointAt(at) ?? unit) : unit
    const end = at + (code > 0xffff ? 2 : 1)
    const byte = code < 0xfe00 ? undefined : meaning(code)
    if (byte === undefined) close()
    else {
      run ??= new ViewBuilder(from, 32)
      // what is no ASCII cuts words and is not read
      run.push(byte >= 0x20 && byte < 0x7f ? byte : 0x0a, at, end)
    }
    at = end - 1
  }
  close()
}
