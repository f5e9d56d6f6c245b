import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { createTestRegistry, type TestRegistry } from '../../../test/registry.ts'
import { collectModelFiles } from './collect-garbage.ts'
import { objectKey, storeFile } from './files/store-file.ts'
import { listAliasesAt, listEvents } from './stores/event-store.ts'
import { insertServing } from './stores/serving-store.ts'

const builtin = path.join(import.meta.dirname, '../../../models/support/support.gguf')
const training = { kind: 'training' as const }
let store: TestRegistry

beforeAll(async () => {
  store = await createTestRegistry()
})

afterAll(async () => {
  await store[Symbol.asyncDispose]()
})

async function folderOf(name: string, files: Record<string, string>): Promise<string> {
  const folder = path.join(store.folder, name)
  for (const [file, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true })
    await writeFile(path.join(folder, file), content)
  }
  return folder
}

const failureOf = async (work: Promise<unknown>): Promise<unknown> =>
  await work.then(
    () => 'nothing failed',
    (error: unknown) => error,
  )

async function storedKeys(): Promise<string[]> {
  return (await Array.fromAsync(store.objects.list('models/'))).map(({ key }) => key)
}

describe('publishFolder', () => {
  it('names a version by its files, reads what their headers say, and pins what it was trained on', async () => {
    const { registry, caller, pins } = store
    const folder = await folderOf('gguf', { 'README.md': 'A card.' })
    await copyFile(builtin, path.join(folder, 'support.gguf'))
    const { version, isNew } = await registry.publishFolder({
      caller,
      model: 'support',
      folder,
      source: training,
      metrics: { loss: 0.25 },
      lineage: { datasets: [{ reference: 'tickets@3' }], runs: [{ kind: 'training', id: 'job-1' }] },
    })
    expect(isNew).toBe(true)
    expect(version).toMatchObject({ number: 1, model: 'support', format: 'gguf', metrics: { loss: 0.25 } })
    expect(version.digest).toMatch(/^[0-9a-f]{64}$/)
    expect(version.facts).toMatchObject({ architecture: 'llama', tokenizer: 'gpt2' })
    expect(version.facts.parameters).toBeGreaterThan(500_000)
    expect(version.manifest.files.map(file => file.path)).toEqual(['README.md', 'support.gguf'])
    expect([...pins]).toContain(`${version.lineage.datasets[0]?.version} support`)
    const read = await registry.readFile(version, 'support.gguf')
    expect(
      Buffer.from(await new Response(read).arrayBuffer()).equals(
        Buffer.from(await Bun.file(builtin).arrayBuffer()),
      ),
    ).toBe(true)
  })

  it('gives the same version for the same files that came from the same, and stores them once', async () => {
    const { registry, caller, changes } = store
    const folder = await folderOf('same', { 'weights.bin': 'the same bytes' })
    const first = await registry.publishFolder({ caller, model: 'same', folder, source: training })
    const storedBefore = changes.filter(({ kind }) => kind === 'stored').length
    const again = await registry.publishFolder({ caller, model: 'same', folder, source: training })
    expect(again).toMatchObject({ isNew: false, version: { number: 1, digest: first.version.digest } })
    const other = await registry.publishFolder({
      caller,
      model: 'same',
      folder,
      source: training,
      lineage: { runs: [{ kind: 'training', id: 'another' }] },
    })
    expect(other).toMatchObject({ isNew: true, version: { number: 2, digest: first.version.digest } })
    expect(changes.filter(({ kind }) => kind === 'stored').length).toBe(storedBefore)
  })

  it('refuses links, files that are cut off, and a version of nothing', async () => {
    const { registry, caller } = store
    const linked = await folderOf('linked', { 'a.bin': 'a' })
    await symlink('/etc/hostname', path.join(linked, 'b.bin'))
    const publish = (folder: string) =>
      registry.publishFolder({ caller, model: 'bad', folder, source: training })
    expect(await failureOf(publish(linked))).toMatchObject({
      code: 'invalid_request',
      message: expect.stringMatching(/no plain file/),
    })
    const whole = Buffer.from(await Bun.file(builtin).arrayBuffer())
    const cut = await folderOf('cut', {})
    await mkdir(cut, { recursive: true })
    await writeFile(path.join(cut, 'cut.gguf'), whole.subarray(0, 2_000))
    expect(await failureOf(publish(cut))).toMatchObject({
      code: 'invalid_request',
      message: expect.stringMatching(/no whole GGUF file/),
    })
    const empty = path.join(store.folder, 'empty')
    await mkdir(empty)
    expect(await failureOf(publish(empty))).toMatchObject({ code: 'invalid_request' })
    expect(await registry.find('acme', 'bad')).toBeUndefined()
  })

  it('stores nothing under a hash that the content does not have', async () => {
    const folder = await folderOf('lie', { 'x.bin': 'what it is' })
    const sha256 = 'ab'.repeat(32)
    expect(
      await failureOf(
        storeFile(store.context, 'acme', { path: path.join(folder, 'x.bin'), bytes: 10, sha256 }),
      ),
    ).toMatchObject({ code: 'invalid_request', message: expect.stringMatching(/SHA-256/) })
    expect(await storedKeys()).not.toContain(objectKey('acme', sha256))
  })
})

describe('moveAlias', () => {
  it('moves by compare-and-set, and history tells what was live at any moment', async () => {
    const { registry, caller, context, clock } = store
    for (const text of ['one', 'two', 'three'])
      await registry.publishFolder({
        caller,
        model: 'moving',
        folder: await folderOf(`moving-${text}`, { 'w.bin': text }),
        source: training,
      })
    const move = (number: number, expected?: number | null) =>
      registry.moveAlias({
        caller,
        model: 'moving',
        alias: 'production',
        number,
        expected,
        reason: `to ${number}`,
      })
    const at = () => new Date(context.now())
    const before = at()
    clock.aheadMs += 60_000
    await move(1, null)
    clock.aheadMs += 60_000
    const first = at()
    clock.aheadMs += 60_000
    await move(2, 1)
    const outcomes = await Promise.allSettled([move(3, 2), move(1, 2)])
    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBe(1)
    expect(await failureOf(move(3, null))).toMatchObject({ code: 'conflict' })
    const live = async (when: Date) =>
      (await listAliasesAt(context.database, 'acme', 'moving', when)).map(
        ({ alias, version }) => `${alias} ${version}`,
      )
    expect(await live(before)).toEqual([])
    expect(await live(first)).toEqual(['production 1'])
    await registry.deleteAlias(caller, 'moving', 'production')
    expect(await live(new Date(context.now() + 1_000))).toEqual([])
    const events = await listEvents(context.database, { tenant: 'acme', model: 'moving', limit: 100 })
    expect(events.map(({ sequence }) => sequence)).toEqual([8, 7, 6, 5, 4, 3, 2, 1])
    expect(events.at(-1)).toMatchObject({ kind: 'create-model', actorName: 'ada' })
    expect(
      String(
        await failureOf(
          context.database.query(`UPDATE model_events SET reason = 'never was' WHERE model = 'moving'`),
        ),
      ),
    ).toMatch(/append-only/)
  })

  it('holds a protected alias to its rules, and says all that is missing', async () => {
    const { registry, caller, evaluations, lacking, context } = store
    const definition = `
aliases:
  production:
    approvals: 1
    datasetPinned: true
    attachments: [signature]
    evaluation: { suite: quality, maxAgeDays: 30 }
`
    await registry.create(caller, { name: 'guarded', definition })
    const folder = await folderOf('guarded', { 'w.bin': 'guarded' })
    const bare = await registry.publishFolder({ caller, model: 'guarded', folder, source: training })
    const { version } = await registry.publishFolder({
      caller,
      model: 'guarded',
      folder,
      source: training,
      lineage: { datasets: [{ reference: 'tickets@3' }] },
    })
    const evidence = [{ kind: 'evaluation', id: 'run-1' }]
    const move = (number: number) =>
      registry.moveAlias({ caller, model: 'guarded', alias: 'production', number, evidence })
    const missing = async (number: number) =>
      (await registry.judge('acme', 'guarded', number, 'production', evidence))
        .filter(({ isMet }) => !isMet)
        .map(({ name }) => name)
    expect(await missing(bare.version.number)).toEqual(['approvals', 'evaluation', 'dataset', 'attachment'])
    expect(await failureOf(move(version.number))).toMatchObject({
      code: 'checks_failed',
      message: expect.stringMatching(/0 of 1 approvals.*quality.*signature/),
    })

    const decide = (decision: 'approved' | 'rejected', keyId: string) =>
      registry.decide({
        caller: { tenant: 'acme', author: keyId, keyId },
        model: 'guarded',
        number: version.number,
        alias: 'production',
        decision,
      })
    // maker and checker are two
    expect(await failureOf(decide('approved', 'key-ada'))).toMatchObject({ code: 'forbidden' })
    lacking.add('key-bob model:approve')
    expect(await failureOf(decide('approved', 'key-bob'))).toMatchObject({ code: 'forbidden' })
    lacking.delete('key-bob model:approve')
    await decide('approved', 'key-bob')
    await decide('rejected', 'key-eve')
    expect(await missing(version.number)).toEqual(['rejections', 'evaluation', 'attachment'])
    await decide('approved', 'key-eve')
    await registry.attach({
      caller,
      model: 'guarded',
      number: version.number,
      kind: 'signature',
      name: 'model.sig',
      mediaType: 'application/json',
      content: '{}',
    })
    expect(await missing(version.number)).toEqual(['evaluation'])

    // a run that has passed is no evidence unless this version answered it
    const startedAt = new Date(context.now() - 60_000)
    const endedAt = new Date(context.now() - 30_000)
    evaluations.set('run-1', {
      id: 'run-1',
      suite: 'quality',
      state: 'completed',
      verdict: 'passed',
      hash: 'h',
      datasetVersion: 'd',
      engines: ['candidate'],
      releases: ['support@next'],
      startedAt,
      endedAt,
    })
    expect(await missing(version.number)).toEqual(['evaluation'])
    await insertServing(context.database, {
      id: Bun.randomUUIDv7(),
      tenant: 'acme',
      versionId: version.id,
      server: 'here',
      engine: 'candidate',
      reference: 'registry:guarded@candidate',
      releases: ['support@next'],
      startedAt: new Date(startedAt.getTime() - 1_000),
    })
    expect(await missing(version.number)).toEqual([])
    expect(await move(version.number)).toMatchObject({ name: 'production', number: version.number })
    expect(await registry.resolve('acme', 'guarded@production')).toMatchObject({ digest: version.digest })
    // an approval that its key may no longer give does not count
    lacking.add('key-bob model:approve')
    lacking.add('key-eve model:approve')
    expect(await missing(version.number)).toEqual(['approvals'])
  })
})

describe('deleteVersion', () => {
  it('keeps what an alias has, frees what nothing needs, and leaves its events', async () => {
    const { registry, caller, context, pins } = store
    const only = await folderOf('doomed', { 'w.bin': 'only this one', 'shared.bin': 'shared' })
    const other = await folderOf('kept', { 'shared.bin': 'shared' })
    const { version } = await registry.publishFolder({
      caller,
      model: 'doomed',
      folder: only,
      source: training,
      lineage: { datasets: [{ reference: 'doomed-data@1' }] },
    })
    await registry.publishFolder({ caller, model: 'doomed', folder: other, source: training })
    await registry.moveAlias({ caller, model: 'doomed', alias: 'live', number: 1 })
    expect(await failureOf(registry.deleteVersion(caller, 'doomed', 1))).toMatchObject({ code: 'conflict' })
    await registry.moveAlias({ caller, model: 'doomed', alias: 'live', number: 2 })
    // once for each change
    await registry.moveAlias({ caller, model: 'doomed', alias: 'live', number: 2 })
    expect(
      store.moves.filter(({ model }) => model === 'doomed').map(({ previous, number }) => [previous, number]),
    ).toEqual([
      [undefined, 1],
      [1, 2],
    ])
    await registry.deleteVersion(caller, 'doomed', 1, 'not needed')
    expect([...pins].filter(pin => pin.startsWith('doomed-data'))).toEqual([])
    const key = (file: string) =>
      objectKey('acme', version.manifest.files.find(one => one.path === file)?.sha256 ?? '')
    expect(await storedKeys()).toContain(key('w.bin'))
    await collectModelFiles({ ...context, now: () => context.now() + 10_000 }, { graceMs: 0 })
    const left = await storedKeys()
    expect(left).not.toContain(key('w.bin'))
    expect(left).toContain(key('shared.bin'))
    expect(await failureOf(registry.resolve('acme', 'doomed@1'))).toMatchObject({
      message: expect.stringMatching(/was deleted/),
    })
    // what was collected can come again
    const again = await registry.publishFolder({ caller, model: 'doomed', folder: only, source: training })
    expect(again.version).toMatchObject({ number: 3, digest: version.digest })
    expect(await new Response(await registry.readFile(again.version, 'w.bin')).text()).toBe('only this one')
  })
})
