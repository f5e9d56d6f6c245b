import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import path from 'node:path'
import { noRegistry, type OciRegistry, startOciRegistry } from '../../../../test/oci-registry.ts'
import { createTestPackaging, type TestPackaging } from '../../../../test/packaging.ts'
import { until } from '../../../../test/until.ts'
import type { ModelVersion } from '../../registry/index.ts'
import type { Transfer } from './transfer.ts'

/** More than two chunks. */
const large = randomBytes(20 * 1024 * 1024)

let test: TestPackaging
let hub: OciRegistry

async function publish(model: string, weights: Uint8Array = randomBytes(1000)): Promise<ModelVersion> {
  const { registry, folder, caller } = test.house
  const place = path.join(folder, `files-${model}`)
  await mkdir(path.join(place, 'tokenizer'), { recursive: true })
  await writeFile(path.join(place, 'weights.bin'), weights)
  await writeFile(path.join(place, 'tokenizer/empty.json'), '')
  const { version } = await registry.publishFolder({
    caller,
    model,
    folder: place,
    source: { kind: 'import' },
  })
  return version
}

const whyNot = async (work: Promise<unknown>): Promise<string> =>
  await work.then(
    () => 'nothing failed',
    (error: unknown) => (error as Error).message,
  )

const declare = (name: string, url: string, more: object = {}): void =>
  void test.registries.set(name, {
    name,
    url,
    prefix: 'ml',
    credentials: undefined,
    allowsPlainHttp: true,
    ...more,
  })

async function endOf({ packaging }: TestPackaging, id: string): Promise<Transfer> {
  let found: Transfer | undefined
  await until(async () => {
    found = await packaging.findTransfer(id)
    return found?.endedAt !== undefined
  })
  if (!found) throw new Error('It is gone.')
  return found
}

/** Begins a pull, works on it, and gives what came of it. */
async function pull(model: string, reference: string, more: object = {}) {
  const { house, packaging } = test
  const begun = await packaging.beginPull(house.caller, model, {
    registry: 'hub',
    repository: 'support',
    reference,
    allowsUnverified: false,
    ...more,
  })
  return await endOf(test, begun.id)
}

describe.skipIf(noRegistry !== undefined)(
  `a real registry${noRegistry === undefined ? '' : ` (skipped: ${noRegistry})`}`,
  () => {
    beforeAll(async () => {
      test = await createTestPackaging()
      hub = await startOciRegistry()
      declare('hub', hub.url)
      test.worker.start()
    }, 60_000)

    afterAll(async () => {
      await test?.worker.stop(1_000)
      await hub?.[Symbol.asyncDispose]()
      await test?.[Symbol.asyncDispose]()
    })

    it('gets a version with all that is attached, and gives the same version back', async () => {
      const { packaging, house } = test
      const version = await publish('support', large)
      await packaging.writeCard(house.caller, version)
      await packaging.writeBom(house.caller, version)
      await packaging.sign(house.caller, version)
      const pushed = await packaging.push(house.caller, version, { registry: 'hub' })
      expect(pushed.reference).toBe('hub/ml/support:1')
      // the same again sends nothing and is the same
      expect(
        (await packaging.push(house.caller, version, { registry: 'hub', reference: 'latest' })).digest,
      ).toBe(pushed.digest)
      const manifest = await fetch(`${hub.url}/v2/ml/support/manifests/1`, {
        headers: { accept: 'application/vnd.oci.image.manifest.v1+json' },
      })
      expect(manifest.headers.get('docker-content-digest')).toBe(pushed.digest)
      expect(await manifest.json()).toMatchObject({
        artifactType: 'application/vnd.cncf.model.manifest.v1+json',
        config: { mediaType: 'application/vnd.cncf.model.config.v1+json' },
        layers: [
          {
            mediaType: 'application/vnd.cncf.model.weight.config.v1.raw',
            size: 0,
            annotations: { 'org.cncf.model.filepath': 'tokenizer/empty.json' },
          },
          {
            mediaType: 'application/vnd.cncf.model.weight.v1.raw',
            annotations: { 'org.cncf.model.filepath': 'weights.bin' },
          },
        ],
      })
      const pulled = await pull('back', pushed.digest)
      expect(pulled).toMatchObject({
        state: 'done',
        error: undefined,
        digest: pushed.digest,
        version: 1,
        totalBytes: large.length,
      })
      const back = await house.registry.resolve('acme', 'back@1')
      expect(back.digest).toBe(version.digest)
      expect(back.source).toMatchObject({ kind: 'oci', digest: pushed.digest })
      expect(await packaging.verify(back)).toMatchObject({
        signature: { state: 'verified' },
        bom: { state: 'verified', isSigned: true },
        card: { state: 'verified', isSigned: true },
      })
      const [event] = await house.test.database.query<{ details: { to: string } }>(
        `SELECT details FROM model_events WHERE kind = 'push' ORDER BY at LIMIT 1`,
      )
      expect(event?.details.to).toBe('hub/ml/support:1')
    }, 60_000)

    it('takes what nobody has signed only where that is allowed, and says so', async () => {
      const { packaging, house } = test
      await packaging.push(house.caller, await publish('plain'), { registry: 'hub', repository: 'plain' })
      const refused = await pull('unsigned', '1', { repository: 'plain' })
      expect(refused.error?.message).toContain('Nobody has signed it.')
      expect((await pull('unsigned', '1', { repository: 'plain', allowsUnverified: true })).state).toBe(
        'done',
      )
      const [event] = await house.test.database.query<{ reason: string }>(
        `SELECT reason FROM model_events WHERE model = 'unsigned' AND kind = 'create-version'`,
      )
      expect(event?.reason).toContain('It was allowed although no signature counts: Nobody has signed it.')
    }, 60_000)

    it('finds what was changed at the registry, and makes nothing of it', async () => {
      const { packaging, house } = test
      const weights = randomBytes(50_000)
      const version = await publish('changed', weights)
      await packaging.sign(house.caller, version)
      await packaging.push(house.caller, version, { registry: 'hub', repository: 'changed' })
      const file = version.manifest.files.find(one => one.path === 'weights.bin')
      const place = hub.blobFile(file?.sha256 ?? '')
      const bytes = await readFile(place)
      bytes[10] = (bytes[10] ?? 0) ^ 1
      await writeFile(place, bytes)
      // another house, which has not stored these files
      await using other = await createTestPackaging()
      for (const [name, declared] of test.registries) other.registries.set(name, declared)
      const [key] = await packaging.keys.list('acme')
      await other.packaging.keys.trust(other.house.caller, 'acme', key?.publicKey ?? '')
      const begun = await other.packaging.beginPull(other.house.caller, 'changed', {
        registry: 'hub',
        repository: 'changed',
        reference: '1',
        allowsUnverified: false,
      })
      other.worker.start()
      const ended = await endOf(other, begun.id)
      await other.worker.stop(1_000)
      expect(ended.error?.message).toContain('The content has the SHA-256')
      expect(await other.house.registry.find('acme', 'changed')).toBeUndefined()
    }, 60_000)

    it('says what is wrong with a name, a place, or who asks', async () => {
      const { packaging, house } = test
      const version = await publish('names')
      expect(await whyNot(packaging.push(house.caller, version, { registry: 'hib' }))).toContain(
        'Did you mean `hub`?',
      )
      expect(
        await whyNot(packaging.push(house.caller, version, { registry: 'hub', repository: '../x' })),
      ).toContain('no name of a repository')
      expect((await pull('nothing', 'v9')).error?.message).toContain('the registry has no v9 there')
      declare('nobody', 'http://127.0.0.1:9')
      expect(await whyNot(packaging.push(house.caller, version, { registry: 'nobody' }))).toContain(
        'was not made, or was cut',
      )
    }, 60_000)

    it('shows a registry that asks who we are', async () => {
      const { packaging, house } = test
      // ada:secret, bcrypt
      const htpasswd = `ada:${await Bun.password.hash('secret', { algorithm: 'bcrypt', cost: 4 })}\n`
      await using closed = await startOciRegistry({ htpasswd })
      const version = await publish('known')
      declare('closed', closed.url)
      expect(await whyNot(packaging.push(house.caller, version, { registry: 'closed' }))).toContain(
        'Give it credentials in the configuration',
      )
      declare('closed', closed.url, { credentials: { username: 'ada', password: 'wrong' } })
      expect(await whyNot(packaging.push(house.caller, version, { registry: 'closed' }))).toContain(
        'Check what its credentials',
      )
      declare('closed', closed.url, { credentials: { username: 'ada', password: 'secret' } })
      expect((await packaging.push(house.caller, version, { registry: 'closed' })).reference).toBe(
        'closed/ml/known:1',
      )
    }, 60_000)

    it('goes on when the connection is cut while it sends', async () => {
      const { packaging, house } = test
      const cut = await cutOnce(hub.url, 3 * 1024 * 1024)
      try {
        declare('cut', cut.url)
        const version = await publish('cut', randomBytes(12 * 1024 * 1024))
        await packaging.push(house.caller, version, { registry: 'cut' })
        expect(cut.cuts()).toBe(1)
        const { sha256 = '' } = version.manifest.files.find(one => one.path === 'weights.bin') ?? {}
        expect((await fetch(`${hub.url}/v2/ml/cut/blobs/sha256:${sha256}`)).status).toBe(200)
      } finally {
        cut.server.close()
      }
    }, 60_000)
  },
)

/** A way to a server that is cut once, after so many bytes. */
async function cutOnce(
  url: string,
  afterBytes: number,
): Promise<{ url: string; server: Server; cuts: () => number }> {
  let cuts = 0
  let passed = 0
  const server = createServer(client => {
    const upstream = connect(Number(new URL(url).port), '127.0.0.1')
    client.on('data', piece => {
      passed += piece.length
      if (cuts === 0 && passed > afterBytes) {
        cuts += 1
        client.destroy()
        upstream.destroy()
      } else upstream.write(piece)
    })
    upstream.on('data', piece => void client.write(piece))
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on('error', () => other.destroy())
      one.on('close', () => other.destroy())
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('There is no port.')
  return { url: `http://127.0.0.1:${address.port}`, server, cuts: () => cuts }
}
