/**
 * The checks for personal data and secrets on sets written for them, beside other detectors on the same texts.
 *
 *   bun bench/guardrails/run.ts [--split test] [--python FOLDER] [--peers on] [--json bench/guardrails/results.json]
 *
 * First `npm ci` in bench/guardrails/peers; `--python` is a virtual environment with peers/requirements.txt, made anew in a
 * temporary folder where it is left out. Thresholds, seeds and what counts are in plan.json.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import type { Check } from '../../src/serve/guardrails/check.ts'
import { personalData } from '../../src/serve/guardrails/checks/personal-data/personal-data.ts'
import { secrets } from '../../src/serve/guardrails/checks/secrets/secrets.ts'
import { languages, type Split } from './languages.ts'
import { personalSamples, type Sample } from './personal-set.ts'
import { type Found, isCovered, isFound, overlaps, shareOf } from './score.ts'
import { type SecretSample, secretSamples } from './secret-set.ts'
import { measureSpeed } from './speed.ts'

const { values: options } = parseArgs({
  options: {
    split: { type: 'string', default: 'test' },
    python: { type: 'string' },
    peers: { type: 'string', default: 'on' },
    misses: { type: 'string', default: 'off' },
    json: { type: 'string' },
  },
})
const split: Split = options.split === 'dev' ? 'dev' : 'test'
const here = import.meta.dirname
const plan = JSON.parse(readFileSync(path.join(here, 'plan.json'), 'utf8'))

interface Answer {
  readonly found: readonly (readonly Found[])[]
  readonly ms: number
}

function slipway(check: Check, texts: readonly string[]): Answer {
  const run = (text: string) => {
    const found = check.scan(
      { text, stage: 'input', service: 'bench', tenant: 'bench' },
      new AbortController().signal,
    )
    if (found instanceof Promise) throw new Error('These checks answer at once.')
    return found
  }
  texts.forEach(run)
  const startedAt = performance.now()
  const found = texts.map(run)
  return { found, ms: performance.now() - startedAt }
}

/** A detector that is a program: texts in, findings out. */
function program(command: string, args: readonly string[], input: object): Answer {
  const out = execFileSync(command, [...args], {
    input: JSON.stringify(input),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  return JSON.parse(out)
}

function python(): { readonly executable: string; readonly leave: () => void } {
  if (options.python !== undefined)
    return { executable: path.join(options.python, 'bin/python'), leave: () => undefined }
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-bench-python-'))
  execFileSync('python3', ['-m', 'venv', folder])
  execFileSync(path.join(folder, 'bin/pip'), [
    'install',
    '-q',
    '-r',
    path.join(here, 'peers/requirements.txt'),
  ])
  return {
    executable: path.join(folder, 'bin/python'),
    leave: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** What a type of another detector is here; what is not named is not compared. */
const same: Readonly<Record<string, string>> = {
  PERSON: 'PERSON', EMAIL_ADDRESS: 'EMAIL_ADDRESS', PHONE_NUMBER: 'PHONE_NUMBER', CREDIT_CARD: 'CREDIT_CARD', IBAN_CODE: 'IBAN', IBAN: 'IBAN', IP_ADDRESS: 'IP_ADDRESS', MAC_ADDRESS: 'MAC_ADDRESS', CRYPTO: 'CRYPTO_WALLET', CRYPTO_WALLET: 'CRYPTO_WALLET',
  POSTAL_ADDRESS: 'POSTAL_ADDRESS', DATE_OF_BIRTH: 'DATE_OF_BIRTH', PASSPORT: 'PASSPORT', DRIVER_LICENCE: 'DRIVER_LICENCE', URL_WITH_CREDENTIALS: 'URL_WITH_CREDENTIALS',
  US_PASSPORT: 'PASSPORT', UK_PASSPORT: 'PASSPORT', DE_PASSPORT: 'PASSPORT', IT_PASSPORT: 'PASSPORT', US_DRIVER_LICENSE: 'DRIVER_LICENCE', UK_DRIVING_LICENCE: 'DRIVER_LICENCE', IT_DRIVER_LICENSE: 'DRIVER_LICENCE',
} // prettier-ignore
const isNationalId =
  /^(?:US_SSN|US_ITIN|TAX_NUMBER|[A-Z]{2}_(?!PASSPORT|DRIV|BANK|VEHICLE|MEDICARE|MEDICAL|VAT)[A-Z_]+)$/
const entityOf = (type: string) =>
  same[type] ??
  (isNationalId.test(type) && !/PASSPORT|DRIV|BANK|VEHICLE|VAT|LICENSE/.test(type)
    ? 'NATIONAL_ID'
    : undefined)

function scorePersonal(samples: readonly Sample[], { found }: Answer, supported: ReadonlySet<string>) {
  const typed = found.map(each =>
    each
      .flatMap(finding => ({ ...finding, entity: entityOf(finding.type) }))
      .filter(({ entity }) => entity !== undefined && supported.has(entity)),
  )
  const entities = [...new Set(samples.flatMap(({ gold }) => gold.map(({ entity }) => entity)))]
  const of = (entity: string, language: string | undefined) => {
    let gold = 0
    let hits = 0
    let covers = 0
    let said = 0
    let right = 0
    for (const [index, sample] of samples.entries()) {
      if (language !== undefined && sample.language !== language) continue
      const own = (typed[index] ?? []).filter(finding => finding.entity === entity)
      for (const span of sample.gold) {
        if (span.entity !== entity) continue
        gold += 1
        if (isFound(span, own)) hits += 1
        if (isCovered(span, typed[index] ?? [])) covers += 1
      }
      said += own.length
      right += own.filter(finding =>
        sample.gold.some(span => span.entity === entity && overlaps(span, finding)),
      ).length
    }
    return { recall: shareOf(hits, gold), covered: shareOf(covers, gold), precision: shareOf(right, said) }
  }
  const touched = (kind: Sample['kind'], language?: string) => {
    const of_ = samples.flatMap((sample, index) =>
      sample.kind === kind && (language === undefined || sample.language === language)
        ? [(typed[index] ?? []).length > 0]
        : [],
    )
    return shareOf(of_.filter(Boolean).length, of_.length)
  }
  return {
    entities: Object.fromEntries(
      entities.map(entity => [
        entity,
        supported.has(entity)
          ? Object.fromEntries(
              ['all', ...languages].map(each => [each, of(entity, each === 'all' ? undefined : each)]),
            )
          : 'not supported',
      ]),
    ),
    overBlocked: {
      benign: touched('benign'),
      hardNegatives: touched('hard-negative'),
      ...Object.fromEntries(languages.map(language => [language, touched('benign', language)])),
    },
  }
}

function scoreSecrets(samples: readonly SecretSample[], { found }: Answer) {
  const families = [...new Set(samples.map(({ family }) => family))]
  const byFamily = Object.fromEntries(
    families.map(family => {
      const of = samples.flatMap((sample, index) =>
        sample.family === family ? [{ sample, findings: found[index] ?? [] }] : [],
      )
      const positive = of.some(({ sample }) => sample.gold.length > 0)
      const hits = of.filter(({ sample, findings }) =>
        positive ? sample.gold.every(gold => isFound(gold, findings)) : findings.length > 0,
      ).length
      return [family, { [positive ? 'recall' : 'falselyFound']: shareOf(hits, of.length) }]
    }),
  )
  const positives = samples
    .map((sample, index) => ({ sample, findings: found[index] ?? [] }))
    .filter(({ sample }) => sample.gold.length > 0)
  const others = samples
    .map((sample, index) => ({ sample, findings: found[index] ?? [] }))
    .filter(({ sample }) => sample.gold.length === 0)
  const hits = positives.filter(({ sample, findings }) =>
    sample.gold.every(gold => isFound(gold, findings)),
  ).length
  const wrong = others.filter(({ findings }) => findings.length > 0).length
  return {
    recall: shareOf(hits, positives.length),
    overBlocked: shareOf(wrong, others.length),
    precision: shareOf(hits, hits + wrong),
    byFamily,
  }
}

const hash = (data: unknown) => createHash('sha256').update(JSON.stringify(data)).digest('hex')

const personal = personalSamples(split, plan.seeds[split], plan.personalEach)
const secretSet = secretSamples(split, plan.seeds[split], plan.secretEach)
const texts = personal.map(({ text }) => text)
const secretTexts = secretSet.map(({ text }) => text)
const everything = new Set(personal.flatMap(({ gold }) => gold.map(({ entity }) => entity)))

const personalCheck = personalData.create(
  personalData.manifest.parameters.parse({ threshold: plan.thresholds.slipway }),
)
const secretCheck = secrets.create(secrets.manifest.parameters.parse({ threshold: plan.thresholds.slipway }))
const ours = slipway(personalCheck, texts)
const ourSecrets = slipway(secretCheck, secretTexts)

if (options.misses === 'on') {
  for (const [index, sample] of personal.entries()) {
    const findings = ours.found[index] ?? []
    const missed = sample.gold.filter(
      gold =>
        !isFound(
          gold,
          findings.filter(({ type }) => entityOf(type) === gold.entity),
        ),
    )
    const wrong = findings.filter(
      finding => !sample.gold.some(gold => gold.entity === entityOf(finding.type) && overlaps(gold, finding)),
    )
    if (missed.length + wrong.length > 0)
      console.log(
        sample.language,
        missed.map(({ entity }) => `-${entity}`).join(' '),
        wrong.map(({ type, start, end }) => `+${type} ${sample.text.slice(start, end)}`).join(' '),
        '|',
        sample.text,
      )
  }
  for (const [index, sample] of secretSet.entries()) {
    const findings = ourSecrets.found[index] ?? []
    if (sample.gold.length === 0 ? findings.length > 0 : !sample.gold.every(gold => isFound(gold, findings)))
      console.log(sample.family, findings.map(({ type }) => type).join(' '), '|', sample.text.slice(0, 140))
  }
}

const speed = await measureSpeed([personalCheck, secretCheck])
const results: Record<string, unknown> = {
  split,
  made: new Date().toISOString(),
  machine: { cpu: cpus()[0]?.model, cores: cpus().length, load: loadavg(), bun: Bun.version },
  plan,
  data: {
    personal: {
      samples: personal.length,
      positives: personal.filter(({ kind }) => kind === 'positive').length,
      benign: personal.filter(({ kind }) => kind === 'benign').length,
      sha256: hash(personal),
    },
    // keys of PEM and UUIDs are made anew each time and are not in the hash
    secrets: { samples: secretSet.length, positives: secretSet.filter(({ gold }) => gold.length > 0).length },
  },
  speed,
  slipway: {
    personal: scorePersonal(personal, ours, everything),
    secrets: scoreSecrets(secretSet, ourSecrets),
    msPerText: ours.ms / texts.length,
  },
}

if (options.peers === 'on') {
  const venv = python()
  try {
    const presidio = program(venv.executable, [path.join(here, 'peers/presidio.py')], {
      texts,
      languages: personal.map(({ language }) => language),
      threshold: plan.thresholds.presidio,
    })
    const openai = program('node', [path.join(here, 'peers/openai-guardrails.mjs'), 'pii'], { texts })
    const openaiSecrets = program('node', [path.join(here, 'peers/openai-guardrails.mjs'), 'secrets'], {
      texts: secretTexts,
    })
    const secretlint = program('node', [path.join(here, 'peers/secretlint.mjs')], { texts: secretTexts })
    const without = (...left: string[]) => new Set([...everything].filter(entity => !left.includes(entity)))
    results['presidio'] = {
      personal: scorePersonal(
        personal,
        presidio,
        without('POSTAL_ADDRESS', 'DATE_OF_BIRTH', 'URL_WITH_CREDENTIALS'),
      ),
      msPerText: presidio.ms / texts.length,
    }
    results['openaiGuardrails'] = {
      personal: scorePersonal(
        personal,
        openai,
        without('POSTAL_ADDRESS', 'DATE_OF_BIRTH', 'URL_WITH_CREDENTIALS', 'MAC_ADDRESS', 'PERSON'),
      ),
      secrets: scoreSecrets(secretSet, openaiSecrets),
      msPerText: openai.ms / texts.length,
    }
    results['secretlint'] = {
      secrets: scoreSecrets(secretSet, secretlint),
      msPerText: secretlint.ms / secretTexts.length,
    }
  } finally {
    venv.leave()
  }
}

const text = `${JSON.stringify(results, undefined, 1)}\n`
if (options.json !== undefined) writeFileSync(options.json, text)
summarise(results)

function summarise(all: Record<string, unknown>): void {
  for (const name of ['slipway', 'presidio', 'openaiGuardrails', 'secretlint']) {
    const one = all[name] as
      | { personal?: ReturnType<typeof scorePersonal>; secrets?: ReturnType<typeof scoreSecrets> }
      | undefined
    if (!one) continue
    for (const [entity, scored] of Object.entries(one.personal?.entities ?? {})) {
      if (typeof scored === 'string') continue
      const { recall, precision, covered } = scored['all'] ?? {}
      const each = languages.map(language => `${language} ${scored[language]?.recall.share ?? '–'}`).join(' ')
      console.log(
        name.padEnd(17),
        entity.padEnd(21),
        `recall ${recall?.share} [${recall?.interval.join('–')}] covered ${covered?.share} precision ${precision?.share} (${precision?.n})  ${each}`,
      )
    }
    if (one.personal)
      console.log(
        name,
        'over-blocked',
        JSON.stringify(one.personal.overBlocked.benign),
        'hard negatives',
        JSON.stringify(one.personal.overBlocked.hardNegatives),
      )
    if (one.secrets)
      console.log(
        name,
        'secrets',
        JSON.stringify({
          ...one.secrets,
          byFamily: Object.fromEntries(
            Object.entries(one.secrets.byFamily).map(([family, scored]) => [
              family,
              Object.values(scored)[0]?.share,
            ]),
          ),
        }),
      )
  }
  console.log('speed', JSON.stringify(all['speed']))
}
