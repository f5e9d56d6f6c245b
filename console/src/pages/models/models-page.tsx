import { Table } from '@mantine/core'
import { useModels } from '../../api/models.ts'
import type { Model } from '../../api/types.ts'
import { formatBytes, none } from '../../format/number.ts'
import { Empty } from '../../parts/empty.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { PageHead, Panel } from '../../parts/page.tsx'
import { ScrollRegion } from '../../parts/scroll-region.tsx'
import { ShowMore } from '../../parts/show-more.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'
import { useSearch } from '../../routing/location.ts'
import { useHref, useScope } from '../../routing/scope.ts'
import { ModelPage } from './model-page.tsx'
import { modelPath } from './model-href.ts'
import { VersionPage } from './version-page.tsx'

/** Models by name, one of them, or one version of it. */
export function ModelsPage({ name }: { readonly name: string | undefined }) {
  const { tenant } = useScope()
  const at = useSearch().get('version')
  if (name === undefined) return <ModelList tenant={tenant} />
  const place = { name, tenant }
  return at === null ? <ModelPage place={place} /> : <VersionPage place={place} at={at} />
}

function ModelList({ tenant }: { readonly tenant: string | undefined }) {
  const models = useModels(tenant)
  return (
    <>
      <PageHead
        title="Models"
        lead="Versions that never change, and aliases that say which of them is used for what. All that happens to them is kept."
      />
      <Loaded query={models} height={320}>
        {({ pages }) => {
          const known = pages.flatMap(page => page.data)
          return (
            <Panel isFlush title="By name">
              {known.length === 0 ? (
                <Empty icon="model" title="No models yet" command="npm run slipway -- model import --builtin">
                  A GGUF file or a folder of transformers becomes a version with{' '}
                  <code>model import PATH --name NAME</code>, what training leaves does by itself, and
                  MLflow’s client registers here too. The command below registers the model that comes with
                  Slipway.
                </Empty>
              ) : (
                <ModelTable models={known} />
              )}
              <ShowMore query={models} />
            </Panel>
          )
        }}
      </Loaded>
    </>
  )
}

function ModelTable({ models }: { readonly models: readonly Model[] }) {
  const href = useHref()
  return (
    <ScrollRegion className="scroll-x" label="Models">
      <Table className="rows stacking" highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Model</Table.Th>
            <Table.Th>Aliases</Table.Th>
            <Table.Th ta="right">Newest</Table.Th>
            <Table.Th>Format</Table.Th>
            <Table.Th ta="right">Size</Table.Th>
            <Table.Th>Made</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {models.map(({ name, tenant, description, aliases, newest }) => (
            <Table.Tr key={`${tenant} ${name}`}>
              <Table.Td data-label="Model">
                <a href={href(modelPath({ name, tenant }))}>{name}</a>
                <div className="quiet model-about">
                  {tenant}
                  {description !== '' && ` · ${description}`}
                </div>
              </Table.Td>
              <Table.Td data-label="Aliases">
                {aliases.length === 0
                  ? none
                  : aliases.map(alias => (
                      <span key={alias.name} className="tag">
                        {alias.name} → {alias.version}
                      </span>
                    ))}
              </Table.Td>
              <Table.Td data-label="Newest" ta="right">
                {newest ? (
                  <a href={href(modelPath({ name, tenant }, String(newest.number)))}>{newest.number}</a>
                ) : (
                  none
                )}
              </Table.Td>
              <Table.Td data-label="Format">{newest?.format ?? none}</Table.Td>
              <Table.Td data-label="Size" ta="right">
                {newest ? formatBytes(newest.bytes) : none}
              </Table.Td>
              <Table.Td data-label="Made">{newest ? <TimeAgo iso={newest.created_at} /> : none}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollRegion>
  )
}
