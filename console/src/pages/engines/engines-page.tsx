import { Table } from '@mantine/core'
import { useEngines, useMe, useProviders } from '../../api/queries.ts'
import type { Engine, Provider } from '../../api/types.ts'
import { formatCount, none } from '../../format/number.ts'
import { Empty } from '../../parts/empty.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { PageHead, Panel } from '../../parts/page.tsx'
import { Prose } from '../../parts/prose.tsx'
import { Status } from '../../parts/status.tsx'
import { RestartButton } from './restart-button.tsx'

export function EnginesPage() {
  const engines = useEngines()
  const providers = useProviders()
  return (
    <>
      <PageHead
        title="Engines & providers"
        lead="What answers: processes that Slipway runs here, and APIs that it calls."
      />
      <div className="stack">
        <Panel title="Engines" isFlush>
          <Loaded query={engines} height={140}>
            {known => (known.length === 0 ? <NoEngines /> : <EngineTable engines={known} />)}
          </Loaded>
        </Panel>
        <Panel title="Providers" isFlush>
          <Loaded query={providers} height={140}>
            {known => (known.length === 0 ? <NoProviders /> : <ProviderTable providers={known} />)}
          </Loaded>
        </Panel>
      </div>
    </>
  )
}

function NoEngines() {
  return (
    <Empty icon="engines" title="No engines">
      Put any GGUF file under <code>engines</code> in the configuration, or <code>builtin:support</code>, the
      model that Slipway brings.
    </Empty>
  )
}

function NoProviders() {
  return (
    <Empty icon="external" title="No providers">
      Add OpenAI, Anthropic, vLLM, Ollama or any compatible API under <code>providers</code> in the
      configuration. Keys are read from the environment or a file.
    </Empty>
  )
}

function EngineTable({ engines }: { readonly engines: readonly Engine[] }) {
  return (
    <div className="scroll-x">
      <Table className="rows stacking">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Engine</Table.Th>
            <Table.Th>State</Table.Th>
            <Table.Th>Model</Table.Th>
            <Table.Th w={170}>Sequences in use</Table.Th>
            <Table.Th ta="right">Context</Table.Th>
            <Table.Th ta="right">Restarts</Table.Th>
            <Table.Th ta="right">Process</Table.Th>
            <Table.Th aria-label="Actions" />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {engines.map(engine => (
            <EngineRow key={engine.name} engine={engine} />
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}

function EngineRow({ engine }: { readonly engine: Engine }) {
  const { active_sequences: inUse, parallel } = engine
  const mayRestart = useMe().data?.permissions.includes('engine:restart') ?? false
  return (
    <Table.Tr>
      <Table.Td data-label="Engine">
        <b>{engine.name}</b>
        <div className="quiet">{engine.kind}</div>
      </Table.Td>
      <Table.Td data-label="State">
        <Status state={engine.state} />
        {engine.state_reason !== null && (
          <div className="quiet reason-short">
            <Prose text={engine.state_reason} />
          </div>
        )}
      </Table.Td>
      <Table.Td data-label="Model">
        <code>{engine.model}</code>
      </Table.Td>
      <Table.Td data-label="In use">
        <span className="slots">
          <span className="meter" aria-hidden="true">
            <span style={{ width: `${(inUse / parallel) * 100}%` }} />
          </span>
          {inUse} of {parallel}
        </span>
      </Table.Td>
      <Table.Td data-label="Context" ta="right">
        {engine.context_size === null ? none : `${formatCount(engine.context_size)} tokens`}
      </Table.Td>
      <Table.Td data-label="Restarts" ta="right">
        {engine.restarts}
      </Table.Td>
      <Table.Td data-label="Process" ta="right">
        {engine.pid === null ? none : <code>{engine.pid}</code>}
      </Table.Td>
      <Table.Td ta="right">{mayRestart && <RestartButton name={engine.name} />}</Table.Td>
    </Table.Tr>
  )
}

function ProviderTable({ providers }: { readonly providers: readonly Provider[] }) {
  return (
    <div className="scroll-x">
      <Table className="rows stacking">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Provider</Table.Th>
            <Table.Th>Kind</Table.Th>
            <Table.Th>Address</Table.Th>
            <Table.Th>Key</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {providers.map(provider => (
            <Table.Tr key={provider.name}>
              <Table.Td data-label="Provider">
                <b>{provider.name}</b>
              </Table.Td>
              <Table.Td data-label="Kind">{provider.kind}</Table.Td>
              <Table.Td data-label="Address">
                <code>{provider.base_url ?? none}</code>
              </Table.Td>
              <Table.Td data-label="Key">
                {provider.has_key ? 'present' : <span className="quiet">none</span>}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}
