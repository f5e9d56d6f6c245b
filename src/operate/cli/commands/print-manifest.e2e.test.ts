import { afterAll, beforeAll, expect, it, setDefaultTimeout } from 'bun:test'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parse, parseAllDocuments } from 'yaml'
import { validateManifest } from '../../../../test/kubernetes/validate-manifest.ts'
import { runCli } from '../run-cli.fixture.ts'

setDefaultTimeout(60_000)

interface Manifest {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace: string }
}

const digest = `sha256:${'a'.repeat(64)}`
const page = path.join(import.meta.dirname, '../../../../docs/kubernetes-jobs.md')
let folder: string

/** What the page says is what is tried: its configuration and its stage. */
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'slipway-manifest-'))
  const text = (await readFile(page, 'utf8')).replaceAll('sha256:…', digest)
  const [, config = ''] = /```yaml\n([^`]*)```/.exec(text) ?? []
  await writeFile(path.join(folder, 'slipway.yaml'), `services: {}\n${config}`)
  const [stage = ''] = /^ {4}score:\n(?: {6}.*\n)+/m.exec(text) ?? []
  await writeFile(
    path.join(folder, 'pipeline.yaml'),
    `pipeline: far\nstages:\n${stage.replaceAll(/^ {2}/gm, '')}`,
  )
})

afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

async function manifest(...words: string[]): Promise<Manifest[]> {
  const { code, stdout, stderr } = await runCli(words, {
    environment: { SLIPWAY_CONFIG: path.join(folder, 'slipway.yaml') },
  })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const objects = parseAllDocuments(stdout).map(document => {
    expect(document.errors).toEqual([])
    return document.toJS() as Manifest
  })
  for (const object of objects) validateManifest(object)
  return objects
}

const kinds = (objects: readonly Manifest[]) =>
  objects.map(({ kind, metadata }) => `${metadata.namespace} ${kind}`)

it('prints the Job and the Secret of a trainer as kubectl takes them', async () => {
  const objects = await manifest('train', 'manifest', 'torch')
  expect(kinds(objects).toSorted()).toEqual(['training Job', 'training Secret'])
  const text = JSON.stringify(objects)
  expect(text).toContain('"nvidia.com/gpu":"1"')
  expect(text).toContain('"kueue.x-k8s.io/queue-name":"training"')
})

it('prints those of a stage, and refuses what is none', async () => {
  const objects = await manifest('pipeline', 'manifest', path.join(folder, 'pipeline.yaml'), 'score')
  expect(kinds(objects).toSorted()).toEqual(['training Job', 'training Secret'])
  expect(JSON.stringify(objects)).toContain(`our-registry/score@${digest}`)
  const none = await runCli(['pipeline', 'manifest', path.join(folder, 'pipeline.yaml'), 'train'], {
    environment: { SLIPWAY_CONFIG: path.join(folder, 'slipway.yaml') },
  })
  expect([none.code, none.stderr]).toEqual([expect.any(Number), expect.stringContaining('has no stage')])
  expect(none.code).not.toBe(0)
})

it('has a manifest refused that Kubernetes would refuse', async () => {
  const { stdout } = await runCli(['train', 'manifest', 'torch', '--json'], {
    environment: { SLIPWAY_CONFIG: path.join(folder, 'slipway.yaml') },
  })
  const job = (parse(stdout) as (Manifest & { spec?: object })[]).find(({ kind }) => kind === 'Job')!
  expect(() => validateManifest({ ...job, spec: { ...job.spec, backoffLimit: 'none' } } as never)).toThrow()
})
