/** Languages that can be told apart here, by ISO 639-1, under the scripts that they are written in. */
const languagesByScript = {
  Latin: 'az ca cs da de en es et eu fi fr hr hu is it lt lv ms nl no pl pt ro sk sl sq sv tl tr vi yo',
  Cyrillic: 'be bg ru sr uk',
  Arabic: 'ar fa ku ur',
  Devanagari: 'hi mr',
  Greek: 'el',
  Hebrew: 'he',
  Armenian: 'hy',
  Georgian: 'ka',
  Ethiopic: 'am',
  Bengali: 'bn',
  Gujarati: 'gu',
  Gurmukhi: 'pa',
  Kannada: 'kn',
  Malayalam: 'ml',
  Oriya: 'or',
  Tamil: 'ta',
  Telugu: 'te',
  Thai: 'th',
  Lao: 'lo',
  Hangul: 'ko',
  Kana: 'ja',
  Han: 'zh ja',
} as const

export type Script = keyof typeof languagesByScript

const table = Object.entries(languagesByScript) as [Script, string][]

export const languagesOf: ReadonlyMap<Script, readonly string[]> = new Map(
  table.map(([script, languages]) => [script, languages.split(' ')]),
)

export const knownLanguages: ReadonlySet<string> = new Set([...languagesOf.values()].flat())

/** What the units of a block of 128 are, for the blocks of the table's scripts. */
const scriptTests = table.map(([script]) => {
  const names = script === 'Kana' ? ['Hiragana', 'Katakana'] : [script]
  return [script, new RegExp(`[${names.map(name => `\\p{Script=${name}}`).join('')}]`, 'u')] as const
})

/** 0 for what is no letter of any of them, else one more than its place in the table; made page by page. */
const pages: (Uint8Array | undefined)[] = []

function makePage(page: number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, low) => {
    const character = String.fromCharCode((page << 8) | low)
    return /\p{L}/u.test(character) ? scriptTests.findIndex(([, test]) => test.test(character)) + 1 : 0
  })
}

/** How many letters of each script the text has. */
export function countScripts(text: string): Map<Script, number> {
  const counts = new Uint32Array(table.length + 1)
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    const place = (pages[unit >> 8] ??= makePage(unit >> 8))[unit & 255] ?? 0
    counts[place] = (counts[place] ?? 0) + 1
  }
  const found = new Map<Script, number>()
  for (const [index, [script]] of table.entries()) {
    const count = counts[index + 1] ?? 0
    if (count > 0) found.set(script, count)
  }
  return found
}
