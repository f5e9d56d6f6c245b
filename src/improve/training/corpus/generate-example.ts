import { createRandom, hashText, type Random } from '../../../foundation/statistics/index.ts'
import { inventPersonalData } from './invent-personal-data.ts'
import { applyStyle, type Segment } from './apply-style.ts'
import { productWords } from './product-words.ts'
import type {
  CorpusSpec,
  MessagePart,
  PersonalDataKind,
  Product,
  SupportExample,
  Urgency,
} from './corpus-spec.ts'

/** What a counterfactual holds fixed instead of drawing it. */
export interface ExampleOverrides {
  /** The name to use where the message gives one, in place of the one drawn. */
  readonly name?: { readonly group: string; readonly value: string }
}

/** Example number `index` of the spec. Overrides change what they name, and nothing else. */
export function generateExample(
  spec: CorpusSpec,
  index: number,
  overrides: ExampleOverrides = {},
): SupportExample {
  const { desk, mix } = spec
  const random = createRandom(spec.seed, index, 'structure')
  const identity = createRandom(spec.seed, index, 'identity')
  const parts = new Map<MessagePart, Segment[]>()

  const urgency = random.weighted(mix.urgency) as Urgency
  const style = pickWeighted(random, desk.styles, mix.styles)
  const opening = maybe(random, mix.opening, desk.openings)
  const closing = maybe(random, mix.closing, desk.closings)
  const aside = maybe(random, mix.aside, desk.asides)
  const cue = desk.urgencyCues[urgency].length > 0 ? random.pick(desk.urgencyCues[urgency]) : ''
  const arrangement = random.pick(desk.arrangements)
  const topic = pickTopic(spec, random)

  const drawnName = pickName(spec, identity)
  const order = topic.takesOrder && random.next() < mix.order ? inventOrder(spec, identity) : null
  const mention = order === null ? '' : random.pick(desk.orderMentions)
  const introduction = maybe(random, mix.name, desk.introductions)
  const name = introduction === '' ? null : (overrides.name ?? drawnName)

  const personalKind =
    random.next() < mix.personalData
      ? random.pick(Object.keys(desk.personalData) as PersonalDataKind[])
      : null
  const personalSentence = personalKind === null ? '' : random.pick(desk.personalData[personalKind])
  const personalValue = personalKind === null ? '' : inventPersonalData(personalKind, identity)

  parts.set('opening', [{ text: opening }])
  parts.set('introduction', fill(introduction, { name: name?.value }))
  parts.set('body', [{ text: sentence(topic.body) }])
  parts.set('order', fill(mention, { order }))
  parts.set('aside', [{ text: aside }])
  parts.set('urgency', [{ text: cue }])
  parts.set('personalData', fill(personalSentence, { value: personalValue }))
  parts.set('closing', [{ text: closing }])
  const styled = applyStyle(
    style,
    arrangement.map(part => parts.get(part) ?? []),
    createRandom(spec.seed, index, 'slips'),
  )

  const combination = arrangement
    .map(part =>
      (parts.get(part) ?? []).map(segment => (segment.fixed ? `{${segment.fixed}}` : segment.text)).join(''),
    )
    .filter(Boolean)
    .join(' ')
    .replaceAll(/[.,!?]/g, '')
    .toLowerCase()
  const template = styled.fixed.order === undefined ? topic.reply : topic.replyWithOrder
  const slots: Readonly<Record<string, string | undefined>> = {
    product: topic.product.spoken,
    order: styled.fixed.order,
    name: styled.fixed.name,
  }
  const reply = [
    styled.fixed.name === undefined ? '' : desk.replyGreeting,
    template,
    desk.urgencyReplies[urgency],
  ].filter(Boolean)
  const grounding = Object.entries(slots).flatMap(([slot, value]) =>
    value !== undefined && reply.join().includes(`{${slot}}`) ? [value] : [],
  )
  return {
    id: `${spec.seed}-${index}`,
    message: styled.text,
    answer: {
      intent: topic.intent,
      product: topic.product.label,
      urgency,
      reply: productWords(reply.join(' '), topic.product.spoken, topic.product.isPlural)
        .replaceAll('{order}', slots['order'] ?? '')
        .replaceAll('{name}', slots['name'] ?? ''),
    },
    split: hashText(combination) / 4_294_967_296 < spec.heldOutShare ? 'held_out' : 'train',
    combination,
    style: style.label,
    name: name === null ? null : { group: name.group, value: styled.fixed.name ?? name.value },
    order: styled.fixed.order ?? null,
    grounding,
    personalData:
      personalKind === null ? [] : [{ kind: personalKind, value: styled.fixed.value ?? personalValue }],
  }
}

interface Topic {
  readonly intent: string
  readonly product: Product
  readonly body: string
  readonly takesOrder: boolean
  readonly reply: string
  readonly replyWithOrder: string
}

const nothing: Product = { label: 'none', spoken: 'item', isPlural: false, aliases: [] }

function pickTopic({ desk, mix }: CorpusSpec, random: Random): Topic {
  if (random.next() < mix.offTopic) {
    const body = random.pick(desk.offTopic.messages)
    const { intent, reply } = desk.offTopic
    return { intent, product: nothing, body, takesOrder: false, reply, replyWithOrder: reply }
  }
  const intent = pickWeighted(random, desk.intents, mix.intents)
  const product = pickWeighted(random, desk.products, mix.products)
  const phrasing = random.pick(intent.phrasings)
  const alias = random.pick([product.spoken, ...product.aliases])
  const isAboutProduct = /\{product(_a)?\}/.test(phrasing)
  return {
    intent: intent.label,
    product: isAboutProduct ? product : nothing,
    body: productWords(phrasing, alias, product.isPlural),
    takesOrder: intent.replyWithOrder !== undefined,
    reply: intent.reply,
    replyWithOrder: intent.replyWithOrder ?? intent.reply,
  }
}

function pickWeighted<T extends { readonly label: string }>(
  random: Random,
  items: readonly T[],
  weights: Readonly<Record<string, number>>,
): T {
  const label = random.weighted(Object.fromEntries(items.map(item => [item.label, weights[item.label] ?? 1])))
  const item = items.find(candidate => candidate.label === label)
  if (item === undefined) throw new RangeError(`There is no item "${label}".`)
  return item
}

function pickName({ desk, mix }: CorpusSpec, random: Random): { group: string; value: string } {
  const group = pickWeighted(random, desk.nameGroups, mix.nameGroups)
  return { group: group.label, value: random.pick(group.names) }
}

function inventOrder({ desk }: CorpusSpec, random: Random): string {
  return random
    .pick(desk.orderFormats)
    .replaceAll(/[#@]/g, mark =>
      mark === '#' ? String(random.below(10)) : String.fromCharCode(65 + random.below(26)),
    )
}

function maybe(random: Random, chance: number, texts: readonly string[]): string {
  const isThere = random.next() < chance
  const text = random.pick(texts)
  return isThere ? text : ''
}

/** Splits a template at its one slot, so that styles leave the slot's value legible. */
function fill(template: string, slots: Readonly<Record<string, string | null | undefined>>): Segment[] {
  const [name, value] = Object.entries(slots)[0] ?? []
  if (template === '' || name === undefined || value === null || value === undefined) return []
  const [before = '', after = ''] = template.split(`{${name}}`)
  return [{ text: before }, { text: value, fixed: name }, { text: after }]
}

function sentence(body: string): string {
  const ended = /[.?!]$/.test(body) ? body : `${body}.`
  return ended.charAt(0).toUpperCase() + ended.slice(1)
}
