import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { findInstallation, findKey } from './installation.ts'

let data: string
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'slipway-cli-'))
  await writeFile(join(data, 'admin.key'), 'sk-slip-from-file\n')
})
afterAll(() => rm(data, { recursive: true, force: true }))

describe('findInstallation', () => {
  it.each([
    [{}, undefined, 'http://127.0.0.1:4000'],
    [{ SLIPWAY_PORT: '5000' }, undefined, 'http://127.0.0.1:5000'],
    [{ SLIPWAY_PORT: '5000', SLIPWAY_HOST: '::' }, undefined, 'http://[::1]:5000'],
    [{ SLIPWAY_HOST: '10.0.0.7' }, undefined, 'http://10.0.0.7:4000'],
    [{ SLIPWAY_URL: 'https://slipway.example/' }, undefined, 'https://slipway.example'],
    [{ SLIPWAY_URL: 'https://slipway.example/' }, 'http://127.0.0.1:1', 'http://127.0.0.1:1'],
  ])('with %p and --url %p asks the right server', (environment, url, expected) => {
    expect(findInstallation(environment, url).url).toBe(expected)
  })
})

describe('findKey', () => {
  const find = (environment: Record<string, string>, url?: string) => {
    const all = { SLIPWAY_DATA: data, ...environment }
    return findKey(all, findInstallation(all, url))
  }

  it('takes SLIPWAY_KEY before SLIPWAY_ADMIN_KEY before the key in the data folder', async () => {
    expect(await find({ SLIPWAY_KEY: 'a', SLIPWAY_ADMIN_KEY: 'b' })).toBe('a')
    expect(await find({ SLIPWAY_KEY: ' ', SLIPWAY_ADMIN_KEY: 'b' })).toBe('b')
    expect(await find({})).toBe('sk-slip-from-file')
  })

  it('never sends the key in the data folder to another machine', async () => {
    expect(await find({}, 'https://elsewhere.example')).toBeUndefined()
    expect(await find({ SLIPWAY_URL: 'http://127.0.0.1.evil.example:4000' })).toBeUndefined()
    expect(await find({}, 'http://localhost:9999')).toBe('sk-slip-from-file')
  })
})
