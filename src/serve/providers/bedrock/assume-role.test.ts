import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Failure } from '../../../foundation/platform/index.ts'
import { UpstreamFailures } from '../upstream-failures.ts'
import { assumeRole } from './assume-role.ts'

const label = 'provider "bedrock"'
let folder: string
let server: Server
let endpoint: string
let asked: string[] = []
/** How long the sessions last that the service gives; it refuses where this is `undefined`. */
let lifetimeMs: number | undefined = 3_600_000

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'slipway-role-'))
  server = createServer((request, response) => {
    let form = ''
    request.on('data', (chunk: Buffer) => (form += chunk.toString()))
    request.on('end', () => {
      asked.push(new URLSearchParams(form).get('WebIdentityToken') ?? '')
      if (lifetimeMs === undefined) return response.writeHead(403).end('<Code>AccessDenied</Code>')
      const expiration = new Date(Date.now() + lifetimeMs).toISOString()
      response.end(
        `<AccessKeyId>AK${asked.length}</AccessKeyId><SecretAccessKey>secret-${asked.length}</SecretAccessKey>` +
          `<SessionToken>session-${asked.length}</SessionToken><Expiration>${expiration}</Expiration>`,
      )
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  await new Promise(resolve => server.close(resolve))
  await rm(folder, { recursive: true, force: true })
})

async function roleWith(token: string, lifetime: number | undefined) {
  asked = []
  lifetimeMs = lifetime
  const tokenFile = path.join(folder, 'token')
  await writeFile(tokenFile, `${token}\n`)
  const failures = new UpstreamFailures({ label, isEngine: false, secrets: [] })
  const roleArn = 'arn:aws:iam::123456789012:role/x'
  return { assume: assumeRole({ roleArn, tokenFile, endpoint }, { label, failures }), tokenFile, failures }
}

const minute = 60_000

describe('assumeRole', () => {
  it('asks once for all calls, and again only near the end of the session', async () => {
    const { assume } = await roleWith('t1', 60 * minute)
    const first = await Promise.all(Array.from({ length: 20 }, () => assume()))
    expect(new Set(first.map(session => session.accessKeyId))).toEqual(new Set(['AK1']))
    await assume()
    expect(asked).toEqual(['t1'])
  })

  it('goes on with a session that ends soon while it renews it, with the token of now', async () => {
    const { assume, tokenFile } = await roleWith('t1', 5 * minute)
    await assume()
    await writeFile(tokenFile, 't2')
    lifetimeMs = 60 * minute
    expect((await assume()).accessKeyId).toBe('AK1')
    for (let waited = 0; (await assume()).accessKeyId === 'AK1' && waited < 5_000; waited += 1)
      await Bun.sleep(5)
    expect((await assume()).accessKeyId).toBe('AK2')
    expect(asked).toEqual(['t1', 't2'])
  })

  it('goes on with it where the renewal fails, but not past its end', async () => {
    const { assume } = await roleWith('t1', 5 * minute)
    await assume()
    lifetimeMs = undefined
    expect((await assume()).accessKeyId).toBe('AK1')
    const over = await roleWith('t1', 0)
    await over.assume()
    lifetimeMs = undefined
    expect(over.assume()).rejects.toMatchObject({ code: 'upstream_unauthorized' })
  })

  it('tells no secret of the session in what the provider says', async () => {
    const { assume, failures } = await roleWith('t1', 60 * minute)
    await assume()
    const said = {
      message: 'token session-1 is bad',
      code: undefined,
      type: undefined,
      parameter: undefined,
      status: 400,
    }
    expect(failures.fromError(said).message).not.toContain('session-1')
  })

  it('says which role, which address and which file are at fault', async () => {
    const refused = await roleWith('t1', undefined)
    const error = await refused.assume().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(Failure)
    expect((error as Failure).message).toContain('role/x')
    expect((error as Failure).message).toContain('AccessDenied')
    await rm(refused.tokenFile)
    expect(refused.assume()).rejects.toThrow('cannot be read from')
  })
})
