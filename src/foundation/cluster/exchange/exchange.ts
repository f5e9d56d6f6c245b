import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { createId, type Database, Failure, type StoredObject } from '../../platform/index.ts'
import {
  addToken,
  type ClusterFile,
  type ClusterJob,
  concludeClusterJob,
  countLeftBytes,
  deleteFiles,
  endClusterJob,
  findJobOfToken,
  findOpenJob,
  insertFile,
  isJobOver,
  keepTokens,
  listFiles,
  listForgottenJobs,
  markFilesReady,
  openClusterJob,
} from './exchange-store.ts'

/** An object store whose objects are sealed for their tenant. */
export interface SealedStore {
  put(
    tenant: string,
    key: string,
    content: ReadableStream<Uint8Array>,
  ): Promise<{ readonly sizeBytes: number }>
  get(tenant: string, key: string): Promise<Pick<StoredObject, 'body'> | undefined>
  delete(key: string): Promise<void>
}

/** What travels between a job and its pods, through the object store, so that any replica may serve it. */
export interface Exchange {
  /** The Job of this work; the same until it was concluded. */
  open(asked: AskedJob): Promise<ClusterJob>
  find(work: string): Promise<ClusterJob | undefined>
  /** Puts a folder where the pods of the job get it, without some of what lies in it; again after a crash, nothing is put twice. */
  offer(job: ClusterJob, folder: string, leaveOut: readonly string[]): Promise<void>
  /** A token for the pods of this job and for nothing else. It is told once; we keep its hash. */
  grant(job: ClusterJob): Promise<string>
  /** Moves on until when its tokens count. */
  keep(job: ClusterJob): Promise<void>
  /** The job that a token is for. Throws `unauthenticated`, and `conflict` where the job is over. */
  admit(id: string, token: string | undefined): Promise<ClusterJob>
  /** What a pod that begins has to have: what was offered, with the whole folders that an earlier one has left. */
  offered(job: ClusterJob): Promise<readonly ClusterFile[]>
  read(job: ClusterJob, file: ClusterFile): Promise<ReadableStream<Uint8Array>>
  /** Keeps what a pod leaves. Throws `forbidden` for other paths, and `body_too_large` past what it may leave. */
  take(job: ClusterJob, file: TakenFile, body: ReadableStream<Uint8Array>): Promise<void>
  note(job: ClusterJob, kind: 'whole' | 'gone' | 'delivered', path: string): Promise<void>
  left(job: ClusterJob, after: number): Promise<readonly ClusterFile[]>
  /** Its pods have ended. Tokens count no more; its files stay until it is concluded. */
  end(job: ClusterJob, exitCode: number): Promise<void>
  /** Jobs that nobody has watched for an hour, and those that ended a day ago. */
  forgotten(): Promise<readonly ClusterJob[]>
  /** What became of it is written down: its objects are deleted, and the same work would be another Job. */
  conclude(job: ClusterJob): Promise<void>
}

export interface AskedJob extends Pick<ClusterJob, 'tenant' | 'mayLeave' | 'mostBytes' | 'place'> {
  readonly work: string
}

export interface TakenFile {
  readonly path: string
  /** What the sender says that it has. */
  readonly sizeBytes: number
  readonly isRunnable: boolean
  readonly beginsAt: number | undefined
}

/** A server that is away for longer finds its Jobs, whose couriers wait for it. */
const tokenMs = 15 * 60_000
const unwatchedMs = 3_600_000
const endedMs = 86_400_000
const bearer = 'slxt-'

export function createExchange({
  database,
  objects,
}: {
  readonly database: Database
  readonly objects: SealedStore
}): Exchange {
  const keyOf = (job: ClusterJob): string => `cluster/${job.id}/${createId()}`

  async function store(
    job: ClusterJob,
    kind: 'in' | 'out',
    file: TakenFile,
    body: ReadableStream<Uint8Array>,
  ): Promise<void> {
    const objectKey = keyOf(job)
    const { sizeBytes } = await objects.put(job.tenant, objectKey, body)
    if (sizeBytes !== file.sizeBytes) {
      await objects.delete(objectKey)
      throw new Failure(
        'invalid_request',
        `${file.path} came with ${sizeBytes} of ${file.sizeBytes} bytes. Send it again.`,
      )
    }
    await insertFile(database, job.id, { ...file, kind, objectKey, sizeBytes })
  }

  return {
    async open(asked) {
      const id = createId()
      return await openClusterJob(database, { ...asked, id, name: nameOf(id) }, new Date())
    },
    find: work => findOpenJob(database, work),
    async offer(job, folder, leaveOut) {
      if (job.hasFiles) return
      const there = new Set((await listFiles(database, job.id, 0)).map(file => file.path))
      for await (const relative of filesBelow(folder, '')) {
        if (there.has(relative) || leaveOut.some(one => relative === one || relative.startsWith(`${one}/`)))
          continue
        const file = path.join(folder, relative)
        const { size, mode } = await lstat(file)
        await store(
          job,
          'in',
          { path: relative, sizeBytes: size, isRunnable: (mode & 0o100) !== 0, beginsAt: undefined },
          Readable.toWeb(createReadStream(file)) as unknown as ReadableStream<Uint8Array>,
        )
      }
      await markFilesReady(database, job.id, new Date())
    },
    async grant(job) {
      const token = bearer + randomBytes(32).toString('base64url')
      await addToken(database, job.id, hashOf(token))
      return token
    },
    keep: job => keepTokens(database, job.id, new Date(Date.now() + tokenMs)),
    async admit(id, token) {
      const isId = /^[0-9a-f-]{36}$/.test(id)
      const job =
        token?.startsWith(bearer) === true && isId
          ? await findJobOfToken(database, id, hashOf(token), new Date())
          : undefined
      if (!job && isId && (await isJobOver(database, id)))
        throw new Failure('conflict', 'This job is over: nothing is brought any more.')
      if (!job) throw new Failure('unauthenticated', 'This token is for no job that runs.')
      return job
    },
    async offered(job) {
      const files = await listFiles(database, job.id, 0)
      const found = new Map<string, ClusterFile>()
      const parts = new Map<string, ClusterFile>()
      for (const file of files)
        if (file.kind === 'in') found.set(file.path, file)
        else if (file.kind === 'out' && folderOf(job, file.path) !== undefined) parts.set(file.path, file)
        else if (file.kind === 'whole' || file.kind === 'gone') {
          const inside = (place: string): boolean => place.startsWith(`${file.path}/`)
          for (const place of found.keys()) if (inside(place)) found.delete(place)
          for (const [place, part] of parts)
            if (inside(place)) {
              parts.delete(place)
              if (file.kind === 'whole') found.set(place, part)
            }
        }
      return [...found.values()]
    },
    async read(job, file) {
      const found = await objects.get(job.tenant, file.objectKey ?? '')
      if (!found) throw new Failure('not_found', `The bytes of ${file.path} are in the object store no more.`)
      return found.body
    },
    async take(job, file, body) {
      checkPath(job, file.path)
      if (!(await countLeftBytes(database, job.id, file.sizeBytes)))
        throw new Failure('body_too_large', `The job may leave ${job.mostBytes} bytes, and has.`)
      await store(job, 'out', file, body)
    },
    async note(job, kind, place) {
      if (kind !== 'delivered') checkPath(job, place)
      const nothing = { objectKey: undefined, sizeBytes: 0, isRunnable: false, beginsAt: undefined }
      await insertFile(database, job.id, { ...nothing, kind, path: place })
    },
    left: async (job, after) =>
      (await listFiles(database, job.id, after)).filter(({ kind }) => kind !== 'in'),
    end: (job, exitCode) => endClusterJob(database, job.id, exitCode, new Date()),
    forgotten: () =>
      listForgottenJobs(database, new Date(Date.now() - unwatchedMs), new Date(Date.now() - endedMs)),
    async conclude(job) {
      await concludeClusterJob(database, job.id, new Date())
      for (const { objectKey } of await listFiles(database, job.id, 0))
        if (objectKey !== undefined) await objects.delete(objectKey)
      await deleteFiles(database, job.id)
    },
  }
}

/** What a Job of this id is called in the cluster: a DNS label that begins with a letter. */
export const nameOf = (id: string): string => `slipway-${id}`

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex')

/** The folder that is sent whole and that a path lies in: `checkpoints/step-5`. */
export function folderOf({ mayLeave }: Pick<ClusterJob, 'mayLeave'>, place: string): string | undefined {
  for (const folder of mayLeave.folders) {
    const [name, ...rest] = place.startsWith(`${folder}/`) ? place.slice(folder.length + 1).split('/') : []
    if (name !== undefined && rest.length >= 0) return `${folder}/${name}`
  }
  return undefined
}

function checkPath(job: ClusterJob, place: string): void {
  const { growing, atEnd } = job.mayLeave
  const isPlain =
    place.length <= 1_000 &&
    !place.includes('\0') &&
    place.split('/').every(part => part !== '' && part !== '.' && part !== '..')
  const isLeft =
    growing.includes(place) ||
    atEnd.some(one => place === one || place.startsWith(`${one}/`)) ||
    folderOf(job, place) !== undefined
  if (!isPlain || !isLeft) throw new Failure('forbidden', `The job may not leave ${JSON.stringify(place)}.`)
}

async function* filesBelow(folder: string, prefix: string): AsyncGenerator<string> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const relative = prefix + entry.name
    if (entry.isDirectory()) yield* filesBelow(path.join(folder, entry.name), `${relative}/`)
    else if (entry.isFile()) yield relative
  }
}
