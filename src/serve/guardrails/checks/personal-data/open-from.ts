import { fold } from '../scanning/page.ts'

/** Lower-case words that stand inside of names, addresses and dates. In folded text. */
const links: ReadonlySet<string> = new Set(
  'de da do dos das del della delle dei degli dell di la le les los las el van von der den ter ten al bin e y et i und zu en het am an im zum zur bis quater of rue avenue av boulevard bd place chemin allee impasse quai route cours passage square faubourg sentier voie via viale v.le piazza p.za piazzale corso c.so largo vicolo strada lungomare contrada calle c/ avenida avda plaza pza paseo camino ronda carrer carretera travesia glorieta barrio poligono urbanizacion urb rambla pasaje colonia cuesta bajada subida sector aldea caserio arroyo parque rincon senda rotonda borgo salita piazzetta bulw bulwar rynek skwer rondo marginal rua r praca travessa alameda estrada rodovia ul ulica ulicy aleja alei aleje pl plac placu os osiedle osiedlu strasse ks gen sw auf unter hinter in n nr no num box postfach bp apartado correos casella postale postbus skrytka pocztowa caixa postal piso int sc m lok d l st nd rd th jan feb mar apr may jun jul aug sep sept oct nov dec january february march april june july august september october november december janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre januari februari maart mei juni juli augustus oktober januar februar marz dezember stycznia lutego marca kwietnia maja czerwca lipca sierpnia wrzesnia pazdziernika listopada grudnia janeiro fevereiro marco maio junho julho setembro outubro novembro dezembro'.split(
    ' ',
  ),
)
const someDigitOrCapital = /[\p{N}\p{Lu}]/u
const edges = /^[^\p{L}\p{N}/]+|[^\p{L}\p{N}/]+$/gu
const lowerIntroduction =
  /(?:my name is|my name's|i'm called|ich heiße|ich heisse|mein name ist|je m'appelle|me llamo|mi chiamo|ik heet|mijn naam is|nazywam się|meu nome é|me chamo) (\p{L}+ )?$/iu

/**
 * Where what text still to come could complete or change may begin: with the last word, whatever it is, and before it with all
 * words in a row that could be parts of a number, a name, a date or an address.
 */
export function openIn(text: string, longest: number): number {
  const earliest = Math.max(0, text.length - longest)
  let open = chunkStart(text, text.length, earliest)
  for (;;) {
    let end = open
    while (open - end < 4 && end > earliest && isSpace(text, end - 1)) end -= 1
    // more space than this parts everything
    if (end > earliest && isSpace(text, end - 1)) break
    if (end === earliest) {
      open = earliest
      break
    }
    const start = chunkStart(text, end, earliest)
    if (!isLink(text.slice(start, end))) break
    open = start
  }
  // in lower case, a name is one only where it is introduced
  const introduced = lowerIntroduction.exec(text.slice(Math.max(0, open - 48), open))
  return open - (introduced?.[1]?.length ?? 0)
}

function chunkStart(text: string, end: number, earliest: number): number {
  let start = end
  while (start > earliest && !isSpace(text, start - 1)) start -= 1
  return start
}

function isLink(chunk: string): boolean {
  if (someDigitOrCapital.test(chunk)) return true
  const bare = chunk.replace(edges, '')
  if (bare.length <= 1) return true
  return fold(bare)
    .split(/['’-]/)
    .every(part => part === '' || links.has(part))
}

function isSpace(text: string, at: number): boolean {
  const unit = text.charCodeAt(at)
  return unit <= 0x20 || unit === 0xa0
}
