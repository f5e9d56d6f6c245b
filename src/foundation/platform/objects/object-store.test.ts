import { describe, expect, it } from 'bun:test'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { s3Credentials, startS3Server } from '../../../../test/s3-server.ts'
import { openObjectStore } from './object-store.ts'
import type { ObjectStore } from './object-store.ts'

interface OpenStore extends AsyncDisposable {
  readonly store: ObjectStore
}

async function openFolder(): Promise<OpenStore & { directory: string }> {
  const directory = await mkdtemp(path.join(tmpdir(), 'slipway-objects-'))
  return {
    directory,
    store: openObjectStore({ kind: 'folder', directory }),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true }),
  }
}

const place = { bucket: 'models', region: 'eu-central-1' }

async function openS3(): Promise<OpenStore> {
  const server = startS3Server({ ...place, pageSize: 2 })
  return {
    store: openObjectStore({
      kind: 's3',
      ...place,
      ...s3Credentials,
      endpoint: server.endpoint,
      prefix: 'here/',
    }),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

async function keysOf(store: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of store.list(prefix)) keys.push(key)
  return keys
}

function streamOf(...chunks: Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull(controller) {
      const chunk = chunks.shift()
      if (chunk) controller.enqueue(chunk)
      else controller.close()
    },
  })
}

for (const [name, open] of [
  ['a folder', openFolder],
  ['S3', openS3],
] as const) {
  describe(`openObjectStore, on ${name}`, () => {
    it('gives back what was put, and the newer one after a second put', async () => {
      await using opened = await open()
      const { store } = opened
      expect(await store.put('cards/a.json', '{"a":1}')).toEqual({ key: 'cards/a.json', sizeBytes: 7 })
      await store.put('cards/a.json', new Uint8Array([1, 2, 3]))
      const found = await store.get('cards/a.json')
      expect(found?.sizeBytes).toBe(3)
      expect(await new Response(found!.body).bytes()).toEqual(new Uint8Array([1, 2, 3]))
    })

    it('answers undefined for what is not there, and deletes twice', async () => {
      await using opened = await open()
      const { store } = opened
      await store.put('gone', 'x')
      await store.delete('gone')
      await store.delete('gone')
      expect(await store.get('gone')).toBeUndefined()
      expect(await store.head('gone')).toBeUndefined()
      expect(await store.get('never/there')).toBeUndefined()
    })

    it('lists every key below a prefix in byte order, over pages', async () => {
      await using opened = await open()
      const { store } = opened
      const keys = ['v/1/b', 'v/1-x', 'v/1.json', 'v/1/a', 'v/2', 'w']
      for (const key of keys) await store.put(key, key)
      expect(await keysOf(store, 'v/')).toEqual(['v/1-x', 'v/1.json', 'v/1/a', 'v/1/b', 'v/2'])
      expect(await keysOf(store, 'v/1/')).toEqual(['v/1/a', 'v/1/b'])
      expect(await keysOf(store, 'v/1')).toEqual(['v/1-x', 'v/1.json', 'v/1/a', 'v/1/b'])
      expect(await keysOf(store, 'nothing')).toEqual([])
    })

    it('stores a stream of 40 MB whose length nobody knows', async () => {
      await using opened = await open()
      const { store } = opened
      const chunk = new Uint8Array(4_000_000).map((_, index) => index % 251)
      await store.put('weights.gguf', streamOf(...Array.from({ length: 10 }, () => chunk)))
      expect(await store.head('weights.gguf')).toEqual({ key: 'weights.gguf', sizeBytes: 40_000_000 })
      const found = await new Response((await store.get('weights.gguf'))!.body).bytes()
      expect(Bun.hash(found)).toBe(Bun.hash(Buffer.concat(Array.from({ length: 10 }, () => chunk))))
    })

    it('leaves no object where the stream breaks off', async () => {
      await using opened = await open()
      const { store } = opened
      let pulls = 0
      const broken = new ReadableStream<Uint8Array>({
        pull(controller) {
          pulls += 1
          if (pulls < 4) controller.enqueue(new Uint8Array(9_000_000))
          else controller.error(new Error('cut'))
        },
      })
      expect(store.put('half', broken)).rejects.toThrow('cut')
      expect(await keysOf(store, '')).toEqual([])
    })

    it('keeps the characters that a URL would change', async () => {
      await using opened = await open()
      const { store } = opened
      await store.put('a+b=c@d~e/f.g', 'plus')
      expect(await new Response((await store.get('a+b=c@d~e/f.g'))!.body).text()).toBe('plus')
      expect(await keysOf(store, 'a+b')).toEqual(['a+b=c@d~e/f.g'])
    })

    it.each([
      '../out',
      'a/../../out',
      '/etc/passwd',
      'a//b',
      'a/',
      '',
      '.hidden',
      'a/.b',
      'a\\b',
      'a\0b',
      'ä',
    ])('refuses the key %j', async key => {
      await using opened = await open()
      const { store } = opened
      expect(store.put(key, 'x')).rejects.toMatchObject({ code: 'invalid_request' })
      expect(store.get(key)).rejects.toMatchObject({ code: 'invalid_request' })
    })
  })
}

describe('openObjectStore, on a folder', () => {
  it('leaves nothing beside the objects, and says what is in the way', async () => {
    await using opened = await openFolder()
    await opened.store.put('a/b', 'x')
    expect(opened.store.put('a', 'x')).rejects.toMatchObject({ code: 'conflict' })
    expect(opened.store.put('a/b/c', 'x')).rejects.toMatchObject({ code: 'conflict' })
    expect(await readdir(path.join(opened.directory, '.partial'))).toEqual([])
  })
})

describe('openObjectStore, on S3', () => {
  it('says what to check where the key is wrong, the bucket missing or the endpoint down', async () => {
    await using server = startS3Server(place)
    const config = { kind: 's3', ...place, ...s3Credentials, endpoint: server.endpoint, prefix: '' } as const
    const wrongKey = openObjectStore({ ...config, secretAccessKey: 'wrong' })
    expect(wrongKey.put('a', 'x')).rejects.toThrow(
      /403 SignatureDoesNotMatch: "no" & why\. Check AWS_ACCESS_KEY_ID/,
    )
    expect(openObjectStore({ ...config, bucket: 'none' }).put('a', 'x')).rejects.toThrow(/Create the bucket/)
    const down = openObjectStore({ ...config, endpoint: 'http://127.0.0.1:1' })
    expect(down.get('a')).rejects.toMatchObject({ code: 'storage_unavailable' })
  })
})
