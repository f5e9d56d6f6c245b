/**
 * Measures `support`, which compares claims with documents by words alone, on claims written for it: `dev` is
 * what it was made on, `test` was looked at once, afterwards. Run: bun bench/guardrails/groundedness/run.ts
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { groundingCheckKinds } from '../../../src/serve/guardrails/model-check-kinds.ts'

interface Case {
  readonly id: string
  readonly language: string
  readonly split: 'dev' | 'test'
  readonly documents: readonly string[]
  readonly claims: readonly { readonly text: string; readonly isSupported: boolean; readonly kind: string }[]
}

const file = path.join(import.meta.dirname, 'claims.jsonl')
const text = readFileSync(file, 'utf8')
const cases = text
  .trim()
  .split('\n')
  .map(line => JSON.parse(line) as Case)
const [support] = groundingCheckKinds
const check = support.create(support.manifest.parameters.parse({}))
const never = new AbortController().signal

function isFlagged(claim: string, documents: readonly string[]): boolean {
  const found = check.scan(
    { text: claim, documents, stage: 'output', service: 'bench', tenant: 'bench' },
    never,
  )
  if (found instanceof Promise) throw new Error('support is synchronous')
  return found.length > 0
}

/** The Wilson interval of a share, 95 %. */
function wilson(hits: number, count: number): string {
  const z = 1.959_964
  const share = hits / count
  const middle = (share + z ** 2 / (2 * count)) / (1 + z ** 2 / count)
  const half =
    (z / (1 + z ** 2 / count)) * Math.sqrt((share * (1 - share)) / count + z ** 2 / (4 * count ** 2))
  return `${(share * 100).toFixed(0)} % (${((middle - half) * 100).toFixed(0)}–${((middle + half) * 100).toFixed(0)})`
}

process.stdout.write(
  `${cases.length} cases, sha256 ${createHash('sha256').update(text).digest('hex').slice(0, 16)}\n`,
)
for (const split of ['dev', 'test'] as const) {
  const claims = cases
    .filter(one => one.split === split)
    .flatMap(({ language, documents, claims: list }) =>
      list.map(claim => ({ ...claim, language, flagged: isFlagged(claim.text, documents) })),
    )
  const wrong = claims.filter(({ isSupported }) => !isSupported)
  const right = claims.filter(({ isSupported }) => isSupported)
  const flagged = (list: typeof claims): number => list.filter(one => one.flagged).length
  process.stdout.write(
    `\n${split}: ${claims.length} claims\n` +
      `  unsupported and flagged   ${flagged(wrong)} of ${wrong.length}: ${wilson(flagged(wrong), wrong.length)}\n` +
      `  supported and flagged     ${flagged(right)} of ${right.length}: ${wilson(flagged(right), right.length)}\n`,
  )
  for (const [name, of] of [
    ['kind', (claim: (typeof claims)[number]) => claim.kind],
    [
      'language',
      (claim: (typeof claims)[number]) =>
        `${claim.language} ${claim.isSupported ? 'supported' : 'unsupported'}`,
    ],
  ] as const) {
    for (const [group, list] of Map.groupBy(claims, of)) {
      process.stdout.write(`    ${name} ${group.padEnd(16)} flagged ${flagged(list)} of ${list.length}\n`)
    }
  }
}

const documents = cases.filter(({ language }) => language === 'en').flatMap(one => one.documents)
const long = cases
  .filter(({ language }) => language === 'en')
  .flatMap(one => one.claims.map(claim => claim.text))
  .join(' ')
const bytes = documents.join('').length
const times: number[] = []
for (let run = 0; run < 60; run += 1) {
  const startedAt = performance.now()
  isFlagged(long, documents)
  times.push(performance.now() - startedAt)
}
times.sort((left, right) => left - right)
process.stdout.write(
  `\nan answer of ${long.length} characters over ${bytes} characters of documents: median ${times[30]?.toFixed(1)} ms, p95 ${times[57]?.toFixed(1)} ms\n`,
)
