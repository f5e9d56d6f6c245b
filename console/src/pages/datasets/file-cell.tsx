import type { DatasetPlace } from '../../api/datasets.ts'
import type { DatasetVersion } from '../../api/types.ts'
import { CellText } from './cell-text.tsx'

/** Pictures that a browser only draws; the server sends nothing else to be shown. */
const pictures = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/bmp', 'image/avif'])
const ofFiles = ['path', 'bytes', 'sha256', 'media_type']

/** Whether the rows of a version are files. */
export function isOfFiles(version: DatasetVersion | undefined): boolean {
  const names = new Set(version?.columns.map(({ name }) => name))
  return ofFiles.every(name => names.has(name))
}

/** The path of a file, with the file behind it and a small picture where it is one. */
export function FileCell(props: {
  readonly place: DatasetPlace
  readonly revision: string
  readonly row: Readonly<Record<string, unknown>>
}) {
  const { path, media_type: type } = props.row
  if (typeof path !== 'string') return <CellText value={path} />
  return (
    <a className="file-cell" href={addressOf(props, path)} download>
      {typeof type === 'string' && pictures.has(type) && (
        <img src={addressOf(props, path, true)} alt="" loading="lazy" width={48} height={48} />
      )}
      <span className="cell">{path}</span>
    </a>
  )
}

function addressOf(
  { place, revision }: { readonly place: DatasetPlace; readonly revision: string },
  path: string,
  isShown = false,
): string {
  const query = new URLSearchParams({ version: revision, path })
  if (isShown) query.set('inline', 'true')
  if (place.tenant !== undefined) query.set('tenant', place.tenant)
  return `/api/datasets/${encodeURIComponent(place.name)}/file?${query.toString()}`
}
