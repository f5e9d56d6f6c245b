/** An evaluator as users write them: a line of JSON in, a line of JSON out. */
import { createInterface } from 'node:readline'

let asked = 0
/** Held, so that it is not collected. */
export let held: Buffer | undefined
for await (const line of createInterface({ input: process.stdin })) {
  const { answer, settings } = JSON.parse(line) as {
    answer: { text: string }
    settings: { most: number } | null
  }
  asked += 1
  if (answer.text === 'exit') process.exit(3)
  if (answer.text === 'grow') {
    held = Buffer.alloc(300_000_000, 1)
    // says nothing any more
    continue
  }
  if (answer.text === 'garbage') process.stdout.write('no JSON\n')
  else if (answer.text === 'nine') process.stdout.write('{"value":9}\n')
  else {
    const words = answer.text.split(/\s+/).length
    const value = Math.min(1, (settings?.most ?? 4) / words)
    const label = process.env['SLIPWAY_TEST_SECRET'] ?? 'none'
    process.stdout.write(`${JSON.stringify({ value, label, why: `${words} words, asked ${asked} times` })}\n`)
  }
}
