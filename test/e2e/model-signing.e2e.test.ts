import { afterAll, describe, expect, it } from 'bun:test'
import { spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createTestPackaging } from '../packaging.ts'
import { preparePython } from '../sdk-python/environment.ts'

const prepared = preparePython('model-signing-requirements.txt')
const folder = await mkdtemp(path.join(tmpdir(), 'slipway-oms-'))

afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

function theirs(what: 'sign' | 'verify', model: string, signature: string, key: string) {
  if (!('python' in prepared)) throw new Error(prepared.missing)
  const script = path.join(import.meta.dirname, '../sdk-python/model_signing_client.py')
  const { stdout, stderr } = spawnSync(prepared.python, [script, what, model, signature, key], {
    encoding: 'utf8',
  })
  const last = stdout.trim().split('\n').at(-1) ?? ''
  if (!last.startsWith('{')) throw new Error(stderr)
  return JSON.parse(last) as { ok: boolean; error?: string }
}

const reason = 'missing' in prepared ? ` (skipped: ${prepared.missing})` : ''

describe.skipIf('missing' in prepared)(`OpenSSF's model-signing 1.1.1${reason}`, () => {
  it('verifies what we sign, and we verify what it signs', async () => {
    await using test = await createTestPackaging()
    const { packaging } = test
    const { registry, caller } = test.house
    const model = path.join(folder, 'model')
    await mkdir(path.join(model, 'tokenizer'), { recursive: true })
    await writeFile(path.join(model, 'config.json'), '{"model_type":"none"}')
    await writeFile(path.join(model, 'weights.bin'), Buffer.alloc(100_000, 7))
    await writeFile(path.join(model, 'tokenizer/ähnlich.txt'), 'x')
    const { version } = await registry.publishFolder({
      caller,
      model: 'm',
      folder: model,
      source: { kind: 'import' },
    })

    await packaging.writeCard(caller, version)
    const ours = await packaging.sign(caller, version)
    const signature = path.join(folder, 'ours.sig')
    await writeFile(signature, await new Response(await registry.readAttachment(version, ours)).text())
    const [key] = await packaging.keys.list('acme')
    const pem = path.join(folder, 'ours.pub')
    await writeFile(pem, key?.publicKey ?? '')
    expect(theirs('verify', model, signature, pem)).toEqual({ ok: true })
    await writeFile(path.join(model, 'weights.bin'), Buffer.alloc(100_000, 8))
    expect(theirs('verify', model, signature, pem).ok).toBe(false)
    await writeFile(path.join(model, 'weights.bin'), Buffer.alloc(100_000, 7))

    const pair = generateKeyPairSync('ec', { namedCurve: 'secp384r1' })
    const privatePem = path.join(folder, 'theirs.pem')
    await writeFile(privatePem, pair.privateKey.export({ format: 'pem', type: 'pkcs8' }))
    const made = path.join(folder, 'theirs.sig')
    expect(theirs('sign', model, made, privatePem)).toEqual({ ok: true })
    await registry.attach({
      caller,
      model: 'm',
      number: 1,
      kind: 'signature',
      name: 'theirs.sig',
      mediaType: 'application/json',
      content: await readFile(made),
    })
    await packaging.keys.revoke(caller, key?.id ?? '', 'Only theirs is to count.')
    expect((await packaging.verify(version)).signature.state).toBe('refused')
    await packaging.keys.trust(
      caller,
      'theirs',
      pair.publicKey.export({ format: 'pem', type: 'spki' }).toString(),
    )
    expect((await packaging.verify(version)).signature).toMatchObject({
      state: 'verified',
      key: { name: 'theirs' },
    })
  }, 120_000)
})
