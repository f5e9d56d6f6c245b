import { Table, Tabs } from '@mantine/core'
import { type ModelPlace, useModel, useModelVersions } from '../../api/models.ts'
import type { Model, ModelVersion } from '../../api/types.ts'
import { formatBytes, none } from '../../format/number.ts'
import { Snippet } from '../../parts/copy.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { PageHead, Panel } from '../../parts/page.tsx'
import { ScrollRegion } from '../../parts/scroll-region.tsx'
import { ShowMore } from '../../parts/show-more.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'
import { changeSearch, useSearch } from '../../routing/location.ts'
import { useHref } from '../../routing/scope.ts'
import { CompareView } from './compare-view.tsx'
import { describeFacts } from './describe-facts.ts'
import { HistoryView } from './history-view.tsx'
import { LiveView } from './live-view.tsx'
import { modelPath } from './model-href.ts'

const views = ['versions', 'history', 'live', 'compare', 'rules'] as const

/** One model: where its aliases are, its versions, what happened to it, and what was live when. */
export function ModelPage({ place }: { readonly place: ModelPlace }) {
  const model = useModel(place)
  const asked = useSearch().get('view')
  const view = views.find(one => one === asked) ?? 'versions'
  return (
    <Loaded query={model} height={480}>
      {known => (
        <>
          <PageHead
            title={known.name}
            lead={known.description === '' ? `A model of the tenant ${known.tenant}.` : known.description}
          />
          <AliasPanel place={place} model={known} />
          <Tabs
            value={view}
            onChange={next => changeSearch({ view: next ?? undefined })}
            keepMounted={false}
            mt="md"
          >
            <Tabs.List mb="md">
              <Tabs.Tab value="versions">Versions</Tabs.Tab>
              <Tabs.Tab value="history">History</Tabs.Tab>
              <Tabs.Tab value="live">Live at</Tabs.Tab>
              <Tabs.Tab value="compare">Compare</Tabs.Tab>
              <Tabs.Tab value="rules">Rules</Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="versions">
              <VersionsView place={place} model={known} />
            </Tabs.Panel>
            <Tabs.Panel value="history">
              <HistoryView place={place} />
            </Tabs.Panel>
            <Tabs.Panel value="live">
              <LiveView place={place} />
            </Tabs.Panel>
            <Tabs.Panel value="compare">
              <CompareView place={place} />
            </Tabs.Panel>
            <Tabs.Panel value="rules">
              <RulesView model={known} />
            </Tabs.Panel>
          </Tabs>
        </>
      )}
    </Loaded>
  )
}

function AliasPanel({ place, model }: { readonly place: ModelPlace; readonly model: Model }) {
  const href = useHref()
  const held = model.protected.filter(name => !model.aliases.some(alias => alias.name === name))
  return (
    <Panel isFlush title="Aliases">
      {model.aliases.length === 0 && held.length === 0 ? (
        <Empty icon="flow" title="No alias yet">
          An alias says which version is used for what. Move one from the page of a version.
        </Empty>
      ) : (
        <ScrollRegion className="scroll-x" label="Aliases">
          <Table className="rows stacking">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Alias</Table.Th>
                <Table.Th>Version</Table.Th>
                <Table.Th>Moved by</Table.Th>
                <Table.Th>Since</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {model.aliases.map(alias => (
                <Table.Tr key={alias.name}>
                  <Table.Td data-label="Alias">
                    <b>{alias.name}</b>
                    {model.protected.includes(alias.name) && <span className="tag">protected</span>}
                  </Table.Td>
                  <Table.Td data-label="Version">
                    <a href={href(modelPath(place, String(alias.version)))}>version {alias.version}</a>
                  </Table.Td>
                  <Table.Td data-label="Moved by">{alias.author}</Table.Td>
                  <Table.Td data-label="Since">
                    <TimeAgo iso={alias.updated_at} />
                  </Table.Td>
                </Table.Tr>
              ))}
              {held.map(name => (
                <Table.Tr key={name}>
                  <Table.Td data-label="Alias">
                    <b>{name}</b>
                    <span className="tag">protected</span>
                  </Table.Td>
                  <Table.Td data-label="Version" className="quiet">
                    nowhere yet
                  </Table.Td>
                  <Table.Td data-label="Moved by">{none}</Table.Td>
                  <Table.Td data-label="Since">{none}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </ScrollRegion>
      )}
    </Panel>
  )
}

function VersionsView({ place, model }: { readonly place: ModelPlace; readonly model: Model }) {
  const versions = useModelVersions(place)
  return (
    <Loaded query={versions} height={240}>
      {({ pages }) => {
        const known = pages.flatMap(page => page.data)
        return (
          <Panel isFlush title="The newest first">
            {known.length === 0 ? (
              <Empty
                icon="model"
                title="No version yet"
                command={`npm run slipway -- model import PATH --name ${model.name}`}
              />
            ) : (
              <VersionTable place={place} model={model} versions={known} />
            )}
            <ShowMore query={versions} label="Show older ones" />
          </Panel>
        )
      }}
    </Loaded>
  )
}

function VersionTable(props: {
  readonly place: ModelPlace
  readonly model: Model
  readonly versions: readonly ModelVersion[]
}) {
  const href = useHref()
  return (
    <ScrollRegion className="scroll-x" label="Versions">
      <Table className="rows stacking" highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Version</Table.Th>
            <Table.Th>What</Table.Th>
            <Table.Th ta="right">Size</Table.Th>
            <Table.Th>Learned from</Table.Th>
            <Table.Th>Made</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {props.versions.map(version => (
            <Table.Tr key={version.number}>
              <Table.Td data-label="Version">
                <a href={href(modelPath(props.place, String(version.number)))}>
                  <b>{version.number}</b>
                </a>{' '}
                <code className="quiet">{version.digest.slice(0, 8)}</code>
                {props.model.aliases
                  .filter(alias => alias.version === version.number)
                  .map(alias => (
                    <span key={alias.name} className="tag">
                      {alias.name}
                    </span>
                  ))}
              </Table.Td>
              <Table.Td data-label="What">
                {version.format}
                <div className="quiet">{describeFacts(version.facts)}</div>
              </Table.Td>
              <Table.Td data-label="Size" ta="right">
                {formatBytes(version.bytes)}
              </Table.Td>
              <Table.Td data-label="Learned from">
                {version.lineage.datasets
                  .map(({ name, number }) => (number === null ? name : `${name}@${number}`))
                  .join(', ') || none}
              </Table.Td>
              <Table.Td data-label="Made">
                {version.author}, <TimeAgo iso={version.created_at} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollRegion>
  )
}

function RulesView({ model }: { readonly model: Model }) {
  return (
    <Panel title="What its aliases are held to">
      {model.definition.trim() === '' ? (
        <Empty
          icon="guardrails"
          title="No alias is protected"
          command={`npm run slipway -- model define model.yaml --name ${model.name}`}
        >
          Approvals, a passed evaluation, the data it learned from, a signature: YAML says what a version
          needs before an alias may move to it.
        </Empty>
      ) : (
        <Snippet text={model.definition} label="rules" />
      )}
    </Panel>
  )
}
