import { describe, expect, it } from 'bun:test'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

import { parseConfig } from './parse-config.ts'
import type { ConfigSnapshot } from './snapshot.ts'

const minimal = `
engines:
  support: { model: builtin:support }
services:
  support:
    releases:
      v1: { target: { engine: support } }
`

describe('parseConfig: what is right', () => {
  it('fills in defaults, and lets whole sections be empty or absent', () => {
    const { config } = accept(`${minimal}\nproviders:\ntenants:\n  acme:\nprices:\ntraces:\n`)
    expect(config.engines['support']).toEqual({
      kind: 'llama.cpp',
      model: 'builtin:support',
      kvCache: 'f16',
      parallel: 4,
      gpu: 'auto',
      embeddings: true,
    })
    expect(config.services['support']?.timeoutMs).toBe(600_000)
    expect(config.tenants).toEqual({ acme: {} })
    expect(config.traces).toEqual({
      retentionDays: 30,
      spans: { content: 'drop', attributes: [], maxPerMinute: 60_000 },
    })
    expect(config.responses).toEqual({ retentionDays: 30 })
    expect(config.prices).toEqual([])
  })

  it('keeps release names as they are written, also where they look like numbers', () => {
    const { config } = accept(`
engines: { e: { model: builtin:support } }
services: { s: { release: '1.0', releases: { 1.0: { target: { engine: e } }, 007: { target: { engine: e } } } } }`)
    expect(Object.keys(config.services['s']!.releases).toSorted()).toEqual(['007', '1.0'])
  })

  it('resolves engine files from the folder of the file, whatever the working directory', () => {
    const { config, file } = accept(
      minimal.replace('builtin:support', 'models/a.gguf'),
      '/srv/slipway/slipway.yaml',
    )
    expect(file).toBe('/srv/slipway/slipway.yaml')
    expect(config.engines['support']?.model).toBe('/srv/slipway/models/a.gguf')
  })

  it('gives the same hash for other order, comments and spelt-out defaults, and another for another meaning', () => {
    const { hash } = accept(minimal)
    expect(hash).toMatch(/^[0-9a-f]{16}$/)
    const reordered = `
$schema: x.json
services: # c
  "support": { storeContent: false, releases: { v1: { target: { engine: support } } } }
engines: { support: { parallel: 4, model: 'builtin:support' } }`
    expect(accept(reordered).hash).toBe(hash)
    expect(accept(minimal, '/elsewhere/s.yaml').hash).toBe(hash)
    expect(accept(minimal.replace('builtin:support', 'a.gguf')).hash).not.toBe(hash)
    expect(accept(`${minimal}traces: { retentionDays: 31 }`).hash).not.toBe(hash)
  })

  it('cannot be changed, at any depth', () => {
    const snapshot = accept(`${minimal}tenants: { acme: { services: [support] } }`)
    expect(() => Object.assign(snapshot, { hash: 'x' })).toThrow()
    expect(() => Object.assign(snapshot.config.services['support']!.releases, { v2: {} })).toThrow()
    expect(() => (snapshot.config.tenants['acme']!.services as string[]).push('x')).toThrow()
  })

  it('reads secrets from the environment and from files, and shows them nowhere but in `secret`', async () => {
    await using folder = await temporaryFolder()
    await writeFile(join(folder.path, 'key'), 'file-secret-value\n')
    const text = `
providers:
  openai: { kind: openai, apiKey: { env: KEY }, headers: { X-Org: plain, X-Key: { file: key } } }
traces: { otlp: { endpoint: 'http://127.0.0.1:4318', headers: { authorization: { env: KEY } } } }`
    const snapshot = accept(text, join(folder.path, 'slipway.yaml'), { KEY: 'env-secret-value' })
    expect(snapshot.secret('providers.openai.apiKey')).toBe('env-secret-value')
    expect(snapshot.secret('providers.openai.headers.X-Key')).toBe('file-secret-value')
    expect(snapshot.secret('traces.otlp.headers.authorization')).toBe('env-secret-value')
    expect(snapshot.secret('providers.openai.headers.X-Org')).toBeUndefined()
    expect(JSON.stringify(snapshot)).not.toContain('secret-value')
    expect(Bun.inspect(snapshot, { depth: 20 })).not.toContain('secret-value')
    const rotated = accept(text, join(folder.path, 'slipway.yaml'), { KEY: 'other' })
    expect(rotated.hash).toBe(snapshot.hash)
  })

  it('leaves secrets unread where it is asked to', () => {
    const text = 'providers: { openai: { kind: openai, apiKey: { env: KEY } } }'
    const parsed = parseConfig(text, 'slipway.yaml', {}, { isWithoutSecrets: true })
    expect('snapshot' in parsed && parsed.snapshot.secret('providers.openai.apiKey')).toBeUndefined()
  })
})

/** Each text has one problem, at the place of `¦` (which is taken out before it is read). */
const wrong: [what: string, text: string, path: string, message: RegExp, mend: RegExp][] = [
  ['a misspelled section', '¦engnes: {}', 'engnes', /`engnes` is not a key/, /Did you mean `engines`\?/],
  [
    'another spelling of a key',
    'providers:\n  a:\n    kind: openai\n    ¦base_url: http://x',
    'providers.a.base_url',
    /`base_url` is not a key/,
    /Did you mean `baseUrl`\?/,
  ],
  [
    'a key that is like none',
    'traces:\n  ¦zzzzzz: 1',
    'traces.zzzzzz',
    /not a key/,
    /Use one of `retentionDays`, `otlp` or `spans`/,
  ],
  ['a missing key', 'providers:\n  ¦a: { }', 'providers.a', /`kind` is missing/, /Add `kind: …`/],
  [
    'a misspelled key, once',
    'engines:\n  a: { ¦modle: builtin:support }',
    'engines.a.modle',
    /not a key/,
    /Did you mean `model`\?/,
  ],
  ['an empty item', 'services:\n  ¦s:', 'services.s', /This is empty/, /Give it a value/],
  ['no releases', 'services:\n  s:\n    releases: ¦{}', 'services.s.releases', /No release/, /Add one/],
  [
    'operations of an API that is known',
    'providers: { a: { kind: anthropic, ¦operations: [chat] } }',
    'providers.a.operations',
    /speaks its own API/,
    /Remove `operations`/,
  ],
  [
    'an operation that is none',
    'providers: { a: { kind: openai, operations: [chat, ¦respond] } }',
    'providers.a.operations[1]',
    /`respond`/,
    /`responses`/,
  ],
  ['a wrong choice', 'providers: { a: { kind: ¦opnai } }', 'providers.a.kind', /`opnai`/, /`openai`/],
  [
    'text for a number',
    'traces: { retentionDays: ¦"30" }',
    'traces.retentionDays',
    /text, and a number/,
    /Remove the quotes/,
  ],
  ['a unit', 'traces: { retentionDays: ¦30d }', 'traces.retentionDays', /a number/, /without a unit/],
  [
    'a fraction',
    'traces: { retentionDays: ¦1.5 }',
    'traces.retentionDays',
    /whole number/,
    /Round it, e\.g\. 2/,
  ],
  [
    'a number too small',
    'traces: { retentionDays: ¦0 }',
    'traces.retentionDays',
    /too small/,
    /at least 1\./,
  ],
  [
    'a number too large',
    'traces: { retentionDays: ¦9999 }',
    'traces.retentionDays',
    /too large/,
    /at most 3650\./,
  ],
  [
    'a number for text',
    'providers: { a: { kind: openai, apiVersion: ¦2024 } }',
    'providers.a.apiVersion',
    /a number, and text/,
    /in quotes: '2024'/,
  ],
  [
    'text for a list',
    'tenants: { a: { services: ¦x } }',
    'tenants.a.services',
    /text, and a list/,
    /`\[a, b\]`/,
  ],
  ['a bad name', 'tenants: { ¦Big Co: { } }', 'tenants.Big Co', /cannot be a name/, /lower-case letter/],
  [
    'a bad URL',
    'providers: { a: { kind: openai, baseUrl: ¦api.openai.com } }',
    'providers.a.baseUrl',
    /not an http or https URL/,
    /https:\/\//,
  ],
  [
    'a password in a URL',
    'providers: { a: { kind: openai, baseUrl: ¦"https://u:p@x.example" } }',
    'providers.a.baseUrl',
    /a user name or a password/,
    /`headers`/,
  ],
  [
    'a secret in the file',
    'providers: { a: { kind: openai, apiKey: ¦sk-live-1234 } }',
    'providers.a.apiKey',
    /secret is never written/,
    /\{ env: NAME \}/,
  ],
  [
    'a secret header in the file',
    'providers: { a: { kind: openai, headers: { Authorization: ¦Bearer x } } }',
    'providers.a.headers.Authorization',
    /holds a secret/,
    /\{ env: NAME \}/,
  ],
  [
    'an environment variable that is not set',
    'providers: { a: { kind: openai, apiKey: { env: ¦NOT_SET } } }',
    'providers.a.apiKey.env',
    /NOT_SET is not set/,
    /export NOT_SET=/,
  ],
  [
    'an environment variable that is empty',
    'providers: { a: { kind: openai, apiKey: { env: ¦EMPTY } } }',
    'providers.a.apiKey.env',
    /EMPTY is empty/,
    /export EMPTY=/,
  ],
  [
    'a secret file that is not there',
    'providers: { a: { kind: openai, apiKey: { file: ¦/nowhere/key } } }',
    'providers.a.apiKey.file',
    /There is no file \/nowhere\/key/,
    /Create it/,
  ],
  [
    'a kind without a usual address',
    'providers:\n  ¦a: { kind: openai-compatible }',
    'providers.a',
    /no usual address/,
    /Add `baseUrl:/,
  ],
  [
    'an unknown built-in model',
    'engines: { a: { model: ¦builtin:suport } }',
    'engines.a.model',
    /no built-in model named `suport`/,
    /`builtin:support`/,
  ],
  [
    'an unknown engine',
    'engines: { support: { model: a.gguf } }\nservices:\n  s:\n    releases:\n      v1: { target: { engine: ¦suport } }',
    'services.s.releases.v1.target.engine',
    /no engine named `suport`/,
    /Did you mean `support`\?/,
  ],
  [
    'an unknown provider',
    'services: { s: { releases: { v1: { target: { provider: ¦openai, model: m } } } } }',
    'services.s.releases.v1.target.provider',
    /no provider named `openai`/,
    /No provider is declared/,
  ],
  [
    'half a target',
    'providers: { p: { kind: openai } }\nservices: { s: { releases: { v1: { ¦target: { provider: p } } } } }',
    'services.s.releases.v1.target',
    /`model` is missing/,
    /Add `model: …`/,
  ],
  [
    'two targets in one',
    'services: { s: { releases: { v1: { target: { engine: e, ¦model: m } } } } }',
    'services.s.releases.v1.target.model',
    /`model` does not go together with `engine`/,
    /`\{ provider, model \}` or `\{ engine \}`/,
  ],
  [
    'a target in words',
    'services: { s: { releases: { v1: { target: ¦openai/gpt } } } }',
    'services.s.releases.v1.target',
    /This is text, which is not one of the forms/,
    /`\{ provider, model \}` or `\{ engine \}`/,
  ],
  [
    'an empty target',
    'services: { s: { releases: { v1: { ¦target: {} } } } }',
    'services.s.releases.v1.target',
    /None of the forms/,
    /`\{ engine \}`/,
  ],
  [
    'an unknown serving release',
    'engines: { e: { model: m } }\nservices: { s: { release: ¦v3, releases: { v2: { target: { engine: e } } } } }',
    'services.s.release',
    /no release named `v3`/,
    /Did you mean `v2`\?/,
  ],
  [
    'no serving release among several',
    'engines: { e: { model: m } }\nservices: { ¦s: { releases: { v1: { target: { engine: e } }, v2: { target: { engine: e } } } } }',
    'services.s',
    /2 releases/,
    /`release: v2`/,
  ],
  [
    'a parameter that is the client’s',
    'engines: { e: { model: m } }\nservices: { s: { releases: { v1: { target: { engine: e }, parameters: { ¦stream: true } } } } }',
    'services.s.releases.v1.parameters.stream',
    /`stream` always comes from the client/,
    /Remove it/,
  ],
  [
    'a tenant with an unknown service',
    'tenants:\n  acme:\n    services:\n      - ¦support',
    'tenants.acme.services[0]',
    /no service named `support`/,
    /No service is declared/,
  ],
  [
    'a price for nothing',
    'prices:\n  - ¦{ from: 2026-01-01, usdPerMillionTokens: { input: 1, output: 2 } }',
    'prices[0]',
    /Nothing says what/,
    /Add `provider/,
  ],
  [
    'a price for an unknown provider',
    'prices:\n  - provider: ¦openai\n    from: 2026-01-01\n    usdPerMillionTokens: { input: 1, output: 2 }',
    'prices[0].provider',
    /no provider named/,
    /declare it/,
  ],
  [
    'two prices for the same day',
    'engines: { e: { model: m } }\nprices:\n  - { engine: e, from: 2026-01-01, usdPerMillionTokens: { input: 1, output: 2 } }\n  - { engine: e, from: ¦2026-01-01, usdPerMillionTokens: { input: 3, output: 2 } }',
    'prices[1].from',
    /`prices\[0\]` already holds/,
    /later day/,
  ],
  [
    'a price with too many decimals',
    'engines: { e: { model: m } }\nprices: [{ engine: e, from: 2026-01-01, usdPerMillionTokens: { input: ¦0.0000001, output: 2 } }]',
    'prices[0].usdPerMillionTokens.input',
    /at most 6 decimals/,
    /smallest step is 0\.000001/,
  ],
  [
    'a day that is none',
    'engines: { e: { model: m } }\nprices: [{ engine: e, from: ¦2026-02-30, usdPerMillionTokens: { input: 1, output: 2 } }]',
    'prices[0].from',
    /`2026-02-30` is not a day/,
    /YYYY-MM-DD/,
  ],
  [
    'a key twice',
    'engines:\n  a: { model: m }\n  ¦a: { model: n }',
    '',
    /`a` is already declared/,
    /Remove one/,
  ],
  ['a tab', 'engines:\n¦\ta: 1', '', /Not valid YAML/, /spaces/],
  ['a quote that is not closed', 'engines:\n  a: { model: "m }¦', '', /Not valid YAML/, /Close the quote/],
  ['an empty file', '¦# nothing\n', '', /declares nothing/, /`services: \{\}`/],
]

describe('parseConfig: what is wrong', () => {
  it.each(wrong)('points at %s and says the mend', (_, marked, path, message, mend) => {
    const before = marked.slice(0, marked.indexOf('¦')).split('\n')
    const { problems } = refuse(marked.replace('¦', ''), { EMPTY: ' ' })
    expect(problems).toHaveLength(1)
    const [problem] = problems
    expect(problem?.path).toBe(path)
    expect(problem?.message).toMatch(message)
    expect(problem?.mend).toMatch(mend)
    expect([problem?.line, problem?.column]).toEqual(
      marked.startsWith('¦#') ? [1, 1] : [before.length, before.at(-1)!.length + 1],
    )
    expect(problem?.file).toBe('slipway.yaml')
  })

  it('reports everything at once, in the order of the file, also what lies behind a broken part', () => {
    const { problems } = refuse(`
providers:
  openai: { kind: opnai, apiKey: { env: NOT_SET } }
  other: { kind: openai, apiKey: { env: NOT_SET } }
services:
  a: { releases: { v1: { target: { provider: openai, model: m }, parameters: { n: 1 } } }, timeoutMs: soon }
  b: { releases: { v1: { target: { provider: opnai, model: m } } } }
tenants:
  t: { services: [a, c] }
`)
    expect(problems.map(problem => `${problem.line} ${problem.path}`)).toEqual([
      '3 providers.openai.kind',
      '4 providers.other.apiKey.env',
      '6 services.a.timeoutMs',
      '7 services.b.releases.v1.target.provider',
      '9 tenants.t.services[1]',
    ])
  })

  it('never repeats a secret that was written into the file', () => {
    const { problems } = refuse(
      'providers: { a: { kind: openai, apiKey: sk-live-1234 }, b: { kind: openai, headers: { x-api-key: sk-live-1234 } } }',
    )
    expect(problems).toHaveLength(2)
    expect(JSON.stringify(problems)).not.toContain('sk-live')
  })

  it('follows aliases to where the value stands, and refuses those that explode', () => {
    const { problems } = refuse('engines:\n  a: &a { model: builtin:nope }\n  b: *a\n')
    expect(problems.map(problem => problem.line)).toEqual([2, 2])
    const bomb = Array.from(
      { length: 9 },
      (_, level) =>
        `${'abcdefghij'[level + 1]}: &${'abcdefghij'[level + 1]} [${`*${'abcdefghij'[level]},`.repeat(9)}]`,
    )
    expect(refuse(`a: &a [1]\n${bomb.join('\n')}`).problems[0]?.message).toMatch(/aliases/)
  })

  it('holds out against any text', () => {
    const random = seeded(7)
    const alphabet = [
      'a',
      'b',
      ':',
      '{',
      '}',
      '[',
      ']',
      '-',
      ',',
      '&',
      '*',
      '!',
      '|',
      '>',
      "'",
      '"',
      '#',
      '\n',
      ' ',
      '\t',
      '0',
      'engines',
      'services',
      ': ',
      '\n  ',
    ]
    for (let round = 0; round < 300; round += 1) {
      const text = Array.from({ length: 30 }, () => alphabet[Math.floor(random() * alphabet.length)]).join('')
      const parsed = parseConfig(text, 'slipway.yaml', {})
      if (!('problems' in parsed)) continue
      const lines = text.split('\n')
      for (const problem of parsed.problems) {
        expect(problem.line).toBeGreaterThan(0)
        expect(problem.line).toBeLessThanOrEqual(lines.length)
        expect(problem.message).not.toBe('')
        expect(problem.mend).not.toBe('')
      }
    }
  })
})

describe('the files in the repository', () => {
  it.each(['slipway.yaml', 'examples/hosted-models.yaml', 'examples/own-servers.yaml'])(
    '%s has no problem',
    async name => {
      const file = resolve(import.meta.dir, '../../..', name)
      const parsed = parseConfig(await Bun.file(file).text(), file, {}, { isWithoutSecrets: true })
      expect('problems' in parsed ? parsed.problems : []).toEqual([])
    },
  )
})

function accept(text: string, file = 'slipway.yaml', environment = {}): ConfigSnapshot {
  const parsed = parseConfig(text, file, environment)
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems, null, 2))
  return parsed.snapshot
}

function refuse(text: string, environment = {}) {
  const parsed = parseConfig(text, 'slipway.yaml', environment)
  if ('snapshot' in parsed) throw new Error('it was accepted')
  return parsed
}

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'slipway-config-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** mulberry32 */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
