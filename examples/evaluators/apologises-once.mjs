// An evaluator of your own: reads `{ example, answer, settings, seed }` as a line of JSON, writes `{ value, label, why }` as one.
//
//   evaluation:
//     functions:
//       apologises-once: { command: [node, examples/evaluators/apologises-once.mjs] }
import { createInterface } from 'node:readline'

for await (const line of createInterface({ input: process.stdin })) {
  const { answer, settings } = JSON.parse(line)
  const most = settings?.most ?? 1
  const count = (answer.text.match(/\b(sorry|apologi[sz]e)\b/gi) ?? []).length
  const value = count <= most ? 1 : most / count
  const score = { value, label: count <= most ? 'fine' : 'too much', why: `It apologises ${count} times.` }
  process.stdout.write(`${JSON.stringify(score)}\n`)
}
