import { describe, expect, it } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

const root = path.join(import.meta.dirname, '..')

/** The house: which plane may import which, each itself included. */
const planes = {
  foundation: ['foundation'],
  govern: ['foundation', 'govern'],
  serve: ['foundation', 'govern', 'serve'],
  observe: ['foundation', 'govern', 'observe'],
  improve: ['foundation', 'govern', 'observe', 'improve'],
  operate: ['foundation', 'govern', 'serve', 'observe', 'improve', 'operate'],
} as const satisfies Record<string, readonly string[]>

/** The domains that there are or will be; a new one is a decision. */
const domains: Readonly<Record<keyof typeof planes, readonly string[]>> = {
  foundation: ['platform', 'config', 'statistics', 'cluster'],
  govern: ['access', 'audit', 'configurations', 'privacy', 'jurisdictions', 'reports'],
  serve: [
    'gateway',
    'dialects',
    'routing',
    'admission',
    'cache',
    'batches',
    'responses',
    'providers',
    'engines',
    'guardrails',
    'traffic',
  ],
  observe: ['traces', 'costs', 'scores', 'metrics', 'alerts', 'monitors', 'drift', 'reviews'],
  improve: [
    'datasets',
    'evaluation',
    'training',
    'registry',
    'packaging',
    'lineage',
    'pipelines',
    'distillation',
    'rollouts',
  ],
  operate: ['infrastructure', 'capacity', 'cli'],
}

/** Processes that may use what only Bun has although they are not the platform. */
const bunOnly: readonly string[] = []

interface SourceFile {
  readonly file: string
  readonly text: string
  /** What it imports from this repository, as paths from the root. */
  readonly imports: readonly string[]
  /** What it starts as a process or a worker: `new URL('./child.ts', import.meta.url)`. */
  readonly starts: readonly string[]
}

function readSources(folder: string): SourceFile[] {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .map(name => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter(file => /\.tsx?$/.test(file) && !file.includes('/node_modules/'))
    .map(file => {
      const text = readFileSync(path.join(root, file), 'utf8')
      const fromRoot = (specifiers: string[]) =>
        specifiers
          .filter(specifier => specifier.startsWith('.'))
          .map(specifier => path.posix.join(path.posix.dirname(file), specifier))
      return { file, text, imports: fromRoot(importsOf(text)), starts: fromRoot(startsOf(text)) }
    })
}

const importForms = [
  /^\s*(?:import|export)\b[^'";]*?\bfrom\s+['"]([^'"]+)['"]/gm,
  /^\s*import\s+['"]([^'"]+)['"]/gm,
  /\bimport\s*\(\s*['"]([^'"]+)['"]/g,
]

function importsOf(text: string): string[] {
  return importForms.flatMap(form => [...text.matchAll(form)].map(([, specifier]) => specifier ?? ''))
}

function startsOf(text: string): string[] {
  return [...text.matchAll(/\bnew URL\(\s*['"](\.[^'"]+\.tsx?)['"]/g)].map(([, specifier]) => specifier ?? '')
}

/** `src/serve/gateway/x.ts` is of the plane `serve` and the domain `serve/gateway`. */
function placeOf(file: string): { plane: string; domain: string } | undefined {
  const [, plane, domain] = /^src\/([^/]+)\/([^/]+)\//.exec(file) ?? []
  // the composition root may have folders, but has no domains
  return plane && domain && plane !== 'compose' ? { plane, domain: `${plane}/${domain}` } : undefined
}

/** The composition root: may import all, and nothing else imports it. */
function isComposition(file: string): boolean {
  return /^src\/(?:main\.ts|compose\.ts|compose\/.+)$/.test(file)
}

function isTest(file: string): boolean {
  return /\.(?:test|fixture)\.tsx?$/.test(file) || file.startsWith('test/')
}

const sources = readSources('src')
const code = sources.filter(({ file }) => !isTest(file))

describe('the house', () => {
  it('has only the rooms of the plan', () => {
    const known = Object.entries(domains).flatMap(([plane, names]) => names.map(name => `${plane}/${name}`))
    const strangers = sources
      .filter(({ file }) => !isComposition(file) && file !== 'src/architecture.test.ts')
      .filter(({ file }) => !known.includes(placeOf(file)?.domain ?? ''))
      .map(({ file }) => file)
    expect(strangers).toEqual([])
  })

  it('lets each plane import only the planes below it', () => {
    const table: Readonly<Record<string, readonly string[]>> = planes
    const wrong = code.flatMap(({ file, imports }) => {
      const from = placeOf(file)
      return imports
        .filter(target => {
          const to = placeOf(target)
          return from && to && !table[from.plane]?.includes(to.plane)
        })
        .map(target => `${file} imports ${target}`)
    })
    expect(wrong).toEqual([])
  })

  it('enters a domain only by its index.ts', () => {
    const wrong = code.flatMap(({ file, imports, starts }) => {
      const from = placeOf(file)?.domain
      return [...imports, ...starts]
        .filter(target => {
          const to = placeOf(target)?.domain
          return to && to !== from && target !== `src/${to}/index.ts`
        })
        .map(target => `${file} imports ${target}`)
    })
    expect(wrong).toEqual([])
  })

  it('imports the composition root nowhere', () => {
    const wrong = sources
      .filter(({ file }) => !isComposition(file))
      .flatMap(({ file, imports }) =>
        imports.filter(target => isComposition(target)).map(target => `${file} imports ${target}`),
      )
    expect(wrong).toEqual([])
  })

  it('uses what only Bun has in the platform alone', () => {
    const wrong = code
      .filter(({ file }) => !file.startsWith('src/foundation/platform/') && !bunOnly.includes(file))
      .filter(({ text }) =>
        /\bBun\.[a-zA-Z]|from ['"]bun(?::[a-z]+)?['"]|import\(['"]bun/.test(withoutComments(text)),
      )
      .map(({ file }) => file)
    expect(wrong).toEqual([])
  })

  it('makes masked content in one domain alone', () => {
    const wrong = code
      .filter(
        ({ file }) =>
          !file.startsWith('src/govern/privacy/') && placeOf(file)?.domain !== 'foundation/platform',
      )
      .filter(({ text }) =>
        /\bloggable\b|\bmaskedForStorage\b|\bas (?:unknown as )?Masked\b/.test(withoutComments(text)),
      )
      .map(({ file }) => file)
    expect(wrong).toEqual([])
  })

  it('keeps content in the clear only where somebody has decided so', () => {
    const declared = code
      .filter(({ file, text }) => !file.startsWith('src/govern/privacy/') && /\bdeclareUnmasked\(/.test(text))
      .map(({ file }) => file)
    // each is in the table of docs/privacy.md
    expect(declared.toSorted()).toEqual([
      'src/compose/mask-content.ts',
      'src/observe/traces/sample-inference.ts',
      'src/serve/gateway/cacheable.ts',
      'src/serve/gateway/kept-content.ts',
    ])
  })

  it('keeps SQL in stores and migrations', () => {
    const statement =
      /[`'"]\s*(?:SELECT\s[\s\S]{0,400}?\bFROM\b|INSERT\s+INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|CREATE\s+(?:TABLE|INDEX|DATABASE)\s|ALTER\s+TABLE\s|DROP\s+TABLE\s|WITH\s+\w+\s+AS\s*\(|LISTEN\s|NOTIFY\s)/
    const wrong = code
      .filter(({ file }) => !file.endsWith('-store.ts') && !file.startsWith('src/foundation/platform/'))
      // that of data tasks is for DuckDB, in processes without Postgres
      .filter(({ file, text }) => !(file.startsWith('src/improve/') && /\bduckdb\b/i.test(text)))
      .filter(({ text }) => statement.test(withoutComments(text)))
      .map(({ file }) => file)
    expect(wrong).toEqual([])
  })

  it('gives the console nothing of the server but generated types', () => {
    const wrong = readSources('console')
      .filter(({ file }) => !isTest(file))
      .flatMap(({ file, imports }) =>
        imports
          .filter(target => !target.startsWith('console/') && target !== 'package.json')
          .map(target => `${file} imports ${target}`),
      )
    expect(wrong).toEqual([])
  })

  it('sees an import in each way of writing one', () => {
    const text = `
import type { A } from './a.ts'
import {
  b,
} from "./b.ts"
export * from './c.ts'
import './d.ts'
const e = await import('./e.ts')
spawn(new URL('./f.ts', import.meta.url))
`
    expect(importsOf(text)).toEqual(['./a.ts', './b.ts', './c.ts', './d.ts', './e.ts'])
    expect(startsOf(text)).toEqual(['./f.ts'])
  })
})

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
}
