/**
 * How well planted wrong labels are found, and how well consensus finds what annotators were wrong about.
 *
 *     bun bench/labels/measure.ts
 */
import {
  confidentLearning,
  createRandom,
  dawidSkene,
  pruneLabels,
  pruneMethods,
  wilsonInterval,
} from '../../src/foundation/statistics/index.ts'
import { crossValidate } from '../../src/improve/datasets/labels/classifier/cross-validate.ts'
import { generateCorpus, supportCorpus } from '../../src/improve/training/index.ts'

const percent = (share: number): string => `${(100 * share).toFixed(1)}`
const interval = (count: number, total: number): string => {
  const { share, low, high } = wilsonInterval(count, total)
  return `${percent(share)} % (${percent(low)}–${percent(high)})`
}

async function suspects(count: number): Promise<void> {
  const examples = generateCorpus(supportCorpus, { split: 'train', count })
  const texts = examples.map(({ message }) => message)
  const names = [...new Set(examples.map(({ answer }) => answer.intent))].toSorted()
  const truths = examples.map(({ answer }) => names.indexOf(answer.intent))
  for (const rate of [0.05, 0.1, 0.2])
    for (const kind of ['any', 'alike'] as const) {
      const random = createRandom('flips', rate, kind)
      const flipped = new Set<number>()
      const labels = truths.map((truth, index) => {
        if (random.next() >= rate) return truth
        flipped.add(index)
        // alike: what people confuse, here always with the next of the list; any: with any other
        return kind === 'alike'
          ? (truth + 1) % names.length
          : (truth + 1 + random.below(names.length - 1)) % names.length
      })
      const startedAt = performance.now()
      const flat = await crossValidate(texts, labels, names.length, {
        folds: 5,
        seed: 'measure',
        signal: new AbortController().signal,
        progress: () => undefined,
      })
      const seconds = (performance.now() - startedAt) / 1_000
      const rows = texts.map((_, row) => flat.subarray(row * names.length, (row + 1) * names.length))
      const right = rows.filter((row, index) => row.indexOf(Math.max(...row)) === labels[index]).length
      const learned = confidentLearning(labels, rows, names.length)
      process.stdout.write(
        `\n${count} rows, ${names.length} labels, ${percent(rate)} % flipped (${kind}): ${flipped.size}; agrees with ${percent(right / count)} %; estimated wrong ${percent(learned.errorRate)} %; ${seconds.toFixed(1)} s\n`,
      )
      const say = (name: string, found: readonly number[]): void => {
        const hits = found.filter(index => flipped.has(index)).length
        process.stdout.write(
          `  ${name.padEnd(24)} ${String(found.length).padStart(5)} suspects  precision ${interval(hits, found.length)}  recall ${interval(hits, flipped.size)}\n`,
        )
      }
      for (const method of pruneMethods)
        say(
          method,
          pruneLabels(labels, rows, learned, method, 'margin').map(({ index }) => index),
        )
      const margin = (index: number): number => {
        const row = rows[index] ?? []
        const given = labels[index] as number
        return (row[given] ?? 0) - Math.max(...Array.from(row).filter((_, k) => k !== given))
      }
      // by margin alone nobody says where to stop: all whose label is not the likeliest, or a guess
      const ranked = texts.map((_, index) => index).toSorted((a, b) => margin(a) - margin(b))
      say('margin alone, first 10 %', ranked.slice(0, Math.round(count / 10)))
      say(
        'margin alone, all < 0',
        ranked.filter(index => margin(index) < 0),
      )
    }
}

function consensus(): void {
  process.stdout.write('\nConsensus of simulated annotators, 1,000 items, 4 labels, 20 rounds:\n')
  const settings: { name: string; skill: number[]; each: number }[] = [
    { name: '5 good (0.85)', skill: [0.85, 0.85, 0.85, 0.85, 0.85], each: 3 },
    { name: '2 good, 3 poor (0.95, 0.45)', skill: [0.95, 0.95, 0.45, 0.45, 0.45], each: 5 },
    {
      name: '10 mixed (0.4 to 0.95), 3 each',
      skill: [0.95, 0.9, 0.85, 0.8, 0.7, 0.7, 0.6, 0.5, 0.4, 0.4],
      each: 3,
    },
    { name: '3 good, 2 guessing', skill: [0.9, 0.9, 0.9, 0.25, 0.25], each: 3 },
  ]
  for (const { name, skill, each } of settings) {
    let [voted, found, all, off] = [0, 0, 0, 0]
    for (let round = 0; round < 20; round += 1) {
      const random = createRandom('annotators', name, round)
      const truths = Array.from({ length: 1_000 }, () => random.below(4))
      const annotations = truths.flatMap((truth, item) => {
        const left = skill.map((_, annotator) => annotator)
        return Array.from({ length: each }, () => {
          const [annotator = 0] = left.splice(random.below(left.length), 1)
          const label = random.next() < (skill[annotator] ?? 0) ? truth : (truth + 1 + random.below(3)) % 4
          return { item, annotator, label }
        })
      })
      const { posterior, confusion, prevalence } = dawidSkene(annotations, {
        items: 1_000,
        annotators: skill.length,
        classes: 4,
      })
      const byItem = Map.groupBy(annotations, ({ item }) => item)
      for (const [item, truth] of truths.entries()) {
        const votes = [0, 0, 0, 0]
        for (const { label } of byItem.get(item) ?? []) votes[label] = (votes[label] ?? 0) + 1
        const most = Math.max(...votes)
        const tied = votes.flatMap((count, label) => (count === most ? [label] : []))
        if (random.pick(tied) === truth) voted += 1
        const row = posterior[item] ?? []
        if (row.indexOf(Math.max(...row)) === truth) found += 1
        all += 1
      }
      for (const [annotator, good] of skill.entries()) {
        const share = prevalence.reduce((sum, p, k) => sum + p * (confusion[annotator]?.[k]?.[k] ?? 0), 0)
        off += Math.abs(share - good) / skill.length / 20
      }
    }
    process.stdout.write(
      `  ${name.padEnd(32)} ${each} labels an item  majority ${interval(voted, all)}  Dawid–Skene ${interval(found, all)}  skill off by ${off.toFixed(3)} on average\n`,
    )
  }
}

await suspects(Number(process.argv[2] ?? 4_000))
consensus()
