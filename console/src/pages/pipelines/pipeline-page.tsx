import { Table } from '@mantine/core'
import { usePipeline, usePipelineTriggers, useTriggerDecisions } from '../../api/pipelines.ts'
import type { PipelineTrigger, PipelineTriggerDecision } from '../../api/types.ts'
import { none } from '../../format/number.ts'
import { Empty } from '../../parts/empty.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { PageHead, Panel } from '../../parts/page.tsx'
import { Prose } from '../../parts/prose.tsx'
import { ScrollRegion } from '../../parts/scroll-region.tsx'
import { ShowMore } from '../../parts/show-more.tsx'
import { type Tone, ToneMark } from '../../parts/status.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'
import { useSearch } from '../../routing/location.ts'
import { useHref } from '../../routing/scope.ts'

/** One pipeline: what begins runs of it, what was decided, and its text. */
export function PipelinePage({ name }: { readonly name: string }) {
  const tenant = useSearch().get('tenant') ?? undefined
  const decisions = useTriggerDecisions(name, tenant)
  return (
    <Loaded query={usePipeline(name, tenant)} height={480}>
      {pipeline => (
        <>
          <PageHead title={pipeline.name} lead={`Version ${pipeline.version} by ${pipeline.author}`} />
          <div className="run-panels">
            <Loaded query={usePipelineTriggers(name, tenant)} height={160}>
              {({ data }) => (
                <Panel isFlush title="What begins runs">
                  {data.length === 0 ? (
                    <Empty icon="clock" title="Nothing but people">
                      Declare <code>triggers</code>: an event, a time, a number of rows, or a call.
                    </Empty>
                  ) : (
                    <TriggerTable triggers={data} />
                  )}
                </Panel>
              )}
            </Loaded>
            <Loaded query={decisions} height={240}>
              {({ pages }) => {
                const known = pages.flatMap(page => page.data)
                return (
                  <Panel isFlush title="What was decided, newest first">
                    {known.length === 0 ? (
                      <Empty icon="flow" title="No trigger was told of anything yet" />
                    ) : (
                      <DecisionTable decisions={known} />
                    )}
                    <ShowMore query={decisions} />
                  </Panel>
                )
              }}
            </Loaded>
            <Panel title="Text">
              <ScrollRegion className="stage-log" label={`Text of ${pipeline.name}`}>
                {pipeline.text.trim()}
              </ScrollRegion>
            </Panel>
          </div>
        </>
      )}
    </Loaded>
  )
}

function TriggerTable({ triggers }: { readonly triggers: readonly PipelineTrigger[] }) {
  return (
    <ScrollRegion className="scroll-x" label="Triggers">
      <Table className="rows stacking">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Trigger</Table.Th>
            <Table.Th>Begins a run</Table.Th>
            <Table.Th>Held back by</Table.Th>
            <Table.Th>Holds now</Table.Th>
            <Table.Th>Decided last</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {triggers.map(trigger => (
            <Table.Tr key={trigger.name}>
              <Table.Td data-label="Trigger">
                <b>{trigger.name}</b>
              </Table.Td>
              <Table.Td data-label="Begins a run">
                {describeCause(trigger)}
                {trigger.next_at !== null && (
                  <div className="quiet">
                    next <TimeAgo iso={trigger.next_at} />
                  </div>
                )}
              </Table.Td>
              <Table.Td data-label="Held back by">{describeRules(trigger)}</Table.Td>
              <Table.Td data-label="Holds now">
                {trigger.held === null ? (
                  none
                ) : (
                  <>
                    {trigger.held.events} until{' '}
                    {trigger.held.until === null ? none : <TimeAgo iso={trigger.held.until} />}
                  </>
                )}
              </Table.Td>
              <Table.Td data-label="Decided last">
                {trigger.last_decision === null ? none : <Outcome decision={trigger.last_decision} />}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollRegion>
  )
}

function DecisionTable({ decisions }: { readonly decisions: readonly PipelineTriggerDecision[] }) {
  const href = useHref()
  return (
    <ScrollRegion className="scroll-x" label="Decisions">
      <Table className="rows stacking">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>When</Table.Th>
            <Table.Th>Trigger</Table.Th>
            <Table.Th>Decision</Table.Th>
            <Table.Th>Why</Table.Th>
            <Table.Th>It was told</Table.Th>
            <Table.Th>Run</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {decisions.map(decision => (
            <Table.Tr key={decision.id}>
              <Table.Td data-label="When">
                <TimeAgo iso={decision.at} />
              </Table.Td>
              <Table.Td data-label="Trigger">{decision.trigger}</Table.Td>
              <Table.Td data-label="Decision">
                <Outcome decision={decision} />
              </Table.Td>
              <Table.Td data-label="Why" className="stage-value">
                <Prose text={decision.message} />
              </Table.Td>
              <Table.Td data-label="It was told" className="stage-value">
                {decision.event.name}
                <div className="quiet">
                  {Object.entries(decision.event.facts)
                    .map(([name, value]) => `${name} = ${String(value)}`)
                    .join(', ')}
                </div>
              </Table.Td>
              <Table.Td data-label="Run">
                {decision.run === null ? (
                  none
                ) : (
                  <a href={href(`/pipelines/${decision.run}`)}>…{decision.run.slice(-6)}</a>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollRegion>
  )
}

const outcomes: Readonly<
  Record<PipelineTriggerDecision['outcome'], { readonly word: string; readonly tone: Tone }>
> = {
  began: { word: 'began', tone: 'good' },
  held: { word: 'held', tone: 'warn' },
  refused: { word: 'refused', tone: 'bad' },
  not_wanted: { word: 'not wanted', tone: 'idle' },
}

function Outcome({ decision }: { readonly decision: PipelineTriggerDecision }) {
  const { word, tone } = outcomes[decision.outcome]
  return (
    <ToneMark tone={tone}>
      {word}
      {decision.outcome === 'held' && `: ${decision.reason}`}
    </ToneMark>
  )
}

function describeCause({ kind, event, cron, timezone, rows, where }: PipelineTrigger): string {
  const cause =
    kind === 'event'
      ? `on ${event}`
      : kind === 'cron'
        ? `at ${cron} (${timezone})`
        : kind === 'rows' && rows
          ? `at ${rows.at_least} rows of ${rows.dataset}@${rows.branch}: ${rows.counted} have come`
          : 'when it is called'
  return where === null ? cause : `${cause}, where ${where}`
}

function describeRules(trigger: PipelineTrigger): string {
  const {
    debounce_seconds: debounce,
    cooldown_seconds: cooldown,
    at_most: atMost,
    budget,
    approval,
  } = trigger
  const rules = [
    debounce !== null && `quiet of ${inWords(debounce)}`,
    cooldown !== null && `cool-down of ${inWords(cooldown)}`,
    atMost !== null && `${atMost.runs} runs in ${inWords(atMost.per_seconds)}`,
    budget !== null && `${budget.usd} USD in ${inWords(budget.per_seconds)}`,
    approval !== null && 'a person',
  ].filter(rule => rule !== false)
  return rules.length === 0 ? 'nothing' : rules.join(', ')
}

const units = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
] as const

/** A whole number of the largest unit, as it was written: `6 h`. */
function inWords(seconds: number): string {
  const [length, unit] = units.find(([one]) => seconds % one === 0) ?? [1, 's']
  return `${seconds / length} ${unit}`
}
