/** Days of the week and months in seven languages, each as its number: what may be written in many ways, and must agree. */
const lines = `
  day1 monday montag lundi lunes lunedì segunda-feira maandag
  day2 tuesday dienstag mardi martes martedì terça-feira dinsdag
  day3 wednesday mittwoch mercredi miércoles mercoledì quarta-feira woensdag
  day4 thursday donnerstag jeudi jueves giovedì quinta-feira donderdag
  day5 friday freitag vendredi viernes venerdì sexta-feira vrijdag
  day6 saturday samstag sonnabend samedi sábado sabato zaterdag
  day7 sunday sonntag dimanche domingo domenica zondag
  month1 january januar jänner janvier enero gennaio janeiro januari
  month2 february februar février febrero febbraio fevereiro februari
  month3 march märz mars marzo março maart
  month4 april avril abril aprile
  month5 mai mayo maggio maio mei
  month6 june juni juin junio giugno junho
  month7 july juli juillet julio luglio julho
  month8 august août agosto augustus
  month9 september septembre septiembre settembre setembro
  month10 october oktober octobre octubre ottobre outubro
  month11 november novembre noviembre novembro
  month12 december dezember décembre diciembre dicembre dezembro
`
const known = new Map(
  lines
    .trim()
    .split('\n')
    .flatMap(line => {
      const [name = '', ...words] = line.trim().split(' ')
      return words.map(word => [word, name] as const)
    }),
)

/** `day1` for Monday, `month3` for March, whatever the language; plurals too. */
export function calendarNamesOf(text: string): string[] {
  const words = text.toLowerCase().match(/\p{L}+(?:-feira)?/gu) ?? []
  return words.flatMap(word => known.get(word) ?? known.get(word.replace(/s$/, '')) ?? [])
}
