import { Anchor } from '@mantine/core'
import { useConfiguration, useMe, useSystem } from '../../api/queries.ts'
import type { Configuration, System } from '../../api/types.ts'
import { formatUptime } from '../../format/duration.ts'
import { formatBytes, formatCount } from '../../format/number.ts'
import { Identifier } from '../../parts/copy.tsx'
import { Fact, Facts } from '../../parts/facts.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { PageHead, Panel } from '../../parts/page.tsx'
import { Notice } from '../../parts/notice.tsx'
import { Prose } from '../../parts/prose.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'
import { DataKeysPanel } from './data-keys-panel.tsx'
import { describeFacts } from './describe-facts.ts'
import { ProcessesPanel } from './processes-panel.tsx'
import { RevisionsPanel } from './revisions-panel.tsx'

export function SystemPage() {
  const system = useSystem()
  const configuration = useConfiguration(system.data?.configuration)
  const mayListKeys = useMe().data?.permissions.includes('privacy-key:list') ?? false
  return (
    <>
      <PageHead title="System">
        <Anchor href="/api/docs" target="_blank" size="sm" className="with-icon">
          API reference <Icon name="external" size={14} />
        </Anchor>
      </PageHead>
      <div className="stack">
        <Loaded query={system} height={104}>
          {facts => <Vitals system={facts} />}
        </Loaded>
        <Loaded query={configuration} height={180}>
          {facts => <ConfigurationPanel configuration={facts} />}
        </Loaded>
        {configuration.data && <RevisionsPanel inForce={configuration.data.revision} />}
        {system.data && <ProcessesPanel system={system.data} />}
        {mayListKeys && <DataKeysPanel />}
        {system.data && (
          <Panel title="Database">
            <Facts>
              {describeFacts(system.data.database).map(({ name, value }) => (
                <Fact key={name} name={name}>
                  {value}
                </Fact>
              ))}
            </Facts>
          </Panel>
        )}
      </div>
    </>
  )
}

function Vitals({ system }: { readonly system: System }) {
  const { traces } = system
  return (
    <section className="panel" aria-label="Vitals">
      <dl className="figures figures-wide">
        <div>
          <dt>Version</dt>
          <dd>{system.version}</dd>
        </div>
        <div>
          <dt>Running for</dt>
          <dd>{formatUptime(system.uptime_seconds)}</dd>
        </div>
        <div>
          <dt>Memory, resident</dt>
          <dd>{formatBytes(system.resident_bytes)}</dd>
        </div>
        <div>
          <dt>Requests in flight</dt>
          <dd>{formatCount(system.requests_in_flight)}</dd>
        </div>
        <div>
          <dt>Traces waiting</dt>
          <dd>{formatCount(traces.queued)}</dd>
        </div>
        <div>
          <dt>Traces written</dt>
          <dd>{formatCount(traces.written)}</dd>
        </div>
        <div>
          <dt>Traces lost</dt>
          <dd data-tone={traces.lost > 0 ? 'bad' : 'plain'}>{formatCount(traces.lost)}</dd>
        </div>
      </dl>
    </section>
  )
}

function ConfigurationPanel({ configuration }: { readonly configuration: Configuration }) {
  const { problem } = configuration
  return (
    <Panel title="Configuration">
      <Facts>
        <Fact name="File">
          <code>{configuration.file}</code>
        </Fact>
        <Fact name="In force since">
          <TimeAgo iso={configuration.loaded_at} />
        </Fact>
        <Fact name="Hash">
          <Identifier text={configuration.hash} label="configuration hash" />
        </Fact>
        <Fact name="Revision">{configuration.revision ?? 'none yet'}</Fact>
      </Facts>
      {configuration.is_file_stale && (
        <Notice tone="warn" title="A revision is in force, and not the file">
          <p>
            Revision {configuration.revision} was published after what the file here says. To put the file in
            force again: <code>slipway config publish {configuration.file}</code>
          </p>
        </Notice>
      )}
      {problem && (
        <Notice tone="warn" title="The last edit is not in force">
          <p>
            <Prose text={problem.message} /> What was loaded before goes on serving; saving a mended file is
            enough.
          </p>
          <ol>
            {problem.problems.map(({ file, line, column, path, message, mend }) => (
              <li key={`${line}:${column}:${path}:${message}`}>
                <code>
                  {file}:{line}:{column}
                </code>
                <p>
                  {path !== '' && <code>{path}</code>} <Prose text={message} />
                </p>
                {mend !== '' && (
                  <p className="quiet">
                    <Prose text={mend} />
                  </p>
                )}
              </li>
            ))}
          </ol>
        </Notice>
      )}
    </Panel>
  )
}
