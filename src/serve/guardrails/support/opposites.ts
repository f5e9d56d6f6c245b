/** Words that say the opposite of each other, `left|left : right|right`, a star for any ending. */
const lines = `
  increas*|rise|rises|rose|risen|rising|grew|grow*|higher|raised : decreas*|fall|falls|fell|fallen|declin*|drop*|lower*|shrank|reduc*
  open|opens|opened : close|closes|closed
  before : after
  above|over|more than|at least|minimum : below|under|less than|at most|maximum|up to
  allow*|permit*|may be|can be : forbid*|forbidden|prohibit*|must not|cannot be
  includ* : exclud*
  requir*|mandatory : optional
  accept*|approv* : reject*|refus*|denied
  free of charge|for free|free : at a charge|paid
  first : last
  always : never
  with : without
  start|starts|started|begin|begins|began : end|ends|ended|stop*
  succeed*|success|passed : fail*
  buy*|bought|purchas* : sell*|sold
  win|wins|won : lose|loses|lost
  enabl*|activ* : disabl*|deactiv*
  north* : south*
  eastern|east : western|west
  older : younger
  cheaper|cheap : dearer|expensive
  steig*|gestiegen|stieg|wuchs|gewachsen|höher*|erhöh* : sink*|gesunken|sank|fiel|gefallen|niedriger*|gesenkt|senk*
  geöffnet|offen*|öffne* : geschlossen*|schließ*
  vor : nach
  über|mindestens|mehr als : unter|höchstens|weniger als
  erlaubt|gestattet : verboten|untersagt
  kostenlos*|gratis|frei : kostenpflichtig*
  erste* : letzte*
  gewonnen|gewann : verloren|verlor
  verpflichtend|pflicht : freiwillig|optional
  beginn* : end*
  immer : nie|niemals
  mit : ohne
  augment*|hausse|croît|supérieur* : diminu*|baiss*|inférieur*
  ouvert*|ouvre* : fermé*|ferme*
  avant : après
  au moins|minimum|plus de : au plus|maximum|moins de
  autoris*|permis* : interdit*|défendu*
  gratuit* : payant*
  premier*|première* : dernier*|dernière*
  obligatoire* : facultati*|optionnel*
  avec : sans
  aument*|sube*|subió|mayor|creci* : disminu*|baja|bajó|menor|reduj*
  abre|abren|abiert* : cierra|cierran|cerrad*
  antes : después
  al menos|mínimo|más de : como máximo|máximo|menos de
  permit* : prohib*|prohíb*
  gratis|gratuit* : de pago
  primer* : últim*
  obligatori* : opcional|voluntari*
  con : sin
`

interface Pair {
  readonly left: RegExp
  readonly right: RegExp
}

/** Whole words, or the beginnings of words where a star says so. */
function patternOf(side: string): RegExp {
  const parts = side
    .trim()
    .split('|')
    .map(part => (part.endsWith('*') ? part.slice(0, -1) : `${part}(?!\\p{L})`))
  return new RegExp(`(?<!\\p{L})(?:${parts.join('|')})`, 'iu')
}

const pairs: readonly Pair[] = lines
  .trim()
  .split('\n')
  .map(line => {
    const [left = '', right = ''] = line.split(' : ')
    return { left: patternOf(left), right: patternOf(right) }
  })

/** Which sides of which pairs a text says: a bit for the left one, a bit for the right one. */
export type Sides = Uint8Array

export function sidesIn(text: string): Sides {
  return Uint8Array.from(pairs, ({ left, right }) => (left.test(text) ? 1 : 0) | (right.test(text) ? 2 : 0))
}

/** Whether a claim says one of two opposites where a sentence says only the other. */
export function areOpposite(claim: Sides, sentence: Sides): boolean {
  return claim.some(
    (said, index) => (said === 1 && sentence[index] === 2) || (said === 2 && sentence[index] === 1),
  )
}
