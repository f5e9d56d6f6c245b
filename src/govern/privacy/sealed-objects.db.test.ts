import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createTestDatabase, type TestDatabase } from '../../../test/database.ts'
import { createLogger, type ObjectStore, openObjectStore } from '../../foundation/platform/index.ts'
import { createAudit } from '../audit/index.ts'
import { createKeyRing, type KeyRing } from './key-ring.ts'
import { localMasterKey } from './master-key.ts'
import { sealObjects, type SealedObjects } from './sealed-objects.ts'

let test: TestDatabase
let keys: KeyRing
let directory: string
let plain: ObjectStore
let sealed: SealedObjects

beforeAll(async () => {
  test = await createTestDatabase()
  const { database } = test
  keys = await createKeyRing({
    database,
    audit: createAudit({ database }),
    logger: createLogger({ level: 'silent' }),
    masters: [localMasterKey(Buffer.alloc(32, 1))],
  })
  directory = await mkdtemp(path.join(tmpdir(), 'slipway-test-'))
  plain = openObjectStore({ kind: 'folder', directory })
  sealed = sealObjects(plain, keys)
})

afterAll(async () => {
  await keys.stop()
  await test[Symbol.asyncDispose]()
  await rm(directory, { recursive: true })
})

async function read(tenant: string, key: string): Promise<string | undefined> {
  const found = await sealed.get(tenant, key)
  return found && (await new Response(found.body).text())
}

/** In pieces of odd sizes. */
function streamOf(text: string): ReadableStream<Uint8Array> {
  const bytes = Buffer.from(text)
  let at = 0
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= bytes.length) return controller.close()
      const end = at + 1 + ((at * 7) % 9_973)
      controller.enqueue(bytes.subarray(at, end))
      at = end
    },
  })
}

async function fileOf(key: string): Promise<string> {
  const files = await readdir(directory, { recursive: true, withFileTypes: true })
  const file = files.find(entry => entry.isFile() && entry.name === key)
  return path.join(file!.parentPath, key)
}

describe('sealObjects', () => {
  it.each([0, 1, 65_535, 65_536, 65_537, 131_072, 300_001])(
    'gives %d bytes back as they were',
    async size => {
      const text = 'a marked line\n'.repeat(Math.ceil(size / 14)).slice(0, size)
      expect(await sealed.put('a', `text-${size}`, text)).toEqual({ key: `text-${size}`, sizeBytes: size })
      expect(await sealed.put('a', `stream-${size}`, streamOf(text))).toMatchObject({ sizeBytes: size })
      for (const kind of ['text', 'stream']) expect(await read('a', `${kind}-${size}`)).toBe(text)
      expect((await readFile(await fileOf(`text-${size}`))).includes('marked')).toBe(false)
    },
  )

  it('opens for no other tenant, in no other place, not cut off, and not after its key was shredded', async () => {
    const text = 'a marked line\n'.repeat(20_000)
    await sealed.put('b', 'one', text)
    const bytes = await readFile(await fileOf('one'))
    expect(await read('a', 'one')).toBeUndefined()
    await plain.put('other', bytes)
    expect(await read('b', 'other').catch(String)).toContain('damaged')
    await writeFile(await fileOf('one'), bytes.subarray(0, 65_536 + 85))
    expect(await read('b', 'one').catch(String)).toContain('damaged')
    await writeFile(await fileOf('one'), bytes)
    expect(await read('b', 'one')).toBe(text)
    const [key] = await keys.list({ tenant: 'b' })
    await keys.shred(key!.id, { actor: { id: 'k', name: 'k' } })
    expect(await read('b', 'one')).toBeUndefined()
  })

  it('reads what was put before anything was sealed', async () => {
    for (const text of ['', '{"custom_id":"1"}\n', 'x'.repeat(200_000)]) {
      await plain.put('old', text)
      expect(await read('a', 'old')).toBe(text)
    }
    expect(await read('a', 'none')).toBeUndefined()
  })
})
