import { Table, Tabs } from '@mantine/core'
import { fileHref, type ModelPlace, useModel, useModelVersion } from '../../api/models.ts'
import type { ModelVersionDetail } from '../../api/types.ts'
import { formatBytes, none } from '../../format/number.ts'
import { Identifier } from '../../parts/copy.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Fact, Facts } from '../../parts/facts.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { PageHead, Panel } from '../../parts/page.tsx'
import { ScrollRegion } from '../../parts/scroll-region.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'
import { changeSearch, useSearch } from '../../routing/location.ts'
import { useHref } from '../../routing/scope.ts'
import { AttachmentsView } from './attachments-view.tsx'
import { describeFacts } from './describe-facts.ts'
import { EvaluationsPanel } from './evaluations-panel.tsx'
import { formatMetric } from './format-metric.ts'
import { LineageView } from './lineage-view.tsx'
import { modelPath } from './model-href.ts'
import { ReleaseView } from './release-view.tsx'
import { ServingTable } from './serving-table.tsx'

const views = ['facts', 'lineage', 'release', 'attachments', 'engines'] as const

/** One version: what it is, where it comes from, what is asked of it, and where it was. */
export function VersionPage({ place, at }: { readonly place: ModelPlace; readonly at: string }) {
  const version = useModelVersion(place, at)
  const model = useModel(place)
  const asked = useSearch().get('view')
  const view = views.find(one => one === asked) ?? 'facts'
  return (
    <Loaded query={version} height={480}>
      {known => (
        <>
          <PageHead
            title={`${known.model}, version ${known.number}`}
            lead={known.description === '' ? describeFacts(known.facts) : known.description}
          />
          <Head place={place} version={known} />
          <Tabs
            value={view}
            onChange={next => changeSearch({ view: next ?? undefined })}
            keepMounted={false}
            mt="md"
          >
            <Tabs.List mb="md">
              <Tabs.Tab value="facts">Facts</Tabs.Tab>
              <Tabs.Tab value="lineage">Lineage</Tabs.Tab>
              <Tabs.Tab value="release">Release</Tabs.Tab>
              <Tabs.Tab value="attachments">Attachments</Tabs.Tab>
              <Tabs.Tab value="engines">Engines</Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="facts">
              <div className="stack">
                <MetricsPanel version={known} />
                <EvaluationsPanel place={place} version={known} />
                <FilesPanel place={place} version={known} />
              </div>
            </Tabs.Panel>
            <Tabs.Panel value="lineage">
              <LineageView place={place} version={known} />
            </Tabs.Panel>
            <Tabs.Panel value="release">
              <Loaded query={model} height={240}>
                {whole => <ReleaseView place={place} model={whole} version={known} />}
              </Loaded>
            </Tabs.Panel>
            <Tabs.Panel value="attachments">
              <AttachmentsView place={place} version={known} />
            </Tabs.Panel>
            <Tabs.Panel value="engines">
              <Panel isFlush title="Which engines have had it">
                <ServingTable place={place} servings={known.servings} emptyText="No engine of ours had it" />
              </Panel>
            </Tabs.Panel>
          </Tabs>
        </>
      )}
    </Loaded>
  )
}

function Head({ place, version }: { readonly place: ModelPlace; readonly version: ModelVersionDetail }) {
  const href = useHref()
  return (
    <Panel>
      <Facts>
        <Fact name="Model">
          <a href={href(modelPath(place))}>{version.model}</a>
        </Fact>
        <Fact name="Aliases">{version.aliases.map(({ name }) => name).join(', ') || none}</Fact>
        <Fact name="Digest">
          <Identifier text={version.digest} label="digest" />
        </Fact>
        <Fact name="What">
          {version.format}, {formatBytes(version.bytes)}, {describeFacts(version.facts)}
        </Fact>
        <Fact name="Licence">{version.facts.license ?? none}</Fact>
        <Fact name="Came by">
          {version.source.kind}, {version.author}, <TimeAgo iso={version.created_at} />
        </Fact>
        {Object.keys(version.tags).length > 0 && (
          <Fact name="Tags">
            {Object.entries(version.tags).map(([name, value]) => (
              <span key={name} className="tag">
                {name}={value}
              </span>
            ))}
          </Fact>
        )}
      </Facts>
    </Panel>
  )
}

function MetricsPanel({ version }: { readonly version: ModelVersionDetail }) {
  const metrics = Object.entries(version.metrics)
  if (metrics.length === 0) return null
  return (
    <Panel title="Metrics, as whoever made it gave them">
      <Facts>
        {metrics.map(([name, value]) => (
          <Fact key={name} name={name}>
            {formatMetric(value)}
          </Fact>
        ))}
      </Facts>
    </Panel>
  )
}

function FilesPanel(props: { readonly place: ModelPlace; readonly version: ModelVersionDetail }) {
  const { place, version } = props
  if (version.files.length === 0) return <Empty icon="model" title="It has no file" />
  return (
    <Panel isFlush title="Files">
      <ScrollRegion className="scroll-x" label="Files">
        <Table className="rows stacking">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Path</Table.Th>
              <Table.Th ta="right">Size</Table.Th>
              <Table.Th>SHA-256</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {version.files.map(file => (
              <Table.Tr key={file.path}>
                <Table.Td data-label="Path">
                  <a href={fileHref(place, String(version.number), file.path)} download>
                    {file.path}
                  </a>
                </Table.Td>
                <Table.Td data-label="Size" ta="right">
                  {formatBytes(file.bytes)}
                </Table.Td>
                <Table.Td data-label="SHA-256">
                  <Identifier text={file.sha256} label={`SHA-256 of ${file.path}`} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollRegion>
    </Panel>
  )
}
