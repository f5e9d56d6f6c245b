import { Button, Collapse, Group, Table } from '@mantine/core'
import { useState } from 'react'
import { useServices } from '../../api/queries.ts'
import type { Release, Service } from '../../api/types.ts'
import { CallSnippets } from '../../parts/call-snippets-view.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { PageHead } from '../../parts/page.tsx'
import { Prose } from '../../parts/prose.tsx'
import { Status } from '../../parts/status.tsx'
import { useHref } from '../../routing/scope.ts'
import { LiveRelease } from './live-release.tsx'
import { TargetList } from './target-list.tsx'

export function ServicesPage() {
  const services = useServices({ everyMs: 2_000 })
  return (
    <>
      <PageHead
        title="Services"
        lead="What clients name in model. Releases are immutable; one of them is active."
      />
      <Loaded query={services} height={360}>
        {known =>
          known.length === 0 ? (
            <Empty icon="services" title="No services yet" command="npm run slipway -- config check">
              Declare one under <code>services</code> in the configuration; it appears here without a restart.
            </Empty>
          ) : (
            <div className="stack">
              {known.map(service => (
                <ServiceCard key={service.name} service={service} />
              ))}
            </div>
          )
        }
      </Loaded>
    </>
  )
}

function ServiceCard({ service }: { readonly service: Service }) {
  const [isCodeOpen, setIsCodeOpen] = useState(false)
  const href = useHref()
  const name = encodeURIComponent(service.name)
  return (
    <section className="panel" aria-label={service.name}>
      <div className="card-head">
        <div>
          <Group gap="sm">
            <h2>{service.name}</h2>
            <Status state={service.state} reason={service.state_reason} />
          </Group>
          {service.description !== null && <p className="lead">{service.description}</p>}
          {service.state !== 'ready' && service.state_reason !== null && (
            <p className="reason" data-tone="warn">
              <Prose text={service.state_reason} />
            </p>
          )}
        </div>
        <Group gap="xs">
          <Button variant="default" size="xs" component="a" href={href(`/inferences?service=${name}`)}>
            Inferences
          </Button>
          <Button variant="default" size="xs" component="a" href={href(`/limits?service=${name}`)}>
            Limits
          </Button>
          <Button size="xs" component="a" href={href(`/playground?service=${name}`)}>
            Playground
          </Button>
        </Group>
      </div>
      <div className="scroll-x">
        <Table className="rows stacking">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Release</Table.Th>
              <Table.Th>Target</Table.Th>
              <Table.Th>Parameters</Table.Th>
              <Table.Th>System prompt</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {service.releases.map(release => (
              <ReleaseRow key={release.name} release={release} />
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {service.releases.length > 1 && <LiveRelease service={service.name} />}
      <div className="card-foot">
        <Button
          variant="subtle"
          color="gray"
          size="compact-sm"
          leftSection={<Icon name="code" size={15} />}
          aria-expanded={isCodeOpen}
          onClick={() => setIsCodeOpen(!isCodeOpen)}
        >
          {isCodeOpen ? 'Hide the code' : 'Call it from code'}
        </Button>
        <span className="quiet">
          {service.store_content ? 'Prompts and answers are kept' : 'Prompts and answers are not kept'}
        </span>
      </div>
      <Collapse expanded={isCodeOpen}>
        <div className="card-code">
          <CallSnippets body={{ model: service.name, messages: [{ role: 'user', content: 'Hello' }] }} />
        </div>
      </Collapse>
    </section>
  )
}

function ReleaseRow({ release }: { readonly release: Release }) {
  const parameters = Object.entries(release.parameters)
  return (
    <Table.Tr>
      <Table.Td data-label="Release">
        <Group gap="sm" wrap="nowrap">
          <b>{release.name}</b>
          {release.active && <Status state="active" />}
        </Group>
      </Table.Td>
      <Table.Td data-label="Target">
        <TargetList targets={release.targets} />
      </Table.Td>
      <Table.Td data-label="Parameters">
        {parameters.length === 0 ? (
          <span className="quiet">none</span>
        ) : (
          parameters.map(([name, value]) => (
            <div key={name}>
              <code>
                {name} {JSON.stringify(value)}
              </code>
            </div>
          ))
        )}
      </Table.Td>
      <Table.Td data-label="Prompt" className="prompt">
        {release.system_prompt === null ? (
          <span className="quiet">none</span>
        ) : (
          <details>
            <summary>{release.system_prompt}</summary>
            <p>{release.system_prompt}</p>
          </details>
        )}
      </Table.Td>
    </Table.Tr>
  )
}
