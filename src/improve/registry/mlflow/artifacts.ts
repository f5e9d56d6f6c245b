import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { Failure } from '../../../foundation/platform/index.ts'
import { readStored } from '../files/read-file.ts'
import { hashFile, objectName, storeFile } from '../files/store-file.ts'
import { checkPath } from '../manifest.ts'
import { useObjects } from '../stores/object-row-store.ts'
import { findVersionsById } from '../stores/version-store.ts'
import {
  type Artifact,
  artifactSubject,
  deleteArtifacts,
  listArtifacts,
  putArtifact,
} from './artifact-store.ts'
import { artifactRoot } from './experiments.ts'
import { findLoggedModel } from './logged-model-store.ts'
import { endpoint, type MlflowCall, type MlflowEndpoint } from './mlflow-context.ts'
import { getRun } from './runs.ts'
import { findTrackedRun } from './tracking-store.ts'

/** Whose files a path of the artifact service is about. */
interface Place {
  /** The id of a run or of a logged model; `undefined` for a version, which cannot be written. */
  readonly owner: string | undefined
  readonly files: () => Promise<readonly Artifact[]>
  /** Below the owner; empty for all of it. */
  readonly path: string
}

/** Reads `EXPERIMENT/RUN/artifacts/…`, `EXPERIMENT/models/MODEL/artifacts/…` and `versions/VERSION/…`. Throws `not_found`. */
export async function findPlace({ context, caller }: MlflowCall, path: string): Promise<Place> {
  const parts = path.split('/').filter(part => part !== '')
  const rest = (from: number): string => (parts.length > from ? checkPath(parts.slice(from).join('/')) : '')
  const { database } = context
  if (parts[0] === 'versions' && /^[0-9a-f-]{36}$/.test(parts[1] ?? '')) {
    const [version] = await findVersionsById(database, caller.tenant, [parts[1] ?? ''])
    if (version && !version.isDeleted)
      return { owner: undefined, files: async () => version.manifest.files, path: rest(2) }
  }
  if (parts[1] === 'models' && parts[3] === 'artifacts') {
    const model = await findLoggedModel(database, caller.tenant, parts[2] ?? '')
    if (model && String(model.experimentId) === parts[0]) return owned(model.id, rest(4))
  }
  if (parts[2] === 'artifacts') {
    const run = await findTrackedRun(database, caller.tenant, parts[1] ?? '')
    if (run && String(run.experimentId) === parts[0]) return owned(run.id, rest(3))
  }
  throw new Failure(
    'not_found',
    `There is nothing at ${path.slice(0, 200)}: no run, logged model or version of the tenant ${caller.tenant} keeps its files there.`,
  )

  function owned(owner: string, below: string): Place {
    return {
      owner,
      files: async () => await listArtifacts(database, caller.tenant, owner, below),
      path: below,
    }
  }
}

/** What lies directly in a folder, as MLflow says it. */
function listFolder(files: readonly Artifact[], folder: string) {
  const prefix = folder === '' ? '' : `${folder}/`
  const found = new Map<string, { path: string; is_dir: boolean; file_size?: number }>()
  for (const { path, bytes } of files) {
    if (!path.startsWith(prefix)) continue
    const [name = '', ...below] = path.slice(prefix.length).split('/')
    if (below.length > 0) found.set(name, { path: name, is_dir: true })
    else found.set(name, { path: name, is_dir: false, file_size: bytes })
  }
  return [...found.values()]
}

/** The same with whole paths, as a run lists them. */
export async function listArtifactsAsWire({ context, caller }: MlflowCall, owner: string, folder: string) {
  const files = await listArtifacts(context.database, caller.tenant, owner, folder)
  return listFolder(files, folder).map(file => ({
    ...file,
    path: folder === '' ? file.path : `${folder}/${file.path}`,
  }))
}

/** The artifact service: files of runs and logged models in and out, of versions out. */
export async function serveArtifacts(
  call: MlflowCall,
  request: Request,
  path: string,
): Promise<Response | undefined> {
  if (request.method === 'GET' && path === '') {
    const place = await findPlace(call, new URL(request.url).searchParams.get('path') ?? '')
    return Response.json({ files: listFolder(await place.files(), place.path) })
  }
  if (request.method === 'GET') {
    const place = await findPlace(call, path)
    const file = (await place.files()).find(one => one.path === place.path)
    if (!file) throw new Failure('not_found', `There is no artifact ${path.slice(0, 200)}.`)
    return new Response(await readStored(call.context, call.caller.tenant, file), {
      headers: {
        'content-type': 'application/octet-stream',
        'content-length': String(file.bytes),
        'cache-control': 'no-store',
      },
    })
  }
  if (request.method === 'PUT') {
    await keep(call, await findPlace(call, path), request.body)
    return Response.json({})
  }
  if (request.method === 'DELETE') {
    const { owner, path: below } = await findPlace(call, path)
    if (owner === undefined) throw unchangeable()
    await call.context.database.transaction(
      async transaction => await deleteArtifacts(transaction, call.caller.tenant, owner, below),
    )
    return Response.json({})
  }
  return undefined
}

/** Takes a file in: to the disk first, hashed, then stored; the artifact is there when all of it is. */
async function keep(
  { context, caller, uploads, mostUploadBytes }: MlflowCall,
  { owner, path }: Place,
  body: ReadableStream<Uint8Array> | null,
): Promise<void> {
  if (owner === undefined) throw unchangeable()
  if (path === '') throw new Failure('invalid_request', 'An artifact has a name.')
  const { tenant } = caller
  const id = randomBytes(20).toString('hex')
  try {
    await uploads.append(tenant, id, 0, body, { mostBytes: mostUploadBytes() })
    const file = await uploads.uploaded(tenant, id)
    const { sha256, bytes } = await hashFile(file)
    await storeFile(context, tenant, { path: file, bytes, sha256 })
    await context.database.transaction(async transaction => {
      const use = { kind: 'artifact' as const, subject: artifactSubject(owner, path) }
      if ((await useObjects(transaction, tenant, [objectName(sha256)], use)).length > 0)
        throw new Failure('storage_unavailable', 'The artifact was collected meanwhile. Send it again.')
      await putArtifact(transaction, tenant, owner, { path, sha256, bytes, now: new Date(context.now()) })
    })
  } finally {
    await uploads.deleteUpload(tenant, id)
  }
}

function unchangeable(): Failure {
  return new Failure('forbidden', 'The files of a version do not change. Register another version.')
}

export const artifactEndpoints: Readonly<Record<string, MlflowEndpoint>> = {
  'GET artifacts/list': endpoint(
    'model:read',
    z.looseObject({
      run_id: z.string().max(100).optional(),
      run_uuid: z.string().max(100).optional(),
      path: z.string().max(400).nullish(),
    }),
    async (call, given) => {
      const run = await getRun(call, given.run_id ?? given.run_uuid ?? '')
      return {
        root_uri: `${artifactRoot(run.experimentId)}/${run.id}/artifacts`,
        files: await listArtifactsAsWire(call, run.id, given.path ?? ''),
      }
    },
  ),
}
