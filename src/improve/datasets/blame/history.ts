import type { Queryable } from '../../../foundation/platform/index.ts'
import type { Column, DatasetVersion, VersionManifest } from '../dataset.ts'
import { listLine } from '../stores/version-store.ts'

/** What a version is to those who look for where a value came from: no rows, and of its manifest what is needed. */
export interface PastVersion
  extends
    Pick<DatasetVersion, 'id' | 'number'>,
    Pick<VersionManifest, 'parents' | 'author' | 'message' | 'source' | 'createdAt'> {
  /** Of each segment its removal vector, where it has one. */
  readonly segments: ReadonlyMap<string, string | undefined>
  readonly columns: ReadonlyMap<string, Column>
}

export interface History {
  /** A version of this history; read with those before it. */
  get(id: string): Promise<PastVersion>
  /** It and its first parents, as many as asked or as there are. */
  line(id: string, count: number): Promise<PastVersion[]>
}

const readAtOnce = 100
const mostKept = 2_000

/** The versions before one, read as they are asked for. */
export function openHistory(queryable: Queryable, tenant: string): History {
  const known = new Map<string, PastVersion>()

  async function get(id: string): Promise<PastVersion> {
    const found = known.get(id)
    if (found) return found
    const versions = await listLine(queryable, tenant, id, readAtOnce)
    if (known.size > mostKept) known.clear()
    for (const version of versions) known.set(version.id, toPast(version))
    const read = known.get(id)
    if (!read) throw new Error(`The version ${id} is named as a parent and is not there.`)
    return read
  }

  return {
    get,
    async line(id, count) {
      const line: PastVersion[] = []
      for (let next: string | undefined = id; next !== undefined && line.length < count;) {
        const version: PastVersion = await get(next)
        line.push(version)
        next = version.parents[0]
      }
      return line
    },
  }
}

function toPast({ id, number, manifest }: DatasetVersion): PastVersion {
  const { parents, author, message, source, createdAt } = manifest
  return {
    id,
    number,
    parents,
    author,
    message,
    source,
    createdAt,
    segments: new Map(manifest.segments.map(({ object, removed }) => [object, removed?.object])),
    columns: new Map(manifest.schema.columns.map(column => [column.name, column])),
  }
}
