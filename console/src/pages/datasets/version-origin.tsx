import { type DatasetPlace, useDatasetVersion } from '../../api/datasets.ts'
import { Snippet } from '../../parts/copy.tsx'
import { Fact, Facts } from '../../parts/facts.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { Panel } from '../../parts/page.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'
import { withSearch } from '../../routing/location.ts'

/** How one version was made, and all that making it again takes. */
export function VersionOrigin({
  place,
  revision,
}: {
  readonly place: DatasetPlace
  readonly revision: string
}) {
  return (
    <Loaded query={useDatasetVersion(place, revision)} height={240}>
      {({ version, parents, definition_text: definition }) => (
        <Panel title={`How version ${version.number} was made`}>
          <Facts>
            <Fact name="By">
              {version.author}, <TimeAgo iso={version.created_at} />
            </Fact>
            <Fact name="Made of">
              {parents.length === 0 ? 'nothing before it' : 'version '}
              {parents.map(({ number }, index) => (
                <span key={number}>
                  {index > 0 && ' and '}
                  <a href={withSearch(window.location, { at: String(number) })}>{number}</a>
                </span>
              ))}
            </Fact>
            <Fact name="From">{version.source.kind}</Fact>
            {Object.entries(version.source)
              .filter(([name]) => name !== 'kind')
              .map(([name, value]) => (
                <Fact key={name} name={name}>
                  <code className="origin-value">
                    {typeof value === 'string' ? value : JSON.stringify(value)}
                  </code>
                </Fact>
              ))}
            <Fact name="Id">
              <code className="origin-value">{version.id}</code>
            </Fact>
            <Fact name="Content">
              <code className="origin-value">{version.content_hash}</code>
            </Fact>
          </Facts>
          {definition.trim() !== '' && (
            <details>
              <summary>The definition that it was held to</summary>
              <Snippet text={definition} label="definition of this version" />
            </details>
          )}
        </Panel>
      )}
    </Loaded>
  )
}
