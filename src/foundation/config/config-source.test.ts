import { afterEach, describe, expect, it } from 'bun:test'
import { mkdir, mkdtemp, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Registry } from 'prom-client'

import { createConfigSource } from './config-source.ts'
import type { ConfigSource, ConfigSourceOptions } from './config-source.ts'
import { defaultConfigText } from './default-config.ts'
import { parseConfig } from './parse-config.ts'

const open: { stop(): unknown }[] = []
afterEach(async () => {
  for (const thing of open.splice(0).toReversed()) await thing.stop()
})

const days = (retentionDays: number) => `services: {}\ntraces: { retentionDays: ${retentionDays} }\n`

describe('createConfigSource', () => {
  it('refuses to start on a bad file, with every problem in words', async () => {
    const { file } = await folderWith('servces: {}\ntraces: { retentionDays: 0 }')
    const failure = await start(file).catch((error: unknown) => error)
    expect(failure).toMatchObject({ name: 'Failure', code: 'invalid_configuration' })
    expect(String(failure)).toContain(`${file}:1:1 servces:`)
    expect(String(failure)).toContain(`${file}:2:26 traces.retentionDays:`)
  })

  it('takes the built-in default only where the file was not asked for by name', async () => {
    const { folder } = await folderWith('')
    const file = join(folder, 'absent.yaml')
    expect(await start(file).catch((error: unknown) => String(error))).toContain('There is no such file')
    const source = await start(file, { isDefaultPlace: true })
    expect(Object.keys(source.current().config.services)).toEqual(['support'])
    await writeFile(file, days(7))
    await eventually(() => source.current().config.traces.retentionDays === 7)
  })

  it('takes an edit in place', async () => {
    const { file } = await folderWith(days(1))
    const source = await start(file)
    const seen: number[] = []
    source.subscribe(snapshot => {
      expect(source.current()).toBe(snapshot)
      seen.push(snapshot.config.traces.retentionDays)
    })
    await writeFile(file, days(2))
    await eventually(() => seen.length === 1)
    expect(seen).toEqual([2])
  })

  it('takes an edit of an editor that writes a new file and renames it', async () => {
    const { folder, file } = await folderWith(days(1))
    const source = await start(file)
    for (const next of [2, 3]) {
      await writeFile(join(folder, '.slipway.swp'), days(next))
      await rename(join(folder, '.slipway.swp'), file)
      await eventually(() => source.current().config.traces.retentionDays === next)
    }
  })

  it('takes the swap of symbolic links by which Kubernetes updates a ConfigMap', async () => {
    const { folder } = await folderWith('')
    for (const version of [1, 2]) {
      await mkdir(join(folder, `..v${version}`))
      await writeFile(join(folder, `..v${version}`, 'mounted.yaml'), days(version))
    }
    await symlink('..v1', join(folder, '..data'))
    await symlink('..data/mounted.yaml', join(folder, 'mounted.yaml'))
    const source = await start(join(folder, 'mounted.yaml'))
    expect(source.current().config.traces.retentionDays).toBe(1)
    await symlink('..v2', join(folder, '..data_tmp'))
    await rename(join(folder, '..data_tmp'), join(folder, '..data'))
    await eventually(() => source.current().config.traces.retentionDays === 2)
  })

  it('keeps the last good one through a bad edit and an absent file, says so, and recovers', async () => {
    const { file } = await folderWith(days(1))
    const metrics = new Registry()
    const source = await start(file, { metrics })
    const before = source.current()
    await writeFile(file, 'services: {}\ntraces: { retentionDays: x }\n')
    await eventually(() => source.problem() !== null)
    expect(source.current()).toBe(before)
    expect(source.problem()).toMatchObject({
      message: `The configuration ${file} has one problem.`,
      problems: [{ line: 2, column: 26, path: 'traces.retentionDays' }],
    })
    expect(await metrics.metrics()).toContain('slipway_config_is_current 0')
    await unlink(file)
    await eventually(() => source.problem()?.problems[0]?.message === 'There is no such file.')
    expect(source.current()).toBe(before)
    await writeFile(file, days(1))
    await eventually(() => source.problem() === null)
    expect(source.current()).toBe(before)
    const text = await metrics.metrics()
    expect(text).toContain('slipway_config_is_current 1')
    expect(text).toContain('slipway_config_loads_total{result="applied"} 1')
    expect(text).toContain(`slipway_config_info{hash="${before.hash}"} 1`)
  })

  it('calls nobody for an edit that means the same', async () => {
    const { file } = await folderWith(days(1))
    const source = await start(file)
    let calls = 0
    source.subscribe(() => (calls += 1))
    await writeFile(file, `# a comment\n${days(1)}`)
    await source.reload()
    expect(calls).toBe(0)
    await writeFile(file, days(2))
    await source.reload()
    expect(calls).toBe(1)
  })

  it('takes a secret that was rotated in its file, under the same hash', async () => {
    const { folder, file } = await folderWith('providers: { p: { kind: openai, apiKey: { file: key } } }', {
      key: 'old',
    })
    const source = await start(file)
    const before = source.current()
    expect(before.secret('providers.p.apiKey')).toBe('old')
    await writeFile(join(folder, 'key'), 'new')
    await eventually(() => source.current().secret('providers.p.apiKey') === 'new')
    expect(source.current().hash).toBe(before.hash)
    expect(before.secret('providers.p.apiKey')).toBe('old')
  })

  it('notices changes by polling where the system announces none', async () => {
    const { file, folder } = await folderWith(
      'providers: { p: { kind: openai, apiKey: { file: deep/key } } }',
      {},
      ['deep'],
    )
    await writeFile(join(folder, 'deep', 'key'), 'old')
    const source = await start(file, { pollMs: 20 })
    // The folder that is watched is another one.
    await writeFile(join(folder, 'deep', 'key'), 'new')
    await eventually(() => source.current().secret('providers.p.apiKey') === 'new')
  })

  it('goes on when a listener throws, and calls none that has left', async () => {
    const { file } = await folderWith(days(1))
    const source = await start(file)
    const seen: string[] = []
    source.subscribe(() => {
      throw new Error('a bug in one listener')
    })
    const leave = source.subscribe(() => seen.push('left'))
    source.subscribe(() => seen.push('stayed'))
    leave()
    await writeFile(file, days(2))
    await source.reload()
    expect(seen).toEqual(['stayed'])
  })

  it('is silent after stop', async () => {
    const { file } = await folderWith(days(1))
    const source = await start(file, { pollMs: 10 })
    source.stop()
    await writeFile(file, days(2))
    await Bun.sleep(150)
    expect(source.current().config.traces.retentionDays).toBe(1)
  })
})

describe('the built-in default', () => {
  it('means the same as the slipway.yaml of the repository', async () => {
    const text = await Bun.file(new URL('../../../slipway.yaml', import.meta.url)).text()
    const [shipped, builtIn] = [text, defaultConfigText].map(each => parseConfig(each, 'slipway.yaml', {}))
    expect('snapshot' in shipped! && shipped.snapshot.hash).toBe(
      'snapshot' in builtIn! && builtIn.snapshot.hash,
    )
  })
})

async function start(file: string, options: Partial<ConfigSourceOptions> = {}): Promise<ConfigSource> {
  const logger = { info() {}, warn() {} }
  const source = await createConfigSource({
    file,
    environment: {},
    logger,
    quietMs: 10,
    pollMs: 60_000,
    ...options,
  })
  open.push(source)
  return source
}

async function folderWith(text: string, files: Record<string, string> = {}, folders: string[] = []) {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-config-'))
  open.push({ stop: () => rm(folder, { recursive: true, force: true }) })
  const file = join(folder, 'slipway.yaml')
  await writeFile(file, text)
  for (const name of folders) await mkdir(join(folder, name))
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
  return { folder, file }
}

async function eventually(isTrue: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 3_000; attempt += 1) {
    if (isTrue()) return
    await Bun.sleep(10)
  }
  throw new Error('It did not come true within half a minute.')
}
