import { Button, Table } from '@mantine/core'
import { useMe, useWriteReport } from '../../api/queries.ts'
import type { Policy, VerdictCount } from '../../api/types.ts'
import { formatCount, none } from '../../format/number.ts'
import { Identifier } from '../../parts/copy.tsx'
import { Problem } from '../../parts/problem.tsx'
import { ScrollRegion } from '../../parts/scroll-region.tsx'
import { Status } from '../../parts/status.tsx'
import { useHref } from '../../routing/scope.ts'
import { saidBy } from './said-by.ts'

type Guard = Policy['guards'][number]

/** One policy: the services that it is for, and each of its checks with what it said. */
export function PolicyCard({
  policy,
  counts,
}: {
  readonly policy: Policy
  readonly counts: readonly VerdictCount[]
}) {
  const href = useHref()
  return (
    <section className="panel" aria-label={policy.name}>
      <div className="card-head">
        <div>
          <h2>{policy.name}</h2>
          <p className="lead">
            {policy.description ?? (policy.services.length === 0 ? 'No service names it.' : 'Holds for')}{' '}
            {policy.services.map(({ service, tenant }, index) => (
              <span key={`${service} ${tenant}`}>
                {index > 0 && ', '}
                <a href={href(`/inferences?service=${encodeURIComponent(service)}`)}>{service}</a>
                {tenant !== null && ` for ${tenant}`}
              </span>
            ))}
          </p>
        </div>
        <Identifier text={policy.hash} label="hash of the policy" />
      </div>
      <ScrollRegion className="scroll-x" label={`Checks of ${policy.name}`}>
        <Table className="rows stacking">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Check</Table.Th>
              <Table.Th>Looks at</Table.Th>
              <Table.Th>Mode</Table.Th>
              <Table.Th>Then</Table.Th>
              <Table.Th>If it fails</Table.Th>
              <Table.Th ta="right">Passed</Table.Th>
              <Table.Th>Found, 24 h</Table.Th>
              <Table.Th>Rests on</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {policy.guards.map(guard => (
              <GuardRow key={guard.name} policy={policy} guard={guard} counts={counts} />
            ))}
          </Table.Tbody>
        </Table>
      </ScrollRegion>
    </section>
  )
}

function GuardRow({
  policy,
  guard,
  counts,
}: {
  readonly policy: Policy
  readonly guard: Guard
  readonly counts: readonly VerdictCount[]
}) {
  const said = saidBy(counts, policy.hash, guard.name)
  const follows =
    guard.on_error === guard.on_timeout ? guard.on_error : `${guard.on_error} / ${guard.on_timeout}`
  return (
    <Table.Tr>
      <Table.Td data-label="Check">
        <b>{guard.name}</b>
        {guard.name !== guard.check && <div className="quiet">{guard.check}</div>}
      </Table.Td>
      <Table.Td data-label="Looks at">{guard.stages.map(words).join(', ')}</Table.Td>
      <Table.Td data-label="Mode">
        <Status state={guard.mode} />
      </Table.Td>
      <Table.Td data-label="Then">{words(guard.action)}</Table.Td>
      <Table.Td data-label="If it fails">
        {follows} <span className="quiet">after {guard.timeout_ms} ms</span>
      </Table.Td>
      <Table.Td data-label="Passed" ta="right" className="figure">
        {formatCount(said.passed)}
      </Table.Td>
      <Table.Td data-label="Found, 24 h">
        {said.others.length === 0 ? (
          <span className="quiet">{none}</span>
        ) : (
          <span className="outcomes">
            {said.others.map(({ outcome, inferences }) => (
              <span key={outcome} className="tag" data-bad={outcome === 'error' || outcome === 'timeout'}>
                {words(outcome)} {formatCount(inferences)}
              </span>
            ))}
          </span>
        )}
      </Table.Td>
      <Table.Td data-label="Rests on">
        <Ground policy={policy} guard={guard} />
      </Table.Td>
    </Table.Tr>
  )
}

/** Why it may be enforced; for one in shadow, the way to find out whether it may. */
function Ground({ policy, guard }: { readonly policy: Policy; readonly guard: Guard }) {
  const mayReport = useMe().data?.permissions.includes('guardrail:report') ?? false
  const write = useWriteReport()
  if (guard.report !== null) return <code>{guard.report}</code>
  if (guard.waived !== null) {
    return (
      <>
        waived <div className="quiet">{guard.waived}</div>
      </>
    )
  }
  if (guard.mode !== 'shadow' || !mayReport) return <span className="quiet">{none}</span>
  return (
    <>
      <Button
        size="xs"
        variant="default"
        loading={write.isPending}
        aria-label={`Write a report of ${guard.name}`}
        onClick={() => write.mutate({ policy: policy.name, guard: guard.name })}
      >
        Report
      </Button>
      {write.error && <Problem error={write.error} />}
    </>
  )
}

function words(name: string): string {
  return name.replaceAll(/[-_]/g, ' ')
}
