import { planted } from '../../src/improve/datasets/drives/drives.fixture.ts'
import { compareModels, type LearnedRow } from '../../src/improve/datasets/slices/compare-models.ts'

/**
 * What a drive does to a classifier, on messages of which the truth is known: 6 in 100 are of the south and use other words. Beside it the same
 * number of answers about messages drawn at random. `bun bench/collection/measure.ts [rounds]`.
 */
const rounds = Number(process.argv[2] ?? 10)
const rows = 1_200

const points = (value: number): string => (100 * value).toFixed(1)

async function compare(before: readonly LearnedRow[], after: readonly LearnedRow[], seed: string) {
  return await compareModels(before, after, {
    seeds: 10,
    seed,
    label: 'refund',
    slice: 'south',
    signal: new AbortController().signal,
    progress: () => undefined,
  })
}

console.log(
  `${rows} rows, 6,000 messages to choose from, people wrong of every twentieth label; ${rounds} rounds`,
)
for (const budget of [50, 100, 200]) {
  const tally = {
    targeted: { better: 0, change: 0, after: 0, low: 0, high: 0 },
    random: { better: 0, change: 0, after: 0, low: 0, high: 0 },
  }
  let [precision, expected, before] = [0, 0, 0]
  for (let round = 0; round < rounds; round += 1) {
    const seed = `bench ${round}`
    const world = await planted(seed, { rows, pool: 6_000, budget })
    precision += world.precision / rounds
    expected += world.expected / rounds
    for (const name of ['targeted', 'random'] as const) {
      const found = await compare(world.before, world[name], seed)
      if (!found) throw new Error('The slice is too small to be compared.')
      const { sliceAccuracyChange: change, sliceAccuracy } = found
      const one = tally[name]
      if (change.low > 0) one.better += 1
      one.change += change.estimate / rounds
      one.low += change.low / rounds
      one.high += change.high / rounds
      one.after += sliceAccuracy.after / rounds
      if (name === 'targeted') before += sliceAccuracy.before / rounds
    }
  }
  console.log(
    `${budget} asked: ${points(precision)} % of the slice (${points(expected)} % expected); accuracy in it ${points(before)} %`,
  )
  for (const [name, { better, change, after, low, high }] of Object.entries(tally))
    console.log(
      `  ${name}: ${points(after)} %, ${points(change)} points (${points(low)} to ${points(high)}), surely better in ${better} of ${rounds}`,
    )
}
// nothing is collected: how often is it said to have helped?
let told = 0
for (let round = 0; round < rounds; round += 1) {
  const world = await planted(`none ${round}`, { rows, pool: 400, budget: 40 })
  const north = world.random.filter((row, index) => index < rows || row.slice === 'north')
  const found = await compare(world.before, north, `none ${round}`)
  if (found && found.sliceAccuracyChange.low > 0) told += 1
}
console.log(`rows of other slices alone: said to be better in ${told} of ${rounds}`)
