/**
 * Two providers in one process: one that answers, and one that does something else every half second: 429, 500, dying in
 * the middle, ending early, errors inside of a 200, garbage, falling silent. A line on standard input makes it answer from
 * then on. Prints their addresses as one line of JSON.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Behaviour, type FakeProvider, startFakeProvider } from '../../test/fake-provider/index.ts'

const moods: readonly Behaviour[] = [
  'answer',
  { status: 429, headers: { 'retry-after-ms': '50' } },
  'answer',
  { status: 500 },
  'die-mid-stream',
  'answer',
  'end-early',
  'error-mid-stream',
  'answer',
  'error-in-200',
  'garbage',
  'stall',
]

const steady = await startFakeProvider({ text: 'A steady answer of some words. '.repeat(8), chunkDelayMs: 4 })
const moody = await startFakeProvider({ text: 'A moody answer of some words. '.repeat(8), chunkDelayMs: 4 })
let isCalm = false
process.stdin.once('data', () => {
  isCalm = true
  moody.behave('answer')
})
process.stdin.once('end', () => process.exit(0))
process.stdout.write(`${JSON.stringify({ steady: steady.url, moody: moody.url })}\n`)

for (let index = 0; ; index += 1) {
  await sleep(500)
  if (!isCalm) moody.behave(moods[index % moods.length] ?? 'answer')
  // it keeps every request for tests to look at; here they would only pile up
  for (const provider of [steady, moody]) forgetOld(provider)
}

function forgetOld({ requests }: FakeProvider): void {
  if (requests.length > 200) requests.splice(0, requests.length - 200)
}
