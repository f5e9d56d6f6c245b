export type Urgency = 'low' | 'normal' | 'high'

/** A product as customers name it. */
export interface Product {
  /** The value of the field `product`. */
  readonly label: string
  /** What the reply calls it. */
  readonly spoken: string
  readonly isPlural: boolean
  /** Other names that customers use. */
  readonly aliases: readonly string[]
}

/**
 * What a customer may want. Phrasings may use `{product}`, `{product_a}` (with its article) and the words that follow the
 * product's number: `{is}`, `{has}`, `{does}`, `{it}`, `{they}`. A reply may use `{product}` (as spoken) and `{order}`.
 */
export interface Intent {
  /** The value of the field `intent`. */
  readonly label: string
  readonly phrasings: readonly string[]
  /** The reply where the message gives an order number; absent where an order number means nothing here. */
  readonly replyWithOrder?: string
  readonly reply: string
}

/** How a customer writes, applied to the finished message. */
export interface Style {
  readonly label: string
  /** Rewrites of whole words, e.g. `["please", "pls"]`. */
  readonly replacements?: readonly (readonly [from: string, to: string])[]
  readonly letters?: 'lower' | 'upper'
  /** What becomes of the marks at the end of sentences. */
  readonly marks?: 'drop' | 'shout'
  /** The chance that a word of at least four letters carries one slip of the fingers. */
  readonly typoRate?: number
}

/** Names of one group; groups are what counterfactual tests vary. */
export interface NameGroup {
  readonly label: string
  readonly names: readonly string[]
}

export type PersonalDataKind = 'email' | 'card' | 'phone' | 'address'

export type MessagePart =
  | 'opening'
  | 'introduction'
  | 'body'
  | 'order'
  | 'aside'
  | 'urgency'
  | 'personalData'
  | 'closing'

/** Everything that messages and answers are made of. Other desks, languages and shifts are other tables. */
export interface SupportDesk {
  readonly products: readonly Product[]
  readonly intents: readonly Intent[]
  /** Messages that are about nothing we sell, with the one intent and reply that they get. */
  readonly offTopic: {
    readonly intent: string
    readonly reply: string
    readonly messages: readonly string[]
  }
  readonly styles: readonly Style[]
  readonly openings: readonly string[]
  readonly closings: readonly string[]
  /** Sentences that change nothing. */
  readonly asides: readonly string[]
  readonly urgencyCues: Readonly<Record<Urgency, readonly string[]>>
  /** What the reply begins with where the message gives a name; may use `{name}`. */
  readonly replyGreeting: string
  /** What the reply adds for each urgency. */
  readonly urgencyReplies: Readonly<Record<Urgency, string>>
  /** Ways to give the order number; `{order}`. */
  readonly orderMentions: readonly string[]
  /** What order numbers look like: `#` is a digit, `@` a capital letter. */
  readonly orderFormats: readonly string[]
  /** In which order the parts of a message may come; parts that a message lacks are skipped. */
  readonly arrangements: readonly (readonly MessagePart[])[]
  /** Ways to give one's name; `{name}`. */
  readonly introductions: readonly string[]
  readonly nameGroups: readonly NameGroup[]
  /** Ways to give personal data, per kind; `{value}`. */
  readonly personalData: Readonly<Record<PersonalDataKind, readonly string[]>>
}

/** Chances, each in [0, 1], and weights (need not add up; a label that is missing weighs 1, 0 leaves it out). */
export interface CorpusMix {
  readonly products: Readonly<Record<string, number>>
  readonly intents: Readonly<Record<string, number>>
  readonly styles: Readonly<Record<string, number>>
  readonly nameGroups: Readonly<Record<string, number>>
  readonly urgency: Readonly<Record<Urgency, number>>
  readonly offTopic: number
  readonly opening: number
  readonly closing: number
  readonly aside: number
  readonly name: number
  readonly order: number
  readonly personalData: number
}

export interface CorpusSpec {
  readonly seed: number
  /** Share of the combinations (not of the messages) that training never sees. */
  readonly heldOutShare: number
  readonly desk: SupportDesk
  readonly mix: CorpusMix
}

/** What the model answers, in this order of keys, as one line of JSON. */
export interface SupportAnswer {
  readonly intent: string
  readonly product: string
  readonly urgency: Urgency
  readonly reply: string
}

export interface SupportExample {
  /** `<seed>-<index>`: the same spec gives the same example for the same id. */
  readonly id: string
  readonly message: string
  readonly answer: SupportAnswer
  readonly split: 'train' | 'held_out'
  /**
   * The message before style and with its name, number and personal data left open, in lower case and without marks.
   * The split is a hash of this, so that no variant of a held-out message is trained on.
   */
  readonly combination: string
  readonly style: string
  readonly name: { readonly group: string; readonly value: string } | null
  /** The order number as the message has it. */
  readonly order: string | null
  /** What a grounded reply to this message repeats of it: the product, and what its template takes besides. */
  readonly grounding: readonly string[]
  /** The personal data in the message, as written there. */
  readonly personalData: readonly { readonly kind: PersonalDataKind; readonly value: string }[]
}
