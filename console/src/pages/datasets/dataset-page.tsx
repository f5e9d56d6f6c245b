import { Select, Tabs } from '@mantine/core'
import { type DatasetPlace, useDataset, useDatasetVersions } from '../../api/datasets.ts'
import type { Dataset } from '../../api/types.ts'
import { formatBytes, formatCount } from '../../format/number.ts'
import { Snippet } from '../../parts/copy.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { PageHead, Panel } from '../../parts/page.tsx'
import { changeSearch, useSearch } from '../../routing/location.ts'
import { BiasView } from './bias-view.tsx'
import { ChecksView } from './checks-view.tsx'
import { DiffView } from './diff-view.tsx'
import { LabelsView } from './labels-view.tsx'
import { ProfileView } from './profile-view.tsx'
import { revisionOptions, versionAt } from './revisions.ts'
import { RowDrawer } from './row-drawer.tsx'
import { RowsView } from './rows-view.tsx'
import { TaskStrip } from './task-strip.tsx'
import { VersionOrigin } from './version-origin.tsx'
import { VersionsView } from './versions-view.tsx'

const views = ['profile', 'rows', 'versions', 'diff', 'checks', 'labels', 'bias', 'definition'] as const
type View = (typeof views)[number]

const labels: Readonly<Record<View, string>> = {
  profile: 'Profile',
  rows: 'Rows',
  versions: 'Versions',
  diff: 'Changes',
  checks: 'Checks',
  labels: 'Labels',
  bias: 'Bias',
  definition: 'Definition',
}

/** One dataset at one of its versions: what it looks like, what is in it, how it came about and what is wrong with it. */
export function DatasetPage({ place }: { readonly place: DatasetPlace }) {
  const dataset = useDataset(place)
  return (
    <Loaded query={dataset} height={480}>
      {known => (
        <>
          <PageHead
            title={known.name}
            lead={known.description === '' ? `A dataset of the tenant ${known.tenant}.` : known.description}
          />
          <TaskStrip place={place} />
          {known.head === null ? (
            <Panel>
              <Empty
                icon="table"
                title="No version yet"
                command={`npm run slipway -- dataset import ${known.name} rows.jsonl`}
              >
                Rows come by import, by commit, or are collected from what services have answered.
              </Empty>
            </Panel>
          ) : (
            <DatasetViews place={place} dataset={known} />
          )}
        </>
      )}
    </Loaded>
  )
}

function DatasetViews({ place, dataset }: { readonly place: DatasetPlace; readonly dataset: Dataset }) {
  const search = useSearch()
  const versions = useDatasetVersions(place)
  const asked = search.get('view')
  const view: View = views.find(one => one === asked) ?? 'profile'
  return (
    <Loaded query={versions} height={400}>
      {({ pages }) => {
        const known = pages.flatMap(page => page.data)
        const refs = pages[0]?.refs ?? []
        const head = refs.find(({ name }) => name === 'main') ?? refs[0]
        const revision = search.get('at') ?? head?.name ?? String(known[0]?.number ?? 1)
        const version = versionAt(known, refs, revision)
        return (
          <>
            <div className="dataset-scope">
              <Select
                aria-label="Version"
                data={revisionOptions(known, refs)}
                value={revision}
                searchable
                allowDeselect={false}
                onChange={at => changeSearch({ at: at ?? undefined })}
              />
              {version && (
                <span className="quiet">
                  version {version.number} · {formatCount(version.rows)} rows · {version.columns.length}{' '}
                  columns · {formatBytes(version.bytes)} · by {version.author}
                </span>
              )}
            </div>
            <Tabs
              value={view}
              onChange={next => changeSearch({ view: next ?? undefined, row: undefined })}
              keepMounted={false}
            >
              <Tabs.List mb="md">
                {views.map(one => (
                  <Tabs.Tab key={one} value={one}>
                    {labels[one]}
                  </Tabs.Tab>
                ))}
              </Tabs.List>
              <Tabs.Panel value="profile">
                <ProfileView place={place} revision={revision} />
              </Tabs.Panel>
              <Tabs.Panel value="rows">
                <RowsView place={place} revision={revision} dataset={dataset} version={version} />
              </Tabs.Panel>
              <Tabs.Panel value="versions">
                <VersionOrigin place={place} revision={revision} />
                <VersionsView versions={known} refs={refs} query={versions} />
              </Tabs.Panel>
              <Tabs.Panel value="diff">
                <DiffView place={place} versions={known} refs={refs} version={version} to={revision} />
              </Tabs.Panel>
              <Tabs.Panel value="checks">
                <ChecksView place={place} revision={revision} />
              </Tabs.Panel>
              <Tabs.Panel value="labels">
                <LabelsView place={place} />
              </Tabs.Panel>
              <Tabs.Panel value="bias">
                <BiasView place={place} revision={revision} />
              </Tabs.Panel>
              <Tabs.Panel value="definition">
                <Panel title="What the next version is held to">
                  {dataset.definition.text.trim() === '' ? (
                    <Empty
                      icon="check"
                      title="Nothing is declared"
                      command={`npm run slipway -- dataset define ${dataset.name} -f dataset.yaml`}
                    >
                      Key, types, splits and checks are YAML; a version that breaks a rule of severity{' '}
                      <code>error</code> is not published.
                    </Empty>
                  ) : (
                    <Snippet text={dataset.definition.text} label="definition" />
                  )}
                </Panel>
              </Tabs.Panel>
            </Tabs>
            <RowDrawer
              place={place}
              revision={revision}
              rowKey={search.get('row') ?? undefined}
              onClose={() => changeSearch({ row: undefined })}
            />
          </>
        )
      }}
    </Loaded>
  )
}
