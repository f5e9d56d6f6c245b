import { asObject, type JsonObject } from '../providers/index.ts'
import { withValue } from './tree.ts'
import { readChoice } from './stream/chat-form.ts'
import { SlotFinder, type TextSlot } from './stream/event-view.ts'

/** What stands in what is kept where a text was not looked at to its end. */
const withheld = '[withheld]'

interface Choice {
  readonly json: JsonObject
  readonly slots: readonly TextSlot[]
}

/** The texts of an answer as it is observed: a message in OpenAI's shape, or the text of a completion. */
export function contentTexts(content: unknown): readonly TextSlot[] {
  return choicesOf(content).flatMap(({ slots }) => slots)
}

/** An observed answer with each text as the policy has left it. */
export function keptContent(
  content: unknown,
  texts: readonly { readonly raw: string; readonly kept: string }[],
): unknown {
  const keptOf = new Map(texts.map(({ raw, kept }) => [raw, kept]))
  const written = choicesOf(content).map(({ json, slots }) => {
    let choice = json
    for (const { path, text, isValue } of slots) {
      const kept = keptOf.get(text) ?? joined(text, texts) ?? withheld
      choice = withValue(choice, path, isValue && kept !== withheld ? JSON.parse(kept) : kept)
    }
    return choice['message'] ?? choice['text']
  })
  return Array.isArray(content) ? written : written[0]
}

/** A text that came in several blocks, one after the other. */
function joined(
  text: string,
  texts: readonly { readonly raw: string; readonly kept: string }[],
): string | undefined {
  for (let first = 0; first < texts.length; first += 1) {
    let raw = ''
    let kept = ''
    for (const part of texts.slice(first)) {
      if (!text.startsWith(raw + part.raw)) continue
      raw += part.raw
      kept += part.kept
      if (raw === text) return kept
    }
  }
  return undefined
}

function choicesOf(content: unknown): readonly Choice[] {
  if (content === undefined || content === null) return []
  const list: readonly unknown[] = Array.isArray(content) ? content : [content]
  return list.map((one, at) => {
    const message = asObject(one)
    const json = message ? { message } : { text: one }
    const finder = new SlotFinder()
    readChoice(finder, json, String(at), 'whole', [], { waitsFor: [], tells: [] })
    return { json, slots: finder.slots }
  })
}
