import { Button, Select, TextInput } from '@mantine/core'
import { useState } from 'react'
import { type DatasetPlace, useDatasetRows } from '../../api/datasets.ts'
import type { Dataset, DatasetVersion } from '../../api/types.ts'
import { Empty } from '../../parts/empty.tsx'
import { Panel } from '../../parts/page.tsx'
import { Problem } from '../../parts/problem.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { ScrollRegion } from '../../parts/scroll-region.tsx'
import { ShowMore } from '../../parts/show-more.tsx'
import { changeSearch, useSearch, withSearch } from '../../routing/location.ts'
import { CellText } from './cell-text.tsx'
import { FileCell, isOfFiles } from './file-cell.tsx'

/** The rows of a version, those of a split or of a condition. */
export function RowsView(props: {
  readonly place: DatasetPlace
  readonly revision: string
  readonly dataset: Dataset
  readonly version: DatasetVersion | undefined
}) {
  const search = useSearch()
  const filter = { split: search.get('split') ?? undefined, where: search.get('where') ?? undefined }
  const rows = useDatasetRows(props.place, props.revision, filter)
  const splits = props.dataset.splits?.map(({ name }) => name) ?? []
  return (
    <>
      <div className="filters">
        {splits.length > 0 && (
          <Select
            aria-label="Split"
            placeholder="All splits"
            clearable
            data={splits}
            value={filter.split ?? null}
            onChange={split => changeSearch({ split: split ?? undefined })}
          />
        )}
        <Condition value={filter.where ?? ''} />
      </div>
      {rows.error ? (
        <Problem error={rows.error} />
      ) : (
        <Loaded query={rows} height={480}>
          {({ pages }) => {
            const known = pages.flatMap(page => page.data)
            return (
              <Panel isFlush>
                {known.length === 0 ? (
                  <Empty icon="filter" title="No row is like that">
                    Take the condition out, or choose another split.
                  </Empty>
                ) : (
                  <RowTable
                    rows={known}
                    version={props.version}
                    place={props.place}
                    revision={props.revision}
                  />
                )}
                <ShowMore query={rows} />
              </Panel>
            )
          }}
        </Loaded>
      )}
    </>
  )
}

function Condition({ value }: { readonly value: string }) {
  const [text, setText] = useState(value)
  return (
    <form
      className="condition"
      onSubmit={event => {
        event.preventDefault()
        changeSearch({ where: text.trim() === '' ? undefined : text.trim() })
      }}
    >
      <TextInput
        aria-label="Condition"
        placeholder="language = 'de' AND length(input) > 200"
        value={text}
        onChange={event => setText(event.currentTarget.value)}
      />
      <Button type="submit" variant="default">
        Filter
      </Button>
    </form>
  )
}

interface KeyedRow {
  readonly key: string
  readonly row: Readonly<Record<string, unknown>>
}

function RowTable(props: {
  readonly rows: readonly KeyedRow[]
  readonly version: DatasetVersion | undefined
  readonly place: DatasetPlace
  readonly revision: string
}) {
  const hasFiles = isOfFiles(props.version)
  const names = props.version?.columns.map(({ name }) => name) ?? Object.keys(props.rows[0]?.row ?? {})
  return (
    <ScrollRegion className="scroll-x" label="Rows">
      <table className="rows row-table">
        <thead>
          <tr>
            {names.map(name => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
            <th scope="col">Came from</th>
          </tr>
        </thead>
        <tbody>
          {props.rows.map(({ key, row }) => (
            <tr key={key}>
              {names.map(name => (
                <td key={name}>
                  {hasFiles && name === 'path' ? (
                    <FileCell place={props.place} revision={props.revision} row={row} />
                  ) : (
                    <CellText value={row[name]} />
                  )}
                </td>
              ))}
              <td>
                <a href={withSearch(window.location, { row: key })}>history</a>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  )
}
