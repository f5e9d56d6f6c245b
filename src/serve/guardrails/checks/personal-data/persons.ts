import { classAt, isWordAt, letter, upper } from '../scanning/character-classes.ts'
import { doubtfulNames, familyNames, givenNames } from './name-lists.ts'
import type { Page } from '../scanning/page.ts'

/** Words before a name that say one comes, in folded text, at its end. */
const introduction =
  /(?:\b(?:my name is|name is|name's|i am called|i'm called|call me|named|ich heisse|mein name ist|name ist|namens|je m'appelle|mon nom est|je suis|me llamo|mi nombre es|se llama|mi chiamo|il mio nome e|ik heet|mijn naam is|nazywam sie|mam na imie|chamo-me|meu nome e|me chamo|chama-se|(?:full |first |last |sur|customer |patient |contact |employee |account holder |applicant |client |user )?name|nachname|vorname|kunde|kundin|patientin?|patient|client|cliente|nom|nombre|nome|naam|klant|imie i nazwisko|klient|pasjent|paciente|paziente|signed(?: by)?|dear|liebe|lieber|sehr geehrter herr|sehr geehrte frau|cher|chere|querid[oa]|estimad[oa]|car[oa]|gentile|beste|drog[ia]|szanown[ya]|prezad[oa]|ola|regards|sincerely|grusse?n?|gruss|cordialement|saludos|saluti|groet(?:en)?|pozdrawiam|cumprimentos|atenciosamente)[ :,"'*_\n-]{1,4})$/
/** Titles, likewise. */
const title =
  /\b(?:mrs?|ms|miss|mx|dr|prof|professor|sir|lady|herrn?|frau|monsieur|madame|mme|mlle|m|senora?|sra?|srta|don|dona|signor[ae]?|sig|sig\.ra|dott|dhr|mevr(?:ouw)?|meneer|mevrouw|heer|pana?|pani|panu|senhora?|doktor|inz|mgr)\.? $/

/** What makes of a name the name of something else, when it stands behind it. */
const notPeople: ReadonlySet<string> = new Set(
  'street avenue road lane drive boulevard square park bridge river lake mountain island hill university college school hospital institute foundation award prize act law theorem inc ltd llc gmbh ag corp corporation company co bank hotel airport station county city town state museum library church cathedral stadium tower house group partners associates straße strasse platz weg allee schule stiftung preis klinik hof bay beach canyon valley falls forest desert sea ocean peninsula district cup trophy cabinet administration doctrine scale effect syndrome disease algorithm method model equation law principle series test distribution sans script server studio day days eve'.split(
    ' ',
  ),
)
/** Words with a capital that are no names, at the beginning of a sentence or of a title. */
const notNames: ReadonlySet<string> = new Set(
  'the a an and or but if is are was were this that these those it he she they we you i in on at by for from with to of as not no yes please thank thanks hello hi hey dear best kind regards sincerely yours mr mrs ms dr prof der die das und oder ist sind ein eine im am zum zur von mit für le la les un une et ou est sont el los las una y es son il lo gli uno e sono de het een en zijn to jest i o a os as um uma monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october november december montag dienstag mittwoch donnerstag freitag samstag sonntag januar februar märz mai juni juli oktober dezember english german french spanish italian dutch polish portuguese american european street road avenue email phone address name'.split(
    ' ',
  ),
)
const particles: ReadonlySet<string> = new Set([
  'de',
  'da',
  'do',
  'dos',
  'das',
  'del',
  'della',
  'di',
  'la',
  'van',
  'von',
  'der',
  'den',
  'ter',
  'ten',
  'le',
  'al',
  'bin',
  'e',
  'y',
  'zu',
  "d'",
])

const longestWord = 24
const mostWords = 4

interface NameWord {
  readonly start: number
  readonly end: number
  readonly lower: string
  /** `van`, `von`, `der`, which only families have. */
  readonly isBehindParticle: boolean
}

/** A person's name that begins with the capital letter at `at`, where a word begins. `runEnd` is where its letters end. */
export function findPerson(page: Page, at: number, runEnd: number): void {
  const { text } = page
  const end = nameEnd(text, runEnd)
  if (end - at < 2 || end - at > longestWord) return
  const first = text.slice(at, end).toLowerCase()
  const isGiven =
    givenNames.has(first) || (first.includes('-') && givenNames.has(first.slice(0, first.indexOf('-'))))
  // most words with a capital are neither a given name nor behind a title
  const mayBeIntroduced = introducers.has(wordBefore(text, at))
  if (!isGiven && !mayBeIntroduced) {
    findByFamily(page, at, end, first)
    return
  }
  if (notNames.has(first) && !isGiven) return
  const words = readName(text, { start: at, end, lower: first, isBehindParticle: false })
  score(page, words, isGiven, mayBeIntroduced)
}

function score(page: Page, words: readonly NameWord[], isGiven: boolean, mayBeIntroduced: boolean): void {
  const { text } = page
  const first = words[0]
  let last = words.at(-1)
  if (!first || !last) return
  const context = mayBeIntroduced ? page.contextBefore(first.start) : ''
  const hasTitle = mayBeIntroduced && title.test(context)
  const isIntroduced = hasTitle || (mayBeIntroduced && introduction.test(context))
  if (isNoPerson(last.lower) || isNoPerson(nextWord(text, last.end))) {
    if (!isIntroduced) return
    last = words.slice(0, -1).findLast(({ lower: each }) => !isNoPerson(each)) ?? first
  }
  const isDoubtful = doubtfulNames.has(first.lower)
  if (words.length === 1) {
    if (isIntroduced && (isGiven || hasTitle))
      page.found('PERSON', first.start, last.end, isGiven || familyNames.has(first.lower) ? 0.75 : 0.6)
    else if (isIntroduced && familyNames.has(first.lower)) page.found('PERSON', first.start, last.end, 0.6)
    else if (isGiven) page.found('PERSON', first.start, last.end, isDoubtful ? 0.1 : 0.4)
    return
  }
  const hasFamily = words
    .slice(1)
    .some(({ lower: each, isBehindParticle }) => isBehindParticle || isFamily(each))
  let worth = 0
  if (isGiven) worth = hasFamily ? (isDoubtful ? 0.7 : 0.85) : isDoubtful ? 0.4 : 0.6
  else if (isIntroduced) worth = hasFamily ? 0.8 : 0.65
  if (worth > 0) page.found('PERSON', first.start, last.end, isIntroduced ? Math.max(worth, 0.8) : worth)
}

/** `Hall` and `Park` are families too. */
function isNoPerson(word: string): boolean {
  return notPeople.has(word) && !familyNames.has(word)
}

/** What families of some languages end in: Polish, Swedish, German, Serbian, Romanian, Greek, Russian, Ukrainian, Georgian. */
const familyEnding =
  /.{3}(?:sk[ia]|ck[ia]|dzk[ia]|wicz|czyk|czak|sson|mann|ović|escu|idis|opoulos|enko|shvili)$/
/** Words with a capital before a family's name that make of it a firm, a place or nobody. */
const beforeFirms: ReadonlySet<string> = new Set(
  'den der van von de di da zu am an saint st san santa são sankt fort port mount lake river new old great grand north south east west firma familie family casa hotel bäckerei kanzlei praxis kloster schloss villa café bar chez banco banca bank editorial librería rue via viale piazza calle plaza avenida rua ulica dom pałac königin könig king queen president präsident minister kanzler kanzlerin president presidente premier general captain judge senator professor uncle aunt team project mission operation class type model professors'.split(
    ' ',
  ),
)

/** A given name that nobody of ours has heard of, with a family that is known. */
function findByFamily(page: Page, at: number, end: number, first: string): void {
  const { text } = page
  if (
    text.charAt(end) !== ' ' ||
    end - at < 3 ||
    notNames.has(first) ||
    notPeople.has(first) ||
    beforeFirms.has(first)
  )
    return
  const next = readWord(text, end)
  if (!next || isNoPerson(nextWord(text, next.end))) return
  if (isFamily(next.lower) && !doubtfulNames.has(next.lower) && !notPeople.has(next.lower))
    page.found('PERSON', at, next.end, 0.5)
}

function isFamily(name: string): boolean {
  return familyNames.has(name) || isDoubleFamily(name) || familyEnding.test(name)
}

function isDoubleFamily(name: string): boolean {
  const dash = name.indexOf('-')
  return dash > 0 && (familyNames.has(name.slice(0, dash)) || familyNames.has(name.slice(dash + 1)))
}

/** The words of the name: with a capital, an initial, or a particle before another. */
function readName(text: string, first: NameWord): NameWord[] {
  const words = [first]
  let end = first.end
  while (words.length < mostWords) {
    const next = readWord(text, end)
    if (!next) break
    if (notNames.has(next.lower) && !(next.end - next.start <= 2 && text.charAt(next.end) === '.')) break
    words.push(next)
    end = next.end
  }
  return words
}

function readWord(text: string, from: number): NameWord | undefined {
  let start = from
  if (text.charAt(start) === '.' && from - 2 >= 0 && !isWordAt(text, from - 2)) start += 1
  if (text.charAt(start) !== ' ') return undefined
  start += 1
  let word = start
  // `van der`, `de la`
  for (let passed = 0; passed < 2; passed += 1) {
    const space = wordEnd(text, word)
    if (!particles.has(text.slice(word, space).toLowerCase()) || text.charAt(space) !== ' ') break
    word = space + 1
  }
  if (classAt(text, word) !== upper) return undefined
  const end = nameEnd(text, wordEnd(text, word))
  if (end - word > longestWord) return undefined
  const isBehindParticle =
    word > start && /^(?:van|von|der|den|ter|ten|bin|zu)\b/i.test(text.slice(start, word))
  return { start: word, end, lower: text.slice(word, end).toLowerCase(), isBehindParticle }
}

function wordEnd(text: string, from: number): number {
  let end = from
  while (end - from <= longestWord && (classAt(text, end) & letter) !== 0) end += 1
  return end
}

/** A name goes on over an apostrophe or a hyphen: `O'Brien`, `Anne-Marie`. */
function nameEnd(text: string, runEnd: number): number {
  let end = runEnd
  while ("'’-".includes(text.charAt(end) || ' ') && classAt(text, end + 1) === upper)
    end = wordEnd(text, end + 1)
  return end
}

/** The word behind, if one space parts it. */
function nextWord(text: string, end: number): string {
  return text.charAt(end) === ' ' ? text.slice(end + 1, wordEnd(text, end + 1)).toLowerCase() : ''
}

/** The word before `at` in lower case, over one or two signs between. */
function wordBefore(text: string, at: number): string {
  let end = at
  while (at - end < 4 && ' :.,"\'*_\n-'.includes(text.charAt(end - 1) || 'x')) end -= 1
  if (end === at) return ''
  let start = end
  while (end - start < 16 && (classAt(text, start - 1) & letter) !== 0) start -= 1
  return text.slice(start, end).toLowerCase()
}

/** The last words of titles and introductions: only behind these the context is looked at. */
const introducers: ReadonlySet<string> = new Set(
  'is ist s name named names called me heisse heiße namens appelle est suis llamo es llama chiamo è heet się sie imię imie é nome nombre nom naam chamo kunde kundin patient patientin client cliente klant klient pasjent paciente paziente by signed dear liebe lieber herr herrn frau cher chère chere querida querido estimada estimado cara caro gentile beste droga drogi szanowny szanowna prezada prezado olá ola regards sincerely gruß grüße grüßen gruss cordialement saludos saluti groet groeten pozdrawiam cumprimentos atenciosamente vorname nachname nazwisko mr mrs ms miss mx dr prof professor sir lady monsieur madame mme mlle m señor señora sr sra srta don doña signor signore signora sig ra dott dhr mevr mevrouw meneer heer pan pana pani panu senhor senhora doktor inż inz mgr employee surname'.split(
    ' ',
  ),
)

const lowerName =
  /(?:my name is|my name's|i'm called|ich heiße|ich heisse|mein name ist|je m'appelle|me llamo|mi chiamo|ik heet|mijn naam is|nazywam się|meu nome é|me chamo) $/i

/** A name in lower case behind words that introduce oneself, from the letter at `at`. */
export function findLowerCasePerson(page: Page, at: number, runEnd: number): void {
  const { text } = page
  if (text.charAt(at - 1) !== ' ' || !canEndIntroduction(text, at - 2)) return
  if (!lowerName.test(text.slice(Math.max(0, at - 20), at))) return
  const first = text.slice(at, runEnd)
  if (!givenNames.has(first)) return
  const next = wordEnd(text, runEnd + 1)
  const second = text.charAt(runEnd) === ' ' ? text.slice(runEnd + 1, next) : ''
  page.found('PERSON', at, familyNames.has(second) ? next : runEnd, 0.7)
}

/** A quick look at the last two letters: `is`, `'s`, `called`, `heiße`, `appelle`, `llamo`, `heet`, `się`, `é`. */
function canEndIntroduction(text: string, at: number): boolean {
  const before = text.charAt(at - 1)
  switch (text.charAt(at)) {
    case 's':
      return before === 'i' || before === "'"
    case 'd':
    case 't':
      return before === 'e'
    case 'e':
      return before === 'ß' || before === 's' || before === 'l'
    case 'o':
      return before === 'm'
    case 'ę':
    case 'é':
      return true
    default:
      return false
  }
}
