/** The words that carry nothing of a claim, per language; they tell the language too. */
const stopWords = {
  en: 'a an the and or but if then than that this these those is are was were be been being am do does did have has had will would can could may might must shall should not no nor of in on at to for from by with about as into over after before between through during under again it its he she they them his her their we us our you your i me my which who whom what when where why how all any both each few more most other some such only own same so too very there here also just',
  de: 'der die das den dem des ein eine einen einem einer eines und oder aber wenn dann als dass dies diese dieser dieses ist sind war waren sein gewesen bin wird werden wurde wurden hat haben hatte hatten kann können darf dürfen muss müssen soll sollen nicht kein keine von in im an am zu zum zur für aus bei mit über auf nach vor zwischen durch unter es er sie ihm ihr ihre ihren wir uns unser ihr euch ich mich mein welche welcher wer was wann wo warum wie alle jede jeder einige mehr nur auch sehr so sich man noch schon bis',
  fr: 'le la les un une des du de et ou mais si que qui quoi ce cet cette ces est sont était étaient être été suis a ont avait avaient avoir sera seront peut peuvent doit doivent ne pas non dans en sur à au aux pour par avec sans sous entre vers chez il elle ils elles lui leur leurs son sa ses nous notre vous votre je me mon ma mes se y tout toute tous toutes plus aussi très comme quand où donc puis l d s n c j m t qu',
  es: 'el la los las un una unos unas de del y o u pero si que quien cual este esta estos estas ese esa es son era eran ser sido soy ha han había habían hay será serán puede pueden debe deben no ni en a al por para con sin sobre entre hasta desde él ella ellos ellas le les lo su sus nos nuestro se me mi te tu yo todo toda todos todas más muy también como cuando donde ya',
  it: 'il lo la i gli le un uno una di del della dei delle e o ma se che chi cui questo questa questi queste è sono era erano essere stato ha hanno aveva può possono deve devono non né in nel nella a al alla per con senza su sul sulla tra fra da dal dalla egli ella essi lui lei loro suo sua suoi si ci mi ti noi voi io tutto tutti più molto anche come quando dove già l d un all dell',
  pt: 'o a os as um uma uns umas de do da dos das e ou mas se que quem qual este esta estes estas esse essa é são era eram ser sido foi tem têm tinha há será pode podem deve devem não nem em no na nos nas a ao à por para com sem sobre entre até desde ele ela eles elas lhe seu sua seus se me meu te eu todo toda todos mais muito também como quando onde já',
  nl: 'de het een en of maar als dan dat die dit deze is zijn was waren wordt worden werd heeft hebben had hadden kan kunnen mag mogen moet moeten zal zullen niet geen van in op aan te tot voor uit bij met over na tussen door onder hij zij ze hem haar hun wij we ons onze jullie je u ik me mijn welke wie wat wanneer waar waarom hoe alle elke meer ook zeer zo er nog al',
} as const

export type Language = keyof typeof stopWords

const setOf = new Map(
  Object.entries(stopWords).map(([name, words]) => [name as Language, new Set(words.split(' '))]),
)
const anyStopWord = new Set([...setOf.values()].flatMap(words => [...words]))

/** The language whose stop words a text has most of; `undefined` where it has too few of any. */
export function languageOf(text: string): Language | undefined {
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? []
  let best: Language | undefined
  let most = 1
  for (const [name, set] of setOf) {
    const count = words.filter(word => set.has(word)).length
    if (count > most) [best, most] = [name, count]
  }
  return best
}

const cjk = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u
const wordPattern =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]+|[\p{L}\p{M}]+(?:['’][\p{L}\p{M}]+)*/gu

/**
 * The stems of the words that carry a meaning, in their order. A stem is the first six letters without accents: cruder than
 * a stemmer of one language, and fair to all that build words at their end. Scripts without spaces give pairs of characters.
 */
export function stemsOf(text: string): string[] {
  const stems: string[] = []
  for (const [word] of text.normalize('NFKC').matchAll(wordPattern)) {
    if (cjk.test(word)) {
      const characters = Array.from(word)
      if (characters.length === 1) stems.push(word)
      for (let at = 0; at + 1 < characters.length; at += 1)
        stems.push(`${characters[at]}${characters[at + 1]}`)
      continue
    }
    const plain = word
      .toLowerCase()
      .replace(/['’]s$/, '')
      .replace(/^\p{L}{1,2}['’]/u, '')
    if (plain.length < 2 || anyStopWord.has(plain)) continue
    stems.push(stemOf(plain))
  }
  return stems
}

export function stemOf(word: string): string {
  const bare = word.normalize('NFD').replace(/\p{M}/gu, '').replaceAll('ß', 'ss')
  if (bare.length > 6) return bare.slice(0, 6)
  // short words lose the endings of plural and past
  return bare.length > 4 ? bare.replace(/(?:es|ed|en|er|s|e|n)$/, '') : bare.replace(/s$/, '')
}
