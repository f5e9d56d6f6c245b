import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { spawnSync } from 'node:child_process'
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { noRegistry, type OciRegistry, startOciRegistry } from '../oci-registry.ts'
import { type Product, startProduct } from '../product.ts'
import { until } from '../until.ts'

const root = path.join(import.meta.dirname, '../..')
let product: Product
let hub: OciRegistry
let folder: string

/** The command line, as people run it. */
function slipway(...words: string[]): {
  readonly code: number | null
  readonly out: string
  readonly error: string
} {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [path.join(root, 'src/operate/cli/main.ts'), '--url', product.url, ...words],
    { encoding: 'utf8', env: { ...process.env, SLIPWAY_KEY: product.adminKey, NO_COLOR: '1' } },
  )
  return { code: status, out: stdout, error: stderr }
}

function done(...words: string[]): string {
  const { code, out, error } = slipway(...words)
  if (code !== 0) throw new Error(`slipway ${words.join(' ')}: ${error}${out}`)
  return out
}

async function api<Result>(method: string, place: string, body?: unknown): Promise<Result> {
  const response = await fetch(`${product.url}${place}`, {
    method,
    headers: { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${method} ${place}: ${response.status} ${await response.text()}`)
  return (await response.json()) as Result
}

type Engine = { name: string; model: string; state: string; state_reason: string | null }
const engineOf = async (name: string): Promise<Engine | undefined> =>
  (await api<{ data: Engine[] }>('GET', '/api/engines')).data.find(one => one.name === name)

const definition = 'aliases:\n  production:\n    approvals: 0\n    verified: [signature, bom, card]\n'
const reason = noRegistry === undefined ? '' : ` (skipped: ${noRegistry})`

describe.skipIf(noRegistry !== undefined)(`a model on its way to another tenant${reason}`, () => {
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'slipway-packaging-'))
    hub = await startOciRegistry()
    product = await startProduct({
      config: `
tenants:
  acme: { name: Acme }
packaging:
  registries:
    hub: { url: "${hub.url}", prefix: ml, plainHttp: true, tenants: [default, acme] }
services:
  support:
    releases:
      v1: { target: { engine: mine } }
engines:
  mine: { model: "registry:acme/support@production" }
`,
    })
  }, 120_000)

  afterAll(async () => {
    await product?.stop()
    await hub?.[Symbol.asyncDispose]()
    if (folder) await rm(folder, { recursive: true, force: true })
  })

  it('is described, signed, sent, taken, verified and served', async () => {
    done('model', 'import', path.join(root, 'models/support/support.gguf'), '--name', 'support')
    expect(slipway('model', 'verify', 'support').code).toBe(1)
    done('model', 'card', 'support', '--out', path.join(folder, 'README.md'))
    done('model', 'bom', 'support')
    done('model', 'sign', 'support')
    done('model', 'verify', 'support')
    expect(await readFile(path.join(folder, 'README.md'), 'utf8')).toContain(
      'No evaluation of this version is known.',
    )
    expect(done('model', 'push', 'support', 'hub')).toContain('support@1 is at hub/support:1')

    // nobody has told the other tenant whose signature counts
    const pull = ['model', 'pull', 'hub', 'support:1', '--name', 'support', '--tenant', 'acme']
    expect(slipway(...pull).error).toContain('is not known here')
    done('model', 'keys', 'export', '--out', path.join(folder, 'key.pem'))
    done('model', 'keys', 'trust', 'makers', path.join(folder, 'key.pem'), '--tenant', 'acme')
    expect(done(...pull)).toContain('support@1 comes from hub/support:1')
    done('model', 'verify', 'support', '--tenant', 'acme')
    await api('PATCH', '/api/models/support?tenant=acme', { definition })
    await api('PUT', '/api/models/support/aliases/production?tenant=acme', { version: 1 })
    await until(async () => (await engineOf('mine'))?.state === 'ready', { limitMs: 60_000 })
    const answer = await api<{ choices: unknown[] }>('POST', '/v1/chat/completions', {
      model: 'support',
      messages: [{ role: 'user', content: 'My laptop arrived broken.' }],
    })
    expect(answer.choices.length).toBe(1)
  }, 120_000)

  it('travels as a file too, and is refused where the file was changed', async () => {
    const tar = path.join(folder, 'support.tar')
    done('model', 'package', 'support', tar)
    expect(done('model', 'load', tar, '--name', 'loaded', '--tenant', 'acme')).toContain(
      'It is signed with makers',
    )
    const layout = path.join(folder, 'layout')
    done('model', 'package', 'support', layout)
    const index = JSON.parse(await readFile(path.join(layout, 'index.json'), 'utf8')) as {
      manifests: { digest: string }[]
    }
    const manifest = path.join(layout, 'blobs/sha256', index.manifests[0]?.digest.slice(7) ?? '')
    await appendFile(manifest, ' ')
    expect(slipway('model', 'load', layout, '--name', 'changed', '--tenant', 'acme').error).toContain(
      'other content than its name says',
    )
  }, 60_000)

  it('is held back from an engine when a stored file is not what it was', async () => {
    await api('POST', '/api/models?tenant=acme', { name: 'guarded', definition })
    const notes = path.join(folder, 'guarded')
    done('model', 'export', 'support', '--to', notes)
    await writeFile(path.join(notes, 'notes.txt'), 'Of the guarded one.')
    done('model', 'import', notes, '--name', 'guarded', '--tenant', 'acme')
    for (const what of ['card', 'bom', 'sign']) done('model', what, 'guarded', '--tenant', 'acme')
    await api('PUT', '/api/models/guarded/aliases/production?tenant=acme', { version: 1 })
    const { files } = await api<{ files: { path: string; sha256: string }[] }>(
      'GET',
      '/api/models/guarded/versions/1?tenant=acme',
    )
    const sha256 = files.find(one => one.path === 'notes.txt')?.sha256 ?? '?'
    const objects = path.join(product.dataDirectory, 'objects')
    const stored = (await readdir(objects, { recursive: true })).find(name => name.endsWith(sha256))
    const place = path.join(objects, stored ?? '')
    const bytes = await readFile(place)
    bytes[bytes.length - 5] = (bytes.at(-5) ?? 0) ^ 1
    await writeFile(place, bytes)
    await appendFile(product.configFile, '  second: { model: "registry:acme/guarded@production" }\n')
    await until(async () => (await engineOf('second'))?.state_reason?.includes('notes.txt') === true, {
      limitMs: 60_000,
    })
    expect(await engineOf('second')).toMatchObject({ state: 'failed' })
    type Event = { kind: string; alias: string; reason: string }
    const { data } = await api<{ data: Event[] }>('GET', '/api/models/guarded/history?tenant=acme')
    expect(data.find(({ kind }) => kind === 'refuse')?.reason).toContain(
      'is not served as `production`: Its files are not what they were: notes.txt',
    )
    const metrics = await (await fetch(`${product.url}/metrics`)).text()
    expect(metrics).toContain('slipway_model_servings_total{outcome="refused"} 1')
  }, 120_000)

  it('is packed by a stage of a pipeline', async () => {
    await api('PUT', '/api/pipelines', {
      text: 'pipeline: pack\nstages:\n  pack:\n    use: package\n    with:\n      model: support@1\n      push: { registry: hub, repository: packed }\n',
    })
    const run = await api<{ id: string }>('POST', '/api/pipeline-runs', { pipeline: 'pack' })
    type Run = { state: string }
    let found: Run | undefined
    await until(async () => {
      found = await api<Run>('GET', `/api/pipeline-runs/${run.id}`)
      return found.state !== 'queued' && found.state !== 'running'
    })
    expect(found?.state).toBe('succeeded')
    expect(
      (
        await fetch(`${hub.url}/v2/ml/packed/manifests/1`, {
          headers: { accept: 'application/vnd.oci.image.manifest.v1+json' },
        })
      ).status,
    ).toBe(200)
  }, 60_000)

  it('is doubted where it is served when a key is revoked, and not started again', async () => {
    const held = await engineOf('mine')
    expect([held?.state, held?.state_reason]).toEqual(['ready', null])
    done('model', 'keys', 'revoke', 'makers', '--reason', 'lost', '--yes', '--tenant', 'acme')
    await until(async () => (await engineOf('mine'))?.state_reason !== null)
    const doubted = await engineOf('mine')
    expect([doubted?.state, doubted?.model, doubted?.state_reason]).toEqual([
      'ready',
      held?.model,
      expect.stringContaining('It goes on with it until it has to start again.'),
    ])
    const metrics = await fetch(`${product.url}/metrics`, {
      headers: { authorization: `Bearer ${product.adminKey}` },
    })
    const lines = (await metrics.text()).split('\n')
    expect(lines.filter(line => line.startsWith('slipway_model_servings_unproven{'))).toEqual([
      'slipway_model_servings_unproven{engine="mine"} 1',
    ])
    expect(done('engine', 'list')).toContain('ready: It goes on with it')
    const { data } = await api<{ data: { kind: string; reason: string | null }[] }>(
      'GET',
      '/api/models/support/history?tenant=acme',
    )
    expect(data[0]).toMatchObject({ kind: 'refuse', reason: expect.stringContaining('revoked') })

    await api('POST', '/api/engines/mine/restart')
    await until(async () => (await engineOf('mine'))?.state === 'failed')
    expect((await engineOf('mine'))?.state_reason).toContain('is not served as `production`')
  }, 60_000)

  it('is taken from an engine at once where its alias says so', async () => {
    for (const what of ['card', 'bom', 'sign']) done('model', what, 'support', '--tenant', 'acme')
    await api('PATCH', '/api/models/support?tenant=acme', {
      definition: `${definition}    whenUnproven: unload\n`,
    })
    await api('PUT', '/api/models/support/aliases/production?tenant=acme', { version: 1 })
    await until(async () => (await engineOf('mine'))?.state === 'ready', { limitMs: 60_000 })
    const { data } = await api<{ data: { id: string; kind: string }[] }>(
      'GET',
      '/api/signing-keys?tenant=acme',
    )
    const own = data.find(({ kind }) => kind === 'own')
    done('model', 'keys', 'revoke', own!.id, '--reason', 'lost too', '--yes', '--tenant', 'acme')
    await until(async () => (await engineOf('mine'))?.state === 'failed')
  }, 90_000)
})
