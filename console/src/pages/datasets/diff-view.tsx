import { Select } from '@mantine/core'
import { type DatasetPlace, useDatasetDiff } from '../../api/datasets.ts'
import type { DatasetDiff, DatasetRef, DatasetVersion } from '../../api/types.ts'
import { formatCount } from '../../format/number.ts'
import { Empty } from '../../parts/empty.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { Panel } from '../../parts/page.tsx'
import { ScrollRegion } from '../../parts/scroll-region.tsx'
import { ShareBars } from '../../parts/share-bars.tsx'
import { ShowMore } from '../../parts/show-more.tsx'
import { changeSearch, useSearch, withSearch } from '../../routing/location.ts'
import { ToneMark } from '../../parts/status.tsx'
import { diffWords } from '../reviews/diff-words.ts'
import { CellText } from './cell-text.tsx'
import { revisionOptions } from './revisions.ts'

/** How rows differ from another version: the parent, where no other is chosen. */
export function DiffView(props: {
  readonly place: DatasetPlace
  readonly versions: readonly DatasetVersion[]
  readonly refs: readonly DatasetRef[]
  readonly version: DatasetVersion | undefined
  readonly to: string
}) {
  const { place, versions, refs, version, to } = props
  const [parent] = version?.parents ?? []
  const parentNumber = versions.find(({ id }) => id === parent)?.number
  const from = useSearch().get('from') ?? (parentNumber === undefined ? parent : String(parentNumber))
  const diff = useDatasetDiff(place, from, to)
  return (
    <>
      <div className="filters">
        <Select
          aria-label="Compared with"
          label="Compared with"
          searchable
          allowDeselect={false}
          data={revisionOptions(versions, refs)}
          value={from ?? null}
          onChange={value => changeSearch({ from: value ?? undefined })}
        />
      </div>
      {from === undefined ? (
        <Panel>
          <Empty icon="table" title="It is the first version">
            There is nothing before it. Choose another version to compare it with.
          </Empty>
        </Panel>
      ) : (
        <Loaded query={diff} height={400}>
          {({ pages }) => (
            <>
              {pages[0]?.counts && <DiffCounts counts={pages[0].counts} />}
              <Panel isFlush title="Rows">
                <DiffRows rows={pages.flatMap(page => page.data)} />
                <ShowMore query={diff} />
              </Panel>
            </>
          )}
        </Loaded>
      )}
    </>
  )
}

function DiffCounts({ counts }: { readonly counts: NonNullable<DatasetDiff['counts']> }) {
  const columns = Object.entries(counts.columns).filter(([, count]) => count > 0)
  return (
    <Panel title="In all">
      <dl className="figures">
        <div>
          <dt>Added</dt>
          <dd>{formatCount(counts.added)}</dd>
        </div>
        <div>
          <dt>Changed</dt>
          <dd>{formatCount(counts.changed)}</dd>
        </div>
        <div>
          <dt>Removed</dt>
          <dd>{formatCount(counts.removed)}</dd>
        </div>
        <div>
          <dt>As before</dt>
          <dd>{formatCount(counts.unchanged)}</dd>
        </div>
      </dl>
      {columns.length > 0 && (
        <ShareBars
          label="In which columns rows changed"
          total={counts.changed}
          shares={columns
            .toSorted(([, left], [, right]) => right - left)
            .map(([name, count]) => ({ name, count }))}
          isExclusive={false}
        />
      )}
    </Panel>
  )
}

type DiffRow = DatasetDiff['data'][number]

function DiffRows({ rows }: { readonly rows: readonly DiffRow[] }) {
  if (rows.length === 0)
    return (
      <Empty icon="check" title="They hold the same rows">
        Where they lie may differ; what they hold does not.
      </Empty>
    )
  return (
    <ScrollRegion className="scroll-x" label="Rows that differ">
      <table className="rows row-table">
        <thead>
          <tr>
            <th scope="col">Row</th>
            <th scope="col">What</th>
            <th scope="col">How</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(row => (
            <tr key={`${row.kind} ${row.key}`} data-diff={row.kind}>
              <td>
                <a
                  href={withSearch(window.location, { row: row.key })}
                  aria-label={`History of row ${row.key.slice(0, 60)}`}
                >
                  <code>{row.key.slice(0, 60)}</code>
                </a>
              </td>
              <td>
                <ToneMark tone={row.kind === 'added' ? 'good' : row.kind === 'removed' ? 'bad' : 'accent'}>
                  {row.kind}
                </ToneMark>
              </td>
              <td>
                <DiffCells row={row} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  )
}

function DiffCells({ row }: { readonly row: DiffRow }) {
  if (row.kind !== 'changed') return <CellText value={row.after ?? row.before} />
  return (
    <dl className="diff-cells">
      {row.columns.map(name => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <ChangedCell before={row.before?.[name]} after={row.after?.[name]} />
          </dd>
        </div>
      ))}
    </dl>
  )
}

/** Texts word by word; anything else before and after. */
function ChangedCell({ before, after }: { readonly before: unknown; readonly after: unknown }) {
  if (typeof before === 'string' && typeof after === 'string' && before.length + after.length < 4_000)
    return (
      <p className="diff-words">
        {diffWords(before, after).map((piece, index) =>
          piece.kind === 'added' ? (
            // oxlint-disable-next-line react/no-array-index-key -- pieces of one text, in their order.
            <ins key={index}>{piece.text}</ins>
          ) : piece.kind === 'removed' ? (
            // oxlint-disable-next-line react/no-array-index-key -- pieces of one text, in their order.
            <del key={index}>{piece.text}</del>
          ) : (
            // oxlint-disable-next-line react/no-array-index-key -- pieces of one text, in their order.
            <span key={index}>{piece.text}</span>
          ),
        )}
      </p>
    )
  return (
    <span className="diff-values">
      <CellText value={before} /> → <CellText value={after} />
    </span>
  )
}
