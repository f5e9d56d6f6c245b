import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { runCli } from './run-cli.fixture.ts'

// Each step is a process of its own, on a machine that may be busy.
setDefaultTimeout(120_000)

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-cli-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('slipway', () => {
  it('lists what it can do', async () => {
    const { code, stdout } = await runCli(['--help'])
    expect(code).toBe(0)
    for (const command of [
      'serve',
      'chat',
      'status',
      'doctor',
      'config',
      'key',
      'tenant',
      'inference',
      'model',
      'engine',
      'completion',
    ])
      expect(stdout).toMatch(new RegExp(`^  ${command}`, 'm'))
    expect(stdout).not.toMatch(/^ {2}complete /m)
  })

  it('shows --json and --url in the help of every command', async () => {
    const { stdout } = await runCli(['key', 'create', '--help'])
    expect(stdout).toContain('--role <role>')
    expect(stdout).toContain('--json')
    expect(stdout).toContain('--url <url>')
  })

  it.each([
    [['kye'], /Unknown command 'kye'/, /Did you mean key\?/],
    [['key', 'lst'], /Unknown command 'lst'/, /Did you mean list\?/],
    [['key', 'list', '--tennant', 'x'], /Unknown option '--tennant'/, /--tenant/],
    [['key', 'create'], /Missing required argument 'name'/, /--help/],
    [['key', 'create', 'a', '--role', 'king'], /'king' is invalid.*Allowed choices are/, /--help/],
    [['inference', 'list', '--limit', '0'], /whole number from 1/, /--help/],
    [['inference', 'list', '--since', 'yesterday'], /`yesterday` is neither/, /15m, 12h, 30d/],
    [['status', '--url', 'nowhere'], /`nowhere` is not the address/, /--url http/],
    [['tenant', 'update', 'acme'], /Nothing says what to change/, /--all-services/],
    [['chat'], /There is no message/, /slipway chat "/],
  ])('says what is wrong with `slipway %p` and exits with 2', async (words, message, mend) => {
    const { code, stdout, stderr } = await runCli(words, { folder })
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(message)
    expect(stderr).toMatch(mend)
    expect(stderr).not.toContain('\u001B')
  })

  it('gives errors as one JSON document on standard error where --json is asked for', async () => {
    const { code, stdout, stderr } = await runCli(['key', 'lst', '--json'])
    expect([code, stdout]).toEqual([2, ''])
    expect(JSON.parse(stderr)).toEqual({
      error: { code: 'usage', message: "Unknown command 'lst'.", mend: 'Did you mean list?' },
    })
  })

  it('says how to start a server where none answers, and exits with 3', async () => {
    const url = `http://127.0.0.1:${await closedPort()}`
    const { code, stderr } = await runCli(['status', '--url', url], { folder })
    expect(code).toBe(3)
    expect(stderr).toContain(`No server answers at ${url}.`)
    expect(stderr).toContain('npm start')
    const json = await runCli(['key', 'list', '--json'], { folder, environment: { SLIPWAY_URL: url } })
    expect(JSON.parse(json.stderr)).toMatchObject({ error: { code: 'unreachable' } })
  })
})

describe('slipway config check', () => {
  it('finds the file of the repository in order', async () => {
    const { code, stdout } = await runCli(['config', 'check'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^✓ slipway\.yaml is in order: 1 services, 1 engines, .* [0-9a-f]{16}\n$/)
  })

  it('shows each problem with its line, a caret and the mend, and exits with 1', async () => {
    const file = join(folder, 'bad.yaml')
    await writeFile(
      file,
      'engines:\n  a: { modle: x.gguf }\nservices:\n  s:\n    release: v2\n    releases: { v1: { target: { engine: a } } }\n',
    )
    const { code, stdout } = await runCli(['config', 'check', file])
    expect(code).toBe(1)
    expect(stdout).toBe(
      [
        `${file}:2:8 engines.a.modle \`modle\` is not a key that is known here.`,
        '  │',
        '2 │   a: { modle: x.gguf }',
        '  │        ^^^^^ Did you mean `model`?',
        '',
        `${file}:5:14 services.s.release There is no release named \`v2\`.`,
        '  │',
        '5 │     release: v2',
        '  │              ^^ Did you mean `v1`?',
        '',
        '2 problems.',
        '',
      ].join('\n'),
    )
  })

  it('colours only where it is asked to', async () => {
    const coloured = await runCli(['config', 'check'], { environment: { FORCE_COLOR: '1' } })
    expect(coloured.stdout).toContain('\u001B[32m✓\u001B[39m')
  })

  it('reads standard input, and answers in JSON', async () => {
    const good = await runCli(['config', 'check', '-', '--json'], { input: 'services: {}\n' })
    expect(JSON.parse(good.stdout)).toEqual({
      ok: true,
      file: 'standard input',
      hash: expect.any(String),
      problems: [],
    })
    const bad = await runCli(['config', 'check', '-', '--json'], { input: 'servces: {}\n' })
    expect(bad.code).toBe(1)
    expect(JSON.parse(bad.stdout)).toMatchObject({
      ok: false,
      problems: [{ line: 1, column: 1, path: 'servces' }],
    })
  })

  it('asks for secrets unless it is told not to', async () => {
    const input = 'providers: { openai: { kind: openai, apiKey: { env: NOT_SET_ANYWHERE } } }'
    expect((await runCli(['config', 'check', '-'], { input })).code).toBe(1)
    expect((await runCli(['config', 'check', '-', '--without-secrets'], { input })).code).toBe(0)
  })

  it('takes the built-in default where there is no file at the default place, and no other', async () => {
    const absent = await runCli(['config', 'check'], { folder })
    expect([
      absent.code,
      absent.stdout.startsWith('✓ There is no slipway.yaml: the built-in default'),
    ]).toEqual([0, true])
    const named = await runCli(['config', 'check', 'nowhere.yaml'], { folder })
    expect(named.code).toBe(1)
    expect(named.stdout).toContain('There is no such file.')
  })
})

describe('slipway completion', () => {
  it.each(['bash', 'zsh', 'fish'])('prints a script for %s', async shell => {
    const { code, stdout } = await runCli(['completion', shell])
    expect(code).toBe(0)
    expect(stdout).toContain('slipway')
  })

  it('completes commands, options and choices as they are in this version', async () => {
    const complete = async (...words: string[]) => (await runCli(['complete', '--', ...words])).stdout
    expect(await complete('')).toMatch(/^chat/m)
    expect(await complete('key', '')).toMatch(/^revoke/m)
    expect(await complete('inference', 'list', '--')).toMatch(/^--min-latency/m)
    expect(await complete('inference', 'list', '--')).toMatch(/^--json/m)
    expect(await complete('key', 'create', 'x', '--role', '')).toMatch(/^auditor/m)
  })
})

describe('slipway doctor', () => {
  it('finds what is wrong, says the mend of each, and exits with 1', async () => {
    const data = join(folder, 'data')
    const config = join(folder, 'doctor.yaml')
    await writeFile(config, 'engines: { own: { model: absent.gguf } }\nservices: {}\n')
    await mkdir(data)
    await writeFile(join(data, 'admin.key'), 'sk-slip-x')
    await chmod(join(data, 'admin.key'), 0o644)
    const taken = createServer().listen(0, '127.0.0.1')
    await new Promise(resolve => taken.once('listening', resolve))
    const port = String((taken.address() as AddressInfo).port)
    try {
      const { code, stdout } = await runCli(['doctor', '--json'], {
        environment: {
          SLIPWAY_PORT: port,
          SLIPWAY_DATA: data,
          SLIPWAY_CONFIG: config,
          DATABASE_URL: `postgresql://nobody@127.0.0.1:${await closedPort()}/none`,
        },
      })
      expect(code).toBe(1)
      const { ok, findings } = JSON.parse(stdout) as { ok: boolean; findings: Finding[] }
      expect(ok).toBe(false)
      const stateOf = (check: string) =>
        findings.filter(finding => finding.check === check).map(({ state }) => state)
      expect(stateOf('bun')).toEqual(['ok'])
      expect(stateOf('environment')).toEqual(['ok'])
      expect(stateOf('port')).toEqual(['problem'])
      expect(stateOf('admin-key')).toEqual(['problem'])
      expect(stateOf('engine')).toEqual(['problem'])
      expect(stateOf('database')).toEqual(['problem'])
      for (const finding of findings) if (finding.state === 'problem') expect(finding.mend).toBeString()
    } finally {
      taken.close()
    }
  })

  it('reports problems of the environment and stops there', async () => {
    const { code, stdout } = await runCli(['doctor'], {
      environment: { SLIPWAY_PORT: 'many', SLIPWAY_DATTA: 'x' },
    })
    expect(code).toBe(1)
    expect(stdout).toContain('SLIPWAY_PORT must be a whole number')
    expect(stdout).toContain('did you mean SLIPWAY_DATA')
  })
})

interface Finding {
  readonly check: string
  readonly state: string
  readonly mend?: string
}

/** A port on which nothing listens, a moment ago at least. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  return port
}
