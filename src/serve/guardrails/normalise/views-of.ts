import { foldLookalikes, normaliseCharacters } from './characters.ts'
import { decodeRuns } from './encoded-runs.ts'
import { decodeEscapes } from './escapes.ts'
import { readHidden } from './hidden-runs.ts'
import { plainView, type View } from './view.ts'

/** Escapes of escapes are followed this deep, and runs in runs. */
const mostPasses = 3

let last: { readonly text: string; readonly views: readonly View[] } | undefined
/** Longer texts are not kept for the next check. */
const longestKept = 65_536

/**
 * The ways in which a text can be read. The first is the whole text: itself (`plain`) or, where that differs, in NFKC
 * without what is invisible and with lookalikes of Latin letters in Latin words folded (`normal`). After it, only
 * where there is such a thing: the whole text with its escapes decoded (`decoded`), and each piece of readable text in
 * base64, hex, tag characters or variation selectors.
 *
 * What stands in a view depends on the original only near to it (64 units and the length of an escape), except inside of a run.
 */
export function viewsOf(text: string): readonly View[] {
  if (last?.text === text) return last.views
  const views = makeViews(text)
  if (text.length <= longestKept) last = { text, views }
  return views
}

function makeViews(text: string): readonly View[] {
  const plain = plainView(text)
  const whole = normaliseCharacters(plain) ?? plain
  const views = [whole, ...readHidden(plain)]
  const decoded = decodeFully(whole)
  if (decoded) views.push(decoded)
  let runs = decodeRuns(decoded ?? whole)
  for (let pass = 1; runs.length > 0 && pass < mostPasses; pass += 1) {
    views.push(...runs)
    runs = runs.flatMap(decodeRuns)
  }
  return views.length === 1 ? [whole] : views
}

function decodeFully(whole: View): View | undefined {
  let decoded: View | undefined
  for (let pass = 0; pass < mostPasses; pass += 1) {
    const next = decodeEscapes(decoded ?? whole)
    if (!next) break
    decoded = { ...(normaliseCharacters(next) ?? next), kind: 'decoded' }
  }
  return decoded
}

/** The whole text, as `viewsOf` has it first, with every lookalike of a Latin letter folded; `undefined` where there is none. */
export function foldedView(text: string): View | undefined {
  const [whole] = viewsOf(text)
  return whole && foldLookalikes(whole)
}
