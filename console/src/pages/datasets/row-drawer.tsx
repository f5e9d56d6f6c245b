import { Drawer, Stack } from '@mantine/core'
import { type DatasetPlace, useDatasetBlame } from '../../api/datasets.ts'
import type { DatasetBlame } from '../../api/types.ts'
import { Empty } from '../../parts/empty.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { Notice } from '../../parts/notice.tsx'
import { ScrollRegion } from '../../parts/scroll-region.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'
import { withSearch } from '../../routing/location.ts'
import { CellText } from './cell-text.tsx'

interface Props {
  readonly place: DatasetPlace
  readonly revision: string
}

/** Who gave each cell of a row what it holds, and who took the row away. */
export function RowDrawer(
  props: Props & { readonly rowKey: string | undefined; readonly onClose: () => void },
) {
  const { rowKey } = props
  return (
    <Drawer.Root opened={rowKey !== undefined} onClose={props.onClose} position="right" size={720}>
      <Drawer.Overlay backgroundOpacity={0.2} />
      <Drawer.Content aria-label="Row">
        <Drawer.Header className="drawer-head">
          <Drawer.Title tabIndex={-1} data-autofocus>
            Where the row came from
          </Drawer.Title>
          <Drawer.CloseButton aria-label="Close row" />
        </Drawer.Header>
        <Drawer.Body>{rowKey !== undefined && <RowHistory {...props} rowKey={rowKey} />}</Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  )
}

function RowHistory({ place, revision, rowKey }: Props & { readonly rowKey: string }) {
  return (
    <Loaded query={useDatasetBlame(place, revision, rowKey)} height={300}>
      {blame => (
        <Stack gap="md" pt="md">
          <code>{rowKey.slice(0, 200)}</code>
          {blame.followed_to !== null && (
            <Notice tone="warn" title={`The time was up at version ${blame.followed_to}`}>
              <p>What is not named here came before it.</p>
            </Notice>
          )}
          {blame.rows.map(row => (
            <BlamedRow key={row.key} row={row} origins={blame.origins} />
          ))}
        </Stack>
      )}
    </Loaded>
  )
}

type Origin = DatasetBlame['origins'][number]

function BlamedRow({
  row,
  origins,
}: {
  readonly row: DatasetBlame['rows'][number]
  readonly origins: readonly Origin[]
}) {
  const originOf = (number: number | null | undefined) => origins.find(origin => origin.number === number)
  if (row.state !== 'present') {
    const origin = originOf(row.removed?.version)
    if (!row.removed || !origin)
      return (
        <Empty icon="table" title="No version that was looked at has this row">
          It may be of another branch.
        </Empty>
      )
    return (
      <p>
        This version does not have the row. Version <VersionLink number={origin.number} /> removed it;{' '}
        <a href={withSearch(window.location, { at: String(row.removed.last) })}>version {row.removed.last}</a>{' '}
        still had it.
        <OriginLine origin={origin} />
      </p>
    )
  }
  return (
    <ScrollRegion className="scroll-x" label="Cells">
      <table className="rows row-table">
        <thead>
          <tr>
            <th scope="col">Column</th>
            <th scope="col">Holds</th>
            <th scope="col">Since version</th>
          </tr>
        </thead>
        <tbody>
          {row.cells.map(({ column, version, kind }) => {
            const origin = originOf(version)
            return (
              <tr key={column}>
                <th scope="row">{column}</th>
                <td>
                  <CellText value={row.row?.[column]} />
                </td>
                <td>
                  {origin ? (
                    <>
                      <VersionLink number={origin.number} /> {kind}
                      <OriginLine origin={origin} />
                    </>
                  ) : (
                    <span className="quiet">not followed so far</span>
                  )}
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </ScrollRegion>
  )
}

function VersionLink({ number }: { readonly number: number }) {
  return (
    <a
      href={withSearch(window.location, {
        at: String(number),
        view: 'diff',
        from: undefined,
        row: undefined,
      })}
    >
      <b>{number}</b>
    </a>
  )
}

function OriginLine({ origin }: { readonly origin: Origin }) {
  return (
    <span className="quiet origin-line">
      {origin.author} · <TimeAgo iso={origin.created_at} /> · {origin.source.kind}
      {origin.message !== '' && ` · ${origin.message.slice(0, 100)}`}
    </span>
  )
}
