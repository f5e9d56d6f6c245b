import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import Ajv from 'ajv'
import addFormats from 'ajv-formats'
import { generateKeyPairSync } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { parse } from 'yaml'
import { createTestPackaging, type TestPackaging } from '../../../test/packaging.ts'
import type { ModelVersion } from '../registry/index.ts'
import { signBundle } from './signature/bundle.ts'
import { idOf } from './signature/signing-keys.ts'
import { writeStatement } from './signature/statement.ts'

const weights = await readFile(path.join(import.meta.dirname, '../../../models/support/support.gguf'))
let test: TestPackaging

beforeAll(async () => {
  test = await createTestPackaging()
})

afterAll(async () => {
  await test?.[Symbol.asyncDispose]()
})

const whyNot = async (work: Promise<unknown>): Promise<string> =>
  await work.then(
    () => 'nothing failed',
    (error: unknown) => (error as Error).message,
  )

const runId = '0197a0b0-0000-7000-8000-000000000001'

async function publish(model: string, description = ''): Promise<ModelVersion> {
  const { registry, folder, caller } = test.house
  const place = path.join(folder, `files-${model}`)
  await mkdir(place, { recursive: true })
  await writeFile(path.join(place, 'support.gguf'), weights)
  await writeFile(path.join(place, 'notes.txt'), `Of ${model}.\n`)
  const { version } = await registry.publishFolder({
    caller,
    model,
    folder: place,
    description,
    lineage: {
      datasets: [{ reference: 'tickets@12', split: 'train' }],
      runs: [{ kind: 'training', id: 'ftjob-1' }],
    },
    metrics: { validation_loss: 0.25 },
    source: { kind: 'training', base: 'builtin/support' },
    tags: { language: 'en', task: 'text-generation' },
  })
  return version
}

async function readAttached(version: ModelVersion, kind: string): Promise<string> {
  const { registry } = test.house
  const found = (await registry.listAttachments(version)).find(one => one.kind === kind)
  if (!found) throw new Error(`There is no ${kind}.`)
  return await new Response(await registry.readAttachment(version, found)).text()
}

describe('a card', () => {
  it('says what our tables say, keeps what was written by hand, and says what is not known', async () => {
    const version = await publish('carded', 'Reads tickets.\n\n## Not for\n\nmedical advice')
    test.jobs.set('ftjob-1', {
      id: 'ftjob-1',
      state: 'succeeded',
      base: 'builtin/support',
      trainer: 'builtin',
      method: 'supervised',
      seed: 7,
      hyperparameters: { epochs: 3, batch_size: 8, steps: null },
      data: [{ use: 'training', name: 'tickets@12:train', examples: 400, sha256: 'ab'.repeat(32) }],
      steps: 150,
      tokensSeen: 12_000,
      trainingLoss: 0.21,
      validationLoss: undefined,
      finishedAt: new Date(),
    })
    test.runs.set(runId, {
      id: runId,
      suite: 'support-quality',
      state: 'completed',
      verdict: 'passed',
      dataset: { name: 'tickets', version: 'cd'.repeat(32), number: 12, split: 'test' },
      engines: ['mine'],
      startedAt: new Date(0),
      endedAt: new Date(1),
      scores: [
        {
          release: 'support@v1',
          evaluator: 'exact',
          examples: 80,
          measure: 'pass_rate',
          value: 0.9125,
          low: 0.83,
          high: 0.96,
          confidence: 0.95,
        },
      ],
    })
    const { caller } = test.house
    const first = await test.packaging.writeCard(caller, version, [runId])
    const text = await readAttached(version, 'card')
    const [, head = '', body = ''] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(text) ?? []
    expect(parse(head)).toMatchObject({
      license: 'apache-2.0',
      language: ['en'],
      base_model: 'builtin/support',
      datasets: ['tickets'],
      metrics: ['exact'],
      'model-index': [
        {
          results: [
            {
              dataset: { name: 'tickets', revision: 'cd'.repeat(32), split: 'test' },
              metrics: [{ type: 'exact', value: 0.9125, args: { low: 0.83, high: 0.96, examples: 80 } }],
            },
          ],
        },
      ],
      slipway: { model: 'carded', version: 1, digest: version.digest },
    })
    for (const words of [
      'Reads tickets.\n\n## Not for\n\nmedical advice',
      'tickets@12:train',
      'epochs 3, batch_size 8',
      '| support@v1 | exact | share that passes | 0.9125 | 0.83 to 0.96 (95 %) | 80 |',
      'Whether this very version answered is unknown.',
      '| Validation loss | unknown |',
      version.digest,
    ])
      expect(body).toContain(words)
    // the same evidence, without naming the run again, is the same card
    expect((await test.packaging.writeCard(caller, version)).id).toBe(first.id)
  })
})

describe('a bill of materials', () => {
  it('is CycloneDX 1.6 by its own schema, and the same for the same evidence', async () => {
    const version = await publish('billed')
    await test.packaging.writeCard(test.house.caller, version, [runId])
    const first = await test.packaging.writeBom(test.house.caller, version)
    const bom = JSON.parse(await readAttached(version, 'sbom')) as Record<string, never>
    const folder = path.join(import.meta.dirname, '../../../test/fixtures/cyclonedx')
    const read = async (name: string) =>
      JSON.parse(await readFile(path.join(folder, `${name}.SNAPSHOT.schema.json`), 'utf8')) as object
    const ajv = new Ajv({ strict: false, allErrors: true })
    addFormats(ajv)
    for (const format of ['idn-email', 'iri-reference']) ajv.addFormat(format, true)
    for (const name of ['spdx', 'jsf-0.82'])
      ajv.addSchema(await read(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`)
    const validate = ajv.compile(await read('bom-1.6'))
    expect(validate(bom) ? [] : validate.errors).toEqual([])
    expect(validate({ ...bom, metadata: { component: { type: 'model' } } })).toBe(false)
    expect(bom).toMatchObject({
      metadata: {
        component: {
          type: 'machine-learning-model',
          licenses: [{ license: { id: 'Apache-2.0' } }],
          modelCard: {
            quantitativeAnalysis: {
              performanceMetrics: [{ confidenceInterval: { lowerBound: '0.83' } }, {}],
            },
          },
        },
      },
      components: [{ type: 'data', name: 'tickets' }, { name: 'builtin/support' }],
    })
    expect((await test.packaging.writeBom(test.house.caller, version)).id).toBe(first.id)
  })
})

describe('a signature', () => {
  it('covers files, card and bill of materials, and finds each that was changed', async () => {
    const { packaging } = test
    const { caller, registry } = test.house
    const version = await publish('signed')
    expect(await packaging.verify(version)).toMatchObject({
      signature: { state: 'missing' },
      bom: { state: 'missing' },
      card: { state: 'missing' },
      files: undefined,
    })
    await packaging.writeCard(caller, version)
    await packaging.writeBom(caller, version)
    await packaging.sign(caller, version)
    const good = await packaging.verify(version, { readsFilesFor: 'ada' })
    expect(good).toMatchObject({
      signature: { state: 'verified', by: 'ada', key: { kind: 'own' } },
      bom: { state: 'verified', isSigned: true },
      card: { state: 'verified', isSigned: true },
      files: { problem: undefined, by: 'ada' },
    })
    // another card, which nobody has signed
    await registry.attach({
      caller,
      model: 'signed',
      number: 1,
      kind: 'card',
      name: 'README.md',
      mediaType: 'text/markdown',
      content: `---\nslipway:\n  digest: ${version.digest}\n---\nIt is perfect.\n`,
    })
    const changed = await packaging.verify(version)
    expect(changed.card).toMatchObject({ state: 'refused', isSigned: false })
    expect(changed.card.reason).toContain('is not the one that was signed')
    expect(changed.bom.state).toBe('verified')
  })

  it('counts by keys that are trusted, and no more once they are revoked', async () => {
    const { packaging } = test
    const { caller, registry } = test.house
    const version = await publish('foreign')
    const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
    const content = signBundle(
      writeStatement({ name: 'theirs', files: version.manifest.files, attachments: undefined }),
      { id: idOf(pair.publicKey), privateKey: pair.privateKey.export({ format: 'der', type: 'pkcs8' }) },
    )
    await registry.attach({
      caller,
      model: 'foreign',
      number: 1,
      kind: 'signature',
      name: 'model.sig',
      mediaType: 'x/y',
      content,
    })
    expect((await packaging.verify(version)).signature.reason).toContain('is not known here')
    const pem = pair.publicKey.export({ format: 'pem', type: 'spki' }).toString()
    await packaging.keys.trust(caller, 'theirs', pem)
    expect(await whyNot(packaging.keys.trust(caller, 'again', pem))).toContain('there already, as `theirs`')
    expect((await packaging.verify(version)).signature).toMatchObject({
      state: 'verified',
      key: { name: 'theirs' },
    })
    await packaging.keys.revoke(caller, 'theirs', 'They lost it.')
    const revoked = (await packaging.verify(version)).signature
    expect(revoked.state).toBe('refused')
    expect(revoked.reason).toContain('They lost it.')
    // another tenant knows none of these keys
    expect(await packaging.keys.list('other')).toEqual([])
  })

  it('stays good when the key is changed, and the private key is kept nowhere in the clear', async () => {
    const { packaging } = test
    const { caller } = test.house
    const version = await publish('rotated')
    await packaging.sign(caller, version)
    const before = (await packaging.verify(version)).signature.key
    const next = await packaging.keys.rotate(caller)
    expect((await packaging.verify(version)).signature).toMatchObject({
      state: 'verified',
      key: { id: before?.id },
    })
    await packaging.sign(caller, version)
    expect((await packaging.verify(version)).signature.key?.id).toBe(next.id)
    const rows = await test.house.test.database.query<{ id: string; sealed: Buffer | null }>(
      'SELECT id, sealed FROM signing_keys WHERE tenant = $1 ORDER BY created_at',
      ['acme'],
    )
    expect(rows.filter(({ sealed }) => sealed !== null).map(({ id }) => id)).toEqual([next.id])
    expect(rows.at(-1)?.sealed?.includes('PRIVATE')).toBe(false)
  })
})

describe('an alias that wants its version verified', () => {
  const definition = 'aliases:\n  production:\n    approvals: 0\n    verified: [signature, bom, card]\n'

  it('moves when all is true of the files, and not when a file was changed in the store', async () => {
    const { packaging } = test
    const { caller, registry, folder } = test.house
    const version = await publish('guarded')
    await registry.update(caller, 'guarded', { definition })
    const move = { caller, model: 'guarded', alias: 'production', number: 1 }
    expect(await whyNot(registry.moveAlias(move))).toContain(
      'It has no signature. Make it with `slipway model sign`.',
    )
    await packaging.sign(caller, version)
    await packaging.writeCard(caller, version)
    await packaging.writeBom(caller, version)
    expect(await whyNot(registry.moveAlias(move))).toContain(
      'Its bill of materials is not covered by its signature',
    )
    await packaging.sign(caller, version)
    expect((await registry.moveAlias(move)).number).toBe(1)
    await registry.deleteAlias(caller, 'guarded', 'production')

    const [notes] = version.manifest.files.filter(({ path: name }) => name === 'notes.txt')
    const objects = path.join(folder, 'objects')
    const stored = (await readdir(objects, { recursive: true })).find(name =>
      name.endsWith(notes?.sha256 ?? '?'),
    )
    const place = path.join(objects, stored ?? '')
    const bytes = await readFile(place)
    bytes[bytes.length - 20] = (bytes.at(-20) ?? 0) ^ 1
    await writeFile(place, bytes)
    expect(await whyNot(registry.moveAlias(move))).toContain('Its files are not what they were: notes.txt:')
    const [event] = await test.house.test.database.query<{ kind: string; reason: string }>(
      `SELECT kind, reason FROM model_events WHERE model = 'guarded' ORDER BY sequence DESC LIMIT 1`,
    )
    expect(event?.kind).toBe('refuse')
    expect(event?.reason).toContain('notes.txt')
  })
})
