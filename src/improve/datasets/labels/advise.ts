import type { Advice, AgreementReport, AnnotatorsReport, SuspectsReport } from './label-report.ts'

/** Krippendorff (Content Analysis, 2004, section 11.4): rely on 0.8 and above, draw tentative conclusions from 0.667. */
const reliable = 0.8
const tentative = 0.667

const figure = (value: number): string => value.toFixed(2)
const percent = (share: number): string => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`
const named = (name: string): string => `\`${name.slice(0, 60)}\``

export function adviseOnAgreement(report: Omit<AgreementReport, 'advice'>, repeated: number): Advice[] {
  const { alpha, compared, items, confusions, annotators } = report
  const advice: Advice[] = []
  const add = (level: Advice['level'], text: string): void => void advice.push({ level, text })
  if (compared === 0) {
    add(
      'act',
      'No item was labelled by two people, so nothing is known of agreement. Give a tenth of the items, drawn at random, to a second annotator.',
    )
    return advice
  }
  if (!alpha)
    add(
      'look',
      'All labels are the same (or there is one item): there is nothing to tell apart. Look whether the label can be missed at all.',
    )
  else if (alpha.low >= reliable)
    add(
      'fine',
      `α is ${figure(alpha.estimate)} and at least ${figure(alpha.low)} with 95 % confidence: the labels can be relied on.`,
    )
  else if (alpha.estimate >= reliable)
    add(
      'look',
      `α is ${figure(alpha.estimate)}, but may be as low as ${figure(alpha.low)}: label more items twice until the interval is above ${reliable}.`,
    )
  else if (alpha.estimate >= tentative)
    add(
      'look',
      `α is ${figure(alpha.estimate)} (${figure(alpha.low)} to ${figure(alpha.high)}): conclusions are tentative. Write down the cases in which annotators differ, and have those items labelled again.`,
    )
  else
    add(
      'act',
      `α is ${figure(alpha.estimate)} (${figure(alpha.low)} to ${figure(alpha.high)}): below ${tentative} nothing should be learned from or measured with these labels. Mend the instructions first.`,
    )
  const [worst] = confusions
  if (worst && worst.share >= 0.2 && worst.count >= 5)
    add(
      'look',
      `${percent(worst.share)} of the differences are between ${named(worst.first)} and ${named(worst.second)}: say in the instructions what parts them, or merge them.`,
    )
  for (const { label, alpha: one, labels } of report.per_label)
    if (one && alpha && labels >= 10 && one.high < tentative && one.high < alpha.estimate)
      add(
        'act',
        `${named(label)} is not agreed on (α ${figure(one.estimate)}): define it anew, with examples of what is and is not of it.`,
      )
  for (const { name, labels, alpha_without: without } of annotators)
    if (alpha && without !== null && labels >= 20 && without > alpha.high)
      add(
        'look',
        `Without ${named(name)} α is ${figure(without)}: look at what ${named(name)} does differently (\`slipway dataset annotators\`).`,
      )
  for (const { column, value, alpha: one, items: count } of report.slices)
    if (one && alpha && count >= 20 && one.high < alpha.low)
      add(
        'look',
        `Where ${named(column)} is ${named(value)}, α is ${figure(one.estimate)} only: these items need instructions of their own, or people who know them.`,
      )
  if (compared < items)
    add(
      compared < 50 ? 'look' : 'fine',
      `${items - compared} of ${items} items have one label only; what is said here rests on ${compared}.`,
    )
  if (compared < 50)
    add(
      'look',
      `${compared} ${compared === 1 ? 'item was' : 'items were'} compared: label at least 50 twice before relying on it.`,
    )
  if (repeated > 0)
    add(
      'look',
      `${repeated} labels were given by somebody who had labelled the item before; the later one counts.`,
    )
  return advice
}

export function adviseOnAnnotators(report: Omit<AnnotatorsReport, 'advice'>): Advice[] {
  const advice: Advice[] = []
  const add = (level: Advice['level'], text: string): void => void advice.push({ level, text })
  if (!report.has_converged)
    add(
      'look',
      'The estimation did not settle in 200 rounds: there are too few labels for so many annotators and classes.',
    )
  for (const { name, labels, accuracy, high, chance, weak_spots: spots } of report.annotators) {
    if (labels < 20) continue
    if (high <= chance + 0.1)
      add(
        'act',
        `${named(name)} does hardly better than chance (${percent(accuracy)}): leave these labels out, and talk about the instructions.`,
      )
    else if (high < 0.8) add('look', `${named(name)} is right about ${percent(accuracy)} of the time.`)
    const [spot] = spots
    if (spot && high > chance + 0.1 && spot.share >= 0.25)
      add(
        'look',
        `${named(name)} says ${named(spot.said)} of ${percent(spot.share)} of what is ${named(spot.true)}.`,
      )
  }
  const few = report.annotators.filter(({ labels }) => labels < 20).length
  if (few > 0)
    add(
      'look',
      `${few} of ${report.annotators.length} annotators gave fewer than 20 labels: little is known of them.`,
    )
  if (report.unsure > 0)
    add(
      'look',
      `The consensus of ${report.unsure} of ${report.items} items is less certain than 0.8: have them labelled by one more person.`,
    )
  if (report.labels < 2 * report.items)
    add(
      'look',
      'Most items have one label: what is said of annotators then rests on how often each says what, not on agreement.',
    )
  return advice
}

export function adviseOnSuspects(report: Omit<SuspectsReport, 'advice'>): Advice[] {
  const advice: Advice[] = []
  const add = (level: Advice['level'], text: string): void => void advice.push({ level, text })
  if (report.total === 0) add('fine', 'No label looks wrong.')
  else
    add(
      report.error_rate >= 0.05 ? 'act' : 'look',
      `About ${percent(report.error_rate)} of the labels are estimated to be wrong; ${report.total} are suspected. Have people look at them: \`slipway dataset suspects … --send-to-review\`. A suspect is a question, not an error.`,
    )
  const worst = report.classes
    .filter(({ given, estimated_wrong: wrong }) => given >= 20 && wrong / given >= 0.15)
    .toSorted((a, b) => b.estimated_wrong / b.given - a.estimated_wrong / a.given)[0]
  if (worst)
    add(
      'look',
      `${named(worst.label)} is where most is wrong: about ${percent(worst.estimated_wrong / worst.given)} of it. Look at its definition.`,
    )
  if (report.agreement < 0.5 && report.rows > 0)
    add(
      'look',
      `The model agrees with ${percent(report.agreement)} of the labels only, so it knows little of them: suspects are weak. Give probabilities of a better one in a column.`,
    )
  const rare = report.classes.filter(({ given }) => given < 10)
  if (rare.length > 0)
    add(
      'look',
      `${rare.length} ${rare.length === 1 ? 'label has' : 'labels have'} fewer than 10 rows: nothing can be said of them.`,
    )
  if (report.left_out > 0)
    add(
      'look',
      `${report.left_out} rows were left out: they have no label, or nothing that it could be told from.`,
    )
  return advice
}
