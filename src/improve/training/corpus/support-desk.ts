import type { CorpusSpec, SupportDesk } from './corpus-spec.ts'
import { supportIntents } from './support-intents.ts'
import * as language from './support-language.ts'
import { supportNameGroups, supportPersonalData } from './support-people.ts'
import { supportProducts } from './support-products.ts'

/** The desk that the built-in model is trained for. */
export const supportDesk: SupportDesk = {
  products: supportProducts,
  intents: supportIntents,
  offTopic: language.supportOffTopic,
  styles: language.supportStyles,
  openings: language.supportOpenings,
  closings: language.supportClosings,
  asides: language.supportAsides,
  urgencyCues: language.supportUrgencyCues,
  urgencyReplies: language.supportUrgencyReplies,
  orderMentions: language.supportOrderMentions,
  orderFormats: ['####', '#####', '######', '#####', '######', '##-####', '@-####'],
  arrangements: [
    ['opening', 'introduction', 'body', 'order', 'aside', 'urgency', 'personalData', 'closing'],
    ['opening', 'introduction', 'order', 'body', 'aside', 'personalData', 'urgency', 'closing'],
    ['opening', 'body', 'order', 'urgency', 'aside', 'personalData', 'closing', 'introduction'],
    ['urgency', 'opening', 'introduction', 'aside', 'body', 'order', 'personalData', 'closing'],
    ['opening', 'introduction', 'aside', 'body', 'urgency', 'order', 'personalData', 'closing'],
  ],
  replyGreeting: '',
  introductions: language.supportIntroductions,
  nameGroups: supportNameGroups,
  personalData: supportPersonalData,
}

/** The corpus of the built-in model. */
export const supportCorpus: CorpusSpec = {
  seed: 2026,
  heldOutShare: 0.1,
  desk: supportDesk,
  mix: {
    products: { none: 2 },
    intents: { praise: 0.7, account_access: 0.7 },
    styles: { plain: 4, lower_case: 1.5, shouting: 1.5, clumsy: 0.8, hasty: 0.8 },
    nameGroups: {},
    urgency: { low: 0.25, normal: 0.45, high: 0.3 },
    offTopic: 0.07,
    opening: 0.45,
    closing: 0.35,
    aside: 0.2,
    name: 0.25,
    order: 0.5,
    personalData: 0.08,
  },
}
