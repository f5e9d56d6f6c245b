// Measures the rules and the classifier of prompt injection on labelled sets: bun bench/guardrails/injection/run.ts
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { wilsonInterval } from '../../../src/foundation/statistics/index.ts'
import type { Check, Stage } from '../../../src/serve/guardrails/index.ts'
import { exfiltrationKind } from '../../../src/serve/guardrails/checks/exfiltration.ts'
import { injectionKind } from '../../../src/serve/guardrails/checks/injection.ts'
import { localInjectionKind } from '../../../src/serve/guardrails/checks/local-injection.ts'
import { encoded, encodings } from './encodings.ts'

/** That of a policy which says nothing else; chosen before the sets were looked at. */
const threshold = 0.5

interface Text {
  readonly text: string
  readonly kind: string
  readonly language: string
  readonly isAttack: boolean
}

function readSet(name: string, isAttack: boolean): Text[] {
  let [kind, language] = ['', '']
  return readFileSync(path.join(import.meta.dirname, name), 'utf8')
    .split('\n')
    .flatMap(line => {
      if (line.startsWith('## ')) [, kind = '', language = ''] = line.split(' ')
      if (line === '' || line.startsWith('# ') || line.startsWith('## ')) return []
      return [{ text: line.replaceAll('\\n', '\n'), kind, language, isAttack }]
    })
}

function flags(check: Check, text: string, stage: Stage): boolean {
  const found = check.scan({ text, stage, service: 'bench', tenant: 'bench' }, new AbortController().signal)
  if (found instanceof Promise) throw new Error('is answered at once')
  return found.some(({ score }) => score >= threshold)
}

const rules = injectionKind.create({ strictness: 'by-stage' })
const classifier = localInjectionKind.create({ attackShare: 0.05 })
const detectors: Readonly<Record<string, (text: string, stage: Stage) => boolean>> = {
  rules: (text, stage) => flags(rules, text, stage),
  classifier: (text, stage) => flags(classifier, text, stage),
  either: (text, stage) => flags(rules, text, stage) || flags(classifier, text, stage),
}
const stageOf = (kind: string): Stage => (kind === 'indirect' || kind === 'document' ? 'context' : 'input')

function share(texts: readonly Text[], detect: (text: string, stage: Stage) => boolean): Row {
  const { count, total, low, high } = wilsonInterval(
    texts.filter(({ text, kind }) => detect(text, stageOf(kind))).length,
    texts.length,
  )
  const percent = (value: number): number => Math.round(value * 1_000) / 10
  return {
    flagged: count,
    of: total,
    percent: percent(count / total),
    low: percent(low),
    high: percent(high),
  }
}

interface Row {
  readonly flagged: number
  readonly of: number
  readonly percent: number
  readonly low: number
  readonly high: number
}

const encodedTexts = Object.entries(encodings).flatMap(([kind, encode]) =>
  encoded.map(text => ({ text: encode(text), kind: `encoded: ${kind}`, language: 'en', isAttack: true })),
)
const folder = process.argv.includes('--development') ? 'development' : 'test'
const attacks = readSet(`${folder}/attacks.txt`, true)
const benign = readSet(`${folder}/benign.txt`, false)
const groups: Readonly<Record<string, readonly Text[]>> = {
  ...Object.fromEntries(
    Map.groupBy(
      [...attacks, ...benign],
      ({ isAttack, kind }) => `${isAttack ? 'attack' : 'benign'}: ${kind}`,
    ),
  ),
  ...Object.fromEntries(
    Map.groupBy(
      attacks.filter(({ language }) => language !== 'en'),
      ({ language }) => `attack in ${language}`,
    ),
  ),
  'all attacks': attacks,
  'all benign': benign,
  'all encoded': encodedTexts,
  ...Object.fromEntries(Map.groupBy(encodedTexts, ({ kind }) => kind)),
}

const table = Object.fromEntries(
  Object.entries(groups).map(([name, texts]) => [
    name,
    Object.fromEntries(
      Object.entries(detectors).map(([detector, detect]) => [detector, share(texts, detect)]),
    ),
  ]),
)

/** Milliseconds for 4 KB of plain text: the middle and the 99th of a hundred, of 1,000 runs. */
function timesOf(check: Check): { p50Ms: number; p99Ms: number } {
  const plain = benign
    .map(({ text }) => text)
    .join(' ')
    .slice(0, 4_090)
  const times = Array.from({ length: 1_200 }, (_, round) => {
    const text = `${plain} ${round}`
    const started = performance.now()
    flags(check, text, 'input')
    return performance.now() - started
  })
    .slice(200)
    .sort((one, other) => one - other)
  const at = (part: number): number =>
    Math.round((times[Math.floor(part * times.length)] ?? 0) * 1_000) / 1_000
  return { p50Ms: at(0.5), p99Ms: at(0.99) }
}

const links = readSet('links.txt', true)
const exfiltration = exfiltrationKind.create(
  exfiltrationKind.manifest.parameters.parse({ allowedDomains: ['ours.example'] }),
)
const linkTable = Object.fromEntries(
  [...Map.groupBy(links, ({ kind }) => kind)].map(([kind, texts]) => [
    kind,
    share(texts, text => flags(exfiltration, text, 'output')),
  ]),
)

const sha256 = (name: string): string =>
  createHash('sha256')
    .update(readFileSync(path.join(import.meta.dirname, name)))
    .digest('hex')
const results = {
  threshold,
  sets: Object.fromEntries(
    [`${folder}/attacks.txt`, `${folder}/benign.txt`, 'links.txt'].map(name => [name, sha256(name)]),
  ),
  injection: table,
  exfiltration: linkTable,
  fourKilobytes: {
    rules: timesOf(rules),
    classifier: timesOf(classifier),
    exfiltration: timesOf(exfiltration),
  },
}
if (folder === 'test')
  writeFileSync(path.join(import.meta.dirname, 'results.json'), `${JSON.stringify(results, null, 1)}\n`)
for (const [name, row] of Object.entries(table)) {
  const cells = Object.entries(row).map(
    ([detector, { flagged, of, percent, low, high }]) =>
      `${detector} ${flagged}/${of} ${percent} % (${low}–${high})`,
  )
  console.log(name.padEnd(30), cells.join('   '))
}
for (const [name, { flagged, of, percent, low, high }] of Object.entries(linkTable))
  console.log(`links: ${name}`.padEnd(30), `${flagged}/${of} ${percent} % (${low}–${high})`)
console.log(JSON.stringify(results.fourKilobytes))
if (process.argv.includes('--errors')) {
  for (const { text, kind, isAttack } of [...attacks, ...benign])
    if (detectors['either']?.(text, stageOf(kind)) !== isAttack)
      console.log(isAttack ? 'missed ' : 'wrongly', kind, text)
  for (const { text, kind } of links)
    if (flags(exfiltration, text, 'output') !== (kind === 'carries')) console.log('link', kind, text)
}
