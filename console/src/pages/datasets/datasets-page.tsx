import { Table } from '@mantine/core'
import { useDatasets } from '../../api/datasets.ts'
import type { Dataset } from '../../api/types.ts'
import { formatBytes, formatCount, none } from '../../format/number.ts'
import { Empty } from '../../parts/empty.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { PageHead, Panel } from '../../parts/page.tsx'
import { ScrollRegion } from '../../parts/scroll-region.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'
import { ShowMore } from '../../parts/show-more.tsx'
import { useHref, useScope } from '../../routing/scope.ts'
import { ChecksMark } from './checks-mark.tsx'
import { DatasetPage } from './dataset-page.tsx'

/** Datasets by name, or one of them. */
export function DatasetsPage({ name }: { readonly name: string | undefined }) {
  const { tenant } = useScope()
  return name === undefined ? <DatasetList tenant={tenant} /> : <DatasetPage place={{ name, tenant }} />
}

function DatasetList({ tenant }: { readonly tenant: string | undefined }) {
  const datasets = useDatasets(tenant)
  return (
    <>
      <PageHead
        title="Datasets"
        lead="What models learn from and are measured on. A version never changes, and a bad one is not published."
      />
      <Loaded query={datasets} height={320}>
        {({ pages }) => {
          const known = pages.flatMap(page => page.data)
          return (
            <Panel isFlush title="By name">
              {known.length === 0 ? (
                <Empty
                  icon="table"
                  title="No datasets yet"
                  command="npm run slipway -- dataset import support tickets.jsonl --key id"
                >
                  JSON Lines, CSV, Parquet, OpenAI’s training and evaluation files and promptfoo’s tests can
                  be brought in; inferences, feedback and reviews can be collected.
                </Empty>
              ) : (
                <DatasetTable datasets={known} />
              )}
              <ShowMore query={datasets} />
            </Panel>
          )
        }}
      </Loaded>
    </>
  )
}

function DatasetTable({ datasets }: { readonly datasets: readonly Dataset[] }) {
  const href = useHref()
  return (
    <ScrollRegion className="scroll-x" label="Datasets">
      <Table className="rows stacking" highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Dataset</Table.Th>
            <Table.Th ta="right">Version</Table.Th>
            <Table.Th ta="right">Rows</Table.Th>
            <Table.Th ta="right">Columns</Table.Th>
            <Table.Th ta="right">Size</Table.Th>
            <Table.Th>Checks</Table.Th>
            <Table.Th>Published</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {datasets.map(({ name, tenant, description, head }) => (
            <Table.Tr key={`${tenant} ${name}`}>
              <Table.Td data-label="Dataset">
                <a href={href(`/datasets/${encodeURIComponent(name)}?tenant=${encodeURIComponent(tenant)}`)}>
                  {name}
                </a>
                <div className="quiet dataset-about">
                  {tenant}
                  {description !== '' && ` · ${description}`}
                </div>
              </Table.Td>
              <Table.Td data-label="Version" ta="right">
                {head?.number ?? none}
              </Table.Td>
              <Table.Td data-label="Rows" ta="right">
                {head ? formatCount(head.rows) : none}
              </Table.Td>
              <Table.Td data-label="Columns" ta="right">
                {head?.columns.length ?? none}
              </Table.Td>
              <Table.Td data-label="Size" ta="right">
                {head ? formatBytes(head.bytes) : none}
              </Table.Td>
              <Table.Td data-label="Checks">{head ? <ChecksMark checks={head.checks} /> : none}</Table.Td>
              <Table.Td data-label="Published">{head ? <TimeAgo iso={head.created_at} /> : none}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollRegion>
  )
}
