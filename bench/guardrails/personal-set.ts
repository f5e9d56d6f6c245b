import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { card, ids, wallet, wrongCard } from './identities.ts'
import { benign } from './benign.ts'
import {
  aboutPeople,
  dates,
  type Labelled,
  type Language,
  labels,
  languages,
  namedIds,
  sentences,
  type Split,
  written,
} from './languages.ts'
import { Random } from './random.ts'

/** A text with what is to be found in it. Offsets are UTF-16 units. */
export interface Sample {
  readonly text: string
  readonly language: Language
  readonly kind: 'positive' | 'hard-negative' | 'benign'
  readonly gold: readonly { readonly entity: string; readonly start: number; readonly end: number }[]
}

type People = Readonly<
  Record<Language, { names: string[]; locals: string[]; addresses: string[]; ibans: string[] }>
>

/** Of each entity and language so many positives; `people` come from faker, whose lists are not ours. */
export function personalSamples(split: Split, seed: number, each: number): Sample[] {
  const people: People = JSON.parse(
    execFileSync('node', [path.join(import.meta.dirname, 'peers/people.mjs'), String(seed), String(each)], {
      encoding: 'utf8',
    }),
  )
  const random = new Random(seed)
  return languages.flatMap(language => [
    ...positives(language, split, each, people[language], random),
    ...hardNegatives(language, split, each, random),
    ...benign[language][split].map(text => ({ text, language, kind: 'benign' as const, gold: [] })),
  ])
}

function positives(
  language: Language,
  split: Split,
  each: number,
  people: People[Language],
  random: Random,
): Sample[] {
  const samples: Sample[] = []
  const put = (entity: string, frame: string, value: string) =>
    samples.push(placed(language, entity, frame, value))
  const plain = () => random.one(sentences[language][split])
  const labelled = (entity: Labelled) => {
    const label = labels[language][entity][split === 'dev' ? 0 : 1]
    return random.one(
      split === 'dev'
        ? [`${label}: X`, `${label} X, ok?`]
        : [`${label}: X\n`, `(${label} X)`, `… ${label} X.`],
    )
  }
  const { phones, passports, licences } = written[language]
  for (let index = 0; index < each; index += 1) {
    const at = (list: readonly string[]) => list[index % list.length] ?? ''
    put('PERSON', random.one(aboutPeople[language][split]), at(people.names))
    put(
      'EMAIL_ADDRESS',
      plain(),
      `${at(people.locals)}@${random.one(['gmail.com', 'mail.example.org', 'firma-nord.de', 'uni.edu', 'libero.it', 'corp.co.uk'])}`,
    )
    // half of them are named
    put(
      'PHONE_NUMBER',
      random.next() < 0.5 ? labelled('PHONE_NUMBER') : plain(),
      random.fill(random.one(phones)),
    )
    put('CREDIT_CARD', random.next() < 0.5 ? labelled('CREDIT_CARD') : plain(), card(random))
    put('IBAN', random.next() < 0.5 ? labelled('IBAN') : plain(), at(people.ibans))
    put('POSTAL_ADDRESS', plain(), at(people.addresses))
    put('DATE_OF_BIRTH', labelled('DATE_OF_BIRTH'), random.fill(random.one(dates[language])))
    put('PASSPORT', labelled('PASSPORT'), random.fill(random.one(passports)))
    put('DRIVER_LICENCE', labelled('DRIVER_LICENCE'), random.fill(random.one(licences)))
    put(
      'IP_ADDRESS',
      plain(),
      random.next() < 0.7
        ? `${random.whole(11, 223)}.${random.whole(10, 255)}.${random.whole(0, 255)}.${random.whole(1, 254)}`
        : ipv6(random),
    )
    put(
      'MAC_ADDRESS',
      plain(),
      Array.from({ length: 6 }, () => random.text(2, '0123456789ABCDEF')).join(random.one([':', '-'])),
    )
    put('CRYPTO_WALLET', plain(), wallet(random))
    put(
      'URL_WITH_CREDENTIALS',
      plain(),
      `${random.one(['https', 'ftp', 'postgres', 'amqp'])}://${random.one(['app', 'admin', 'jo'])}:${random.text(10, 'abcdefghkmnpqrstuvwxyz23456789')}@${random.one(['db.intern.net', '10.2.3.4', 'files.example.org'])}/x`,
    )
    for (const [type, [dev, test]] of Object.entries(namedIds[language])) {
      const make = ids[type]
      if (!make) throw new Error(`No way to make ${type}.`)
      const label = split === 'dev' ? dev : test
      put(
        'NATIONAL_ID',
        random.next() < 0.5
          ? `${label}: X`
          : split === 'dev'
            ? plain()
            : random.next() < 0.5
              ? plain()
              : `${label} X.`,
        make(random),
      )
    }
  }
  return samples
}

function placed(language: Language, entity: string, frame: string, value: string): Sample {
  const start = frame.indexOf('X')
  // what is gold of an address with a password ends with its host
  const length = entity === 'URL_WITH_CREDENTIALS' ? value.length - 2 : value.length
  return {
    text: frame.replace('X', () => value),
    language,
    kind: 'positive',
    gold: [{ entity, start, end: start + length }],
  }
}

function ipv6(random: Random): string {
  const groups = Array.from({ length: 8 }, () => random.text(4, '0123456789abcdef'))
  return random.next() < 0.5 ? groups.join(':') : `${groups.slice(0, 3).join(':')}::${groups[7]}`
}

/** What looks like something and is nothing, in the same sentences. */
function hardNegatives(language: Language, split: Split, each: number, random: Random): Sample[] {
  const makers: readonly (() => string)[] =
    split === 'dev'
      ? [
          () => wrongCard(random),
          () => random.fill('version %.#.%#.#'),
          () => random.fill('ISBN 978-3-16-######-#'),
          () => random.fill('%.###.###,##'),
          () => random.fill('20##-0%-1#'),
          () => random.text(40, '0123456789abcdef'),
          () => `${random.one(written[language].cities)} ${random.fill('20##')}`,
        ]
      : [
          () => wrongCard(random),
          () => random.fill('v%.#.%##.#'),
          () => random.fill('#RMA-######-%'),
          () => random.fill('SKU-A%######'),
          () => random.fill('%## ### km'),
          () => random.fill('1#:4#:2#.###'),
          () => random.fill('20##/1%/0%'),
          () =>
            `${random.text(8, '0123456789abcdef')}-${random.text(4, '0123456789abcdef')}-4${random.text(3, '0123456789abcdef')}-a${random.text(3, '0123456789abcdef')}-${random.text(12, '0123456789abcdef')}`,
          () => random.fill('%#.#####, %#.#####'),
          () => `${random.one(['DE', 'FR', 'ES'])}${random.fill('## #### #### #### #### ##')}`,
          () => `user@${random.one(['localhost', '2.1.0', 'icon.png'])}`,
          () => `${random.one(written[language].cities)} Central ${random.fill('%#')}`,
          () => `https://example.com/${random.text(6, 'abcdef')}?id=${random.fill('%#######')}&t=1#`,
          () =>
            `${random.one(['std', 'app', 'core'])}::${random.text(5, 'abcdefgh')}::${random.text(4, 'abcdef')}`,
        ]
  return Array.from({ length: each * 2 }, () => {
    const value = random.one(makers)()
    return {
      text: random.one(sentences[language][split]).replace('X', () => value),
      language,
      kind: 'hard-negative' as const,
      gold: [],
    }
  })
}
