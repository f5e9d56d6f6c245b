import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { callControl } from '../../../../test/clients.ts'
import { startProduct, type Product } from '../../../../test/product.ts'
import { runCli } from '../run-cli.fixture.ts'

setDefaultTimeout(120_000)

const builtin = path.join(import.meta.dirname, '../../../../models/support/support.gguf')
let product: Product
let folder: string
let bob: string

const slipwayAs = (key: string, ...words: string[]) =>
  runCli(words, { environment: { SLIPWAY_URL: product.url, SLIPWAY_KEY: key } })
const slipway = (...words: string[]) => slipwayAs(product.adminKey, ...words)

/** The shape of a folder that transformers writes, with one small tensor. */
async function huggingFaceFolder(name: string): Promise<string> {
  const place = path.join(folder, name)
  await mkdir(path.join(place, '.cache'), { recursive: true })
  await writeFile(path.join(place, '.cache', 'download.lock'), '')
  await writeFile(path.join(place, 'config.json'), '{"architectures":["LlamaForCausalLM"]}')
  const header = Buffer.from('{"w":{"dtype":"BF16","shape":[2,3],"data_offsets":[0,12]}}')
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.byteLength))
  await writeFile(path.join(place, 'model.safetensors'), Buffer.concat([length, header, Buffer.alloc(12)]))
  return place
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'slipway-models-'))
  product = await startProduct({ config: 'services: {}\n' })
  const key = { name: 'bob', role: 'operator', tenant: 'default' }
  bob = (await callControl<{ secret: string }>(product, 'POST', '/api/keys', key)).secret
}, 120_000)

afterAll(async () => {
  await product?.stop()
  await rm(folder, { recursive: true, force: true })
}, 120_000)

describe('slipway model import', () => {
  it('registers a GGUF file under its hash, and sends nothing twice', async () => {
    const file = path.join(folder, 'desk.gguf')
    await copyFile(builtin, file)
    const words = ['model', 'import', file, '--name', 'desk', '--alias', 'candidate', '--metric', 'score=0.9']
    const first = await slipway(...words)
    expect(first.stderr).toBe('')
    expect(first.stdout).toMatch(/desk@1: gguf, 1 file, 3\.4 MB \(3\.4 MB sent\)/)
    expect(first.stdout).toContain('desk@candidate is version 1.')
    expect((await slipway(...words)).stdout).toMatch(/desk@1 was there already.*nothing had to be sent/)
    const shown = await slipway('model', 'show', 'desk@candidate')
    expect(shown.stdout).toMatch(/^what +gguf, 3\.4 MB, llama 0\.8 M F32$/m)
    expect(shown.stdout).toMatch(/^metrics +score 0\.9$/m)
    expect((await slipway('model', 'list')).stdout).toMatch(/desk +default +candidate → 1 +1 +gguf/)
  })

  it('registers a folder of transformers without what tools left in it', async () => {
    const place = await huggingFaceFolder('hf')
    const made = await slipway('model', 'import', place, '--name', 'small', '--json')
    expect(JSON.parse(made.stdout)).toMatchObject({
      is_new: true,
      version: {
        format: 'huggingface',
        facts: { architecture: 'LlamaForCausalLM', parameters: 6, quantization: 'BF16' },
        files: [{ path: 'config.json' }, { path: 'model.safetensors' }],
      },
    })
    const out = path.join(folder, 'out')
    expect((await slipway('model', 'export', 'small', '--to', out)).stdout).toContain('small@1 · 2 files')
    const file = 'model.safetensors'
    expect(await readFile(path.join(out, file))).toEqual(await readFile(path.join(place, file)))
    // what is damaged there is fetched again, what is whole is not
    await writeFile(path.join(out, file), 'damaged')
    const again = await slipway('model', 'export', 'small', '--to', out, '--json')
    expect(JSON.parse(again.stdout)).toMatchObject({ written_bytes: 78 })
  })

  it('refuses links, hostile names and what it cannot read, and says what to do', async () => {
    const place = await huggingFaceFolder('linked')
    await symlink('/etc/hostname', path.join(place, 'tokenizer.json'))
    const linked = await slipway('model', 'import', place, '--name', 'bad')
    expect(linked).toMatchObject({ code: 1, stdout: '' })
    expect(linked.stderr).toContain('tokenizer.json is a link')
    expect(linked.stderr).toContain('--local-dir')
    await rm(path.join(place, 'tokenizer.json'))
    await writeFile(path.join(place, 'a\\..\\b'), 'x')
    expect((await slipway('model', 'import', place, '--name', 'bad')).stderr).toContain('no path of a file')
    expect((await slipway('model', 'import', path.join(folder, 'none'), '--name', 'bad')).stderr).toContain(
      'cannot be read',
    )
    expect((await slipway('model', 'import', builtin)).code).toBe(2)
    expect((await slipway('model', 'import', builtin, '--name', 'bad@2')).code).toBe(2)
    expect((await slipway('model', 'show', 'bad')).stderr).toContain('has no model `bad`')
  })

  it('registers the built-in model with its corpus and card', async () => {
    const made = await slipway('model', 'import', '--builtin')
    expect(made.stdout).toMatch(/slipway-support@1: gguf/)
    const shown = await slipway('model', 'show', 'slipway-support@1', '--json')
    expect(JSON.parse(shown.stdout)).toMatchObject({
      lineage: { datasets: [{ name: 'slipway-support-corpus', number: 1, role: 'training' }] },
      metrics: { held_out_intent: 0.995 },
      source: { kind: 'builtin', trainer: 'builtin' },
      attachments: [
        { kind: 'card-data', name: 'card.json' },
        { kind: 'card', name: 'README.md' },
      ],
    })
    const line = await slipway('model', 'lineage', 'dataset:slipway-support-corpus@1')
    expect(line.stdout).toMatch(/led to\n└─ model slipway-support@1 .*training/)
    const place = '/api/models/slipway-support/versions/1/verification'
    const proofs = await callControl(product, 'GET', place)
    expect(proofs).toMatchObject({ card: { state: 'verified' } })
    // the card of the installation stays where it was
    expect((await slipway('model', 'show')).stdout).toContain('HELD OUT (1000 MESSAGES)')
  })
})

describe('slipway model alias', () => {
  it('moves under the rules of the alias, and the history says who and why', async () => {
    await slipway('model', 'import', await huggingFaceFolder('ruled'), '--name', 'ruled')
    const rules = path.join(folder, 'ruled.yaml')
    await writeFile(rules, 'model: ruled\naliases: { production: { approvals: one } }\n')
    const wrong = await slipway('model', 'define', rules)
    expect(wrong.code).toBe(7)
    expect(wrong.stderr).toMatch(/ruled\.yaml:2:\d+/)
    await writeFile(rules, 'model: ruled\naliases: { production: { approvals: 1 } }\n')
    expect((await slipway('model', 'define', rules)).stdout).toContain('ruled protects production.')

    const asked = await slipway('model', 'requirements', 'ruled@1', 'production')
    expect(asked.code).toBe(1)
    expect(asked.stdout).toContain('✗ approvals: It has 0 of 1 approvals')
    expect((await slipway('model', 'alias', 'ruled@1', 'production')).stderr).toContain('does not move')
    expect((await slipway('model', 'approve', 'ruled@1', 'production')).stderr).toContain('made version 1')
    expect((await slipwayAs(bob, 'model', 'reject', 'ruled@1', 'production')).code).toBe(2)
    const rejected = await slipwayAs(
      bob,
      'model',
      'reject',
      'ruled@1',
      'production',
      '--because',
      'Too small.',
    )
    expect(rejected.stdout).toContain('ruled@1 is rejected for production by bob.')
    await slipwayAs(bob, 'model', 'approve', 'ruled@1', 'production', '--because', 'It is enough.')
    expect((await slipway('model', 'requirements', 'ruled', 'production')).code).toBe(0)
    const before = new Date().toISOString()
    const moved = ['model', 'alias', 'ruled@1', 'production', '--expected', 'new', '--because', 'Go.']
    expect((await slipway(...moved, '--evidence', 'report:r-1')).stdout).toContain('production is version 1.')
    expect((await slipway(...moved)).stderr).toContain('somebody has moved it')

    const history = (await slipway('model', 'history', 'ruled')).stdout
    expect(history).toMatch(/production: new → 1 .*Go\. +report:r-1, approval:/)
    expect(history).toMatch(/reject version 1 for production +bob +Too small\./)
    expect((await slipway('model', 'live', 'ruled')).stdout).toMatch(/production +1 .*Go\./)
    expect((await slipway('model', 'live', 'ruled', '--at', before)).stderr).toContain('No alias was there.')
    expect((await slipway('model', 'live', 'ruled', '--at', 'noon')).code).toBe(2)

    const gone = ['model', 'delete', 'ruled@production', '--because', 'Not needed.']
    expect((await slipway(...gone)).stderr).toContain(
      'Delete the alias production of ruled, not its version?',
    )
    expect((await slipway('model', 'delete', 'ruled@1', '--yes')).stderr).toContain('is at version 1')
    expect((await slipway(...gone, '--yes')).code).toBe(0)
    expect((await slipway('model', 'delete', 'ruled', '--yes')).stdout).toContain('ruled is deleted.')
    expect((await slipway('model', 'history', 'ruled')).stdout).toMatch(/delete-alias .*Not needed\./)
  })
})
