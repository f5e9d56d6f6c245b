import { Group, Select, Table } from '@mantine/core'
import type { ReactNode } from 'react'
import { type ModelPlace, useModelVersion, useModelVersions } from '../../api/models.ts'
import type { ModelVersionDetail } from '../../api/types.ts'
import { formatBytes, none } from '../../format/number.ts'
import { Empty } from '../../parts/empty.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { Panel } from '../../parts/page.tsx'
import { ScrollRegion } from '../../parts/scroll-region.tsx'
import { changeSearch, useSearch } from '../../routing/location.ts'
import { compareVersions } from './compare-versions.ts'
import { describeFacts } from './describe-facts.ts'

/** Two versions beside each other: what they are, what was measured, and which files differ. */
export function CompareView({ place }: { readonly place: ModelPlace }) {
  const versions = useModelVersions(place)
  return (
    <Loaded query={versions} height={240}>
      {({ pages }) => {
        const numbers = pages.flatMap(page => page.data).map(({ number }) => String(number))
        return numbers.length < 2 ? (
          <Panel>
            <Empty icon="model" title="There are no two versions yet" />
          </Panel>
        ) : (
          <Chosen place={place} numbers={numbers} />
        )
      }}
    </Loaded>
  )
}

function Chosen({ place, numbers }: { readonly place: ModelPlace; readonly numbers: readonly string[] }) {
  const search = useSearch()
  const chosen = (name: string, usual: string | undefined) => {
    const asked = search.get(name)
    return asked !== null && numbers.includes(asked) ? asked : usual
  }
  const from = chosen('from', numbers[1])
  const to = chosen('to', numbers[0])
  const [before, after] = [useModelVersion(place, from), useModelVersion(place, to)]
  return (
    <div className="stack">
      <Group gap="xs">
        {(['from', 'to'] as const).map(name => (
          <Select
            key={name}
            label={name === 'from' ? 'From version' : 'To version'}
            data={[...numbers]}
            value={(name === 'from' ? from : to) ?? null}
            searchable
            allowDeselect={false}
            onChange={value => changeSearch({ [name]: value ?? undefined })}
          />
        ))}
      </Group>
      <Loaded query={before} height={240}>
        {left => (
          <Loaded query={after} height={240}>
            {right => <Differences before={left} after={right} />}
          </Loaded>
        )}
      </Loaded>
    </div>
  )
}

function Differences(props: { readonly before: ModelVersionDetail; readonly after: ModelVersionDetail }) {
  const { before, after } = props
  const { metrics, files } = compareVersions(before, after)
  const row = (name: string, of: (version: ModelVersionDetail) => ReactNode) => (
    <Table.Tr key={name}>
      <Table.Td data-label="">{name}</Table.Td>
      <Table.Td data-label={`Version ${before.number}`}>{of(before)}</Table.Td>
      <Table.Td data-label={`Version ${after.number}`}>{of(after)}</Table.Td>
    </Table.Tr>
  )
  return (
    <>
      <Panel isFlush title="What they are">
        <ScrollRegion className="scroll-x" label="What they are">
          <Table className="rows stacking">
            <Table.Thead>
              <Table.Tr>
                <Table.Th aria-label="What" />
                <Table.Th>Version {before.number}</Table.Th>
                <Table.Th>Version {after.number}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {row('Digest', ({ digest }) => (
                <code>{digest.slice(0, 16)}</code>
              ))}
              {row('What', ({ facts, format }) => `${format}, ${describeFacts(facts)}`)}
              {row('Size', ({ bytes }) => formatBytes(bytes))}
              {row(
                'Learned from',
                ({ lineage }) =>
                  lineage.datasets.map(({ name, number }) => `${name}@${number ?? '?'}`).join(', ') || none,
              )}
              {row(
                'Models before it',
                ({ lineage }) =>
                  lineage.models
                    .map(({ model, version, role }) => `${model}@${version} (${role})`)
                    .join(', ') || none,
              )}
              {row('Made by', ({ author, source }) => `${author}, ${source.kind}`)}
              {metrics.map(({ name, left, right, change }) => (
                <Table.Tr key={`metric ${name}`}>
                  <Table.Td data-label="">{name}</Table.Td>
                  <Table.Td data-label={`Version ${before.number}`}>{left}</Table.Td>
                  <Table.Td data-label={`Version ${after.number}`}>
                    {right} {change !== undefined && <span className="quiet">{change}</span>}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </ScrollRegion>
      </Panel>
      <Panel isFlush title="Files">
        {files.length === 0 ? (
          <Empty icon="check" title="They have the same files" />
        ) : (
          <ScrollRegion className="scroll-x" label="Files that differ">
            <Table className="rows stacking">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Path</Table.Th>
                  <Table.Th>What became of it</Table.Th>
                  <Table.Th ta="right">Size</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {files.map(({ path, what, bytes }) => (
                  <Table.Tr key={path}>
                    <Table.Td data-label="Path">{path}</Table.Td>
                    <Table.Td data-label="What became of it">{what}</Table.Td>
                    <Table.Td data-label="Size" ta="right">
                      {formatBytes(bytes)}
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </ScrollRegion>
        )}
      </Panel>
    </>
  )
}
