/** Plants every fault into clean data, one at a time and several at once, and prints which rule caught it and which none did. */
import { createRandom } from '../../../src/foundation/statistics/index.ts'
import { type Fault, faults } from './faults.ts'
import { openBench } from './run-faults.ts'

const seed = Number(process.argv[2] ?? 7)
const mixes = 24
const cleanRuns = 10

await using bench = await openBench({ train: 1_600, test: 400, seed })
const only = process.argv[3]
const wanted =
  only === undefined ? faults : faults.filter(({ kind, what }) => `${kind} ${what}`.includes(only))
console.log(
  `False alarms on the clean data: ${bench.falseAlarms.map(({ check, message }) => `${check}: ${message}`).join('; ') || 'none'}`,
)
const caught = new Map<Fault, readonly string[]>()
for (const [number, fault] of wanted.entries()) {
  const rules = await bench.plant([fault], number)
  caught.set(fault, rules)
  console.log(
    `${rules.length > 0 ? 'caught' : 'MISSED'}  ${fault.kind}: ${fault.what}  ←  ${rules.join(', ')}`,
  )
}
if (only !== undefined) process.exit(0)

console.log('\n| fault | planted | caught | by | not caught |\n|---|---|---|---|---|')
for (const [kind, list] of Map.groupBy(wanted, fault => fault.kind)) {
  const found = list.filter(fault => (caught.get(fault)?.length ?? 0) > 0)
  const by = [...new Set(found.flatMap(fault => caught.get(fault) ?? []))].map(rule =>
    rule.replace(/\(.*/, ''),
  )
  const lost = list.filter(fault => !found.includes(fault)).map(({ what }) => what)
  console.log(
    `| ${kind} | ${list.length} | ${found.length} | ${[...new Set(by)].join(', ')} | ${lost.join('; ')} |`,
  )
}
const total = wanted.filter(fault => (caught.get(fault)?.length ?? 0) > 0).length
console.log(`\n${total} of ${wanted.length} faults caught (${((100 * total) / wanted.length).toFixed(1)} %).`)

const random = createRandom(seed, 0, 'mixes')
let lost = 0
let planted = 0
for (let number = 0; number < mixes; number += 1) {
  const mix = Array.from({ length: 3 + Math.floor(random.next() * 4) }, () => random.pick(faults)).filter(
    fault => (caught.get(fault)?.length ?? 0) > 0 && fault.kind !== 'size' && fault.kind !== 'columns',
  )
  const rules = new Set(await bench.plant(mix, 1_000 + number))
  for (const fault of mix) {
    planted += 1
    if ((caught.get(fault) ?? []).some(rule => rules.has(rule))) continue
    lost += 1
    console.log(`Lost in a mix: ${fault.kind}: ${fault.what}`)
  }
}
console.log(
  `In ${mixes} mixes of several faults, ${planted - lost} of ${planted} that are caught alone are caught beside others.`,
)

let alarms = 0
for (let number = 0; number < cleanRuns; number += 1) {
  const rules = await bench.checkClean(seed + 100 + number)
  if (rules.length > 0) console.log(`False alarms: ${rules.join(', ')}`)
  alarms += rules.length
}
console.log(`${alarms} false alarms in ${cleanRuns} other clean datasets.`)
