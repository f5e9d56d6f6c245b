import { Button, Progress, Table } from '@mantine/core'
import { useKeys } from '../../api/queries.ts'
import type { ScopeLimits } from '../../api/types.ts'
import { formatNanoUsd } from '../../format/money.ts'
import { formatCount, none } from '../../format/number.ts'
import { ScrollRegion } from '../../parts/scroll-region.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'

type Rule = ScopeLimits['rules'][number]

export function LimitsTable(props: {
  readonly limits: readonly ScopeLimits[]
  readonly onEdit?: (limits: ScopeLimits) => void
}) {
  const keys = useKeys(undefined)
  const nameOf = ({ scope, id }: ScopeLimits) =>
    (scope === 'key' ? keys.data?.find(key => key.id === id)?.name : undefined) ?? id
  return (
    <ScrollRegion className="scroll-x" label="Limits and budgets">
      <Table className="rows" highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Of</Table.Th>
            <Table.Th>Limit</Table.Th>
            <Table.Th>Used</Table.Th>
            <Table.Th ta="right">Spent</Table.Th>
            <Table.Th ta="right">Held</Table.Th>
            <Table.Th ta="right">Left</Table.Th>
            <Table.Th ta="right">Forecast</Table.Th>
            <Table.Th>Begins anew</Table.Th>
            <Table.Th aria-label="Actions" />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {props.limits.flatMap(limits =>
            limits.rules.map((rule, index) => (
              <Table.Tr key={`${limits.source} ${rule.window} ${rule.kind} ${rule.limit}`}>
                <Table.Td>
                  <span className="quiet">{limits.scope}</span> {nameOf(limits)}
                </Table.Td>
                <Table.Td>{describe(rule)}</Table.Td>
                <Table.Td>
                  <Used rule={rule} />
                </Table.Td>
                <Table.Td ta="right">{amount(rule, rule.spent)}</Table.Td>
                <Table.Td ta="right">{amount(rule, rule.leased)}</Table.Td>
                <Table.Td ta="right">{amount(rule, rule.remaining)}</Table.Td>
                <Table.Td ta="right">
                  {rule.forecast === null ? none : <Forecast rule={rule} forecast={rule.forecast} />}
                </Table.Td>
                <Table.Td>{rule.ends_at === null ? none : <TimeAgo iso={rule.ends_at} />}</Table.Td>
                <Table.Td ta="right">
                  {index === 0 && <Edit limits={limits} name={nameOf(limits)} onEdit={props.onEdit} />}
                </Table.Td>
              </Table.Tr>
            )),
          )}
        </Table.Tbody>
      </Table>
    </ScrollRegion>
  )
}

function Edit(props: {
  readonly limits: ScopeLimits
  readonly name: string
  readonly onEdit: ((limits: ScopeLimits) => void) | undefined
}) {
  const { limits, name, onEdit } = props
  if (limits.source === 'file') return <span className="quiet">slipway.yaml</span>
  if (!onEdit) return null
  return (
    <Button
      size="compact-xs"
      variant="default"
      aria-label={`Change the limits of ${name}`}
      onClick={() => onEdit(limits)}
    >
      Change
    </Button>
  )
}

/** What was spent, and beside it what processes hold for requests under way and the next ones. */
function Used({ rule }: { readonly rule: Rule }) {
  const share = (part: number) => Math.min(100, (part / rule.limit) * 100)
  const spent = share(rule.spent)
  return (
    <Progress.Root size="md" className="limit-used">
      <Progress.Section
        value={spent}
        {...(spent >= 80 && { color: spent >= 100 ? 'red' : 'yellow' })}
        aria-label={`Spent of ${describe(rule)}`}
      />
      <Progress.Section
        value={Math.min(100 - spent, share(rule.leased))}
        color="gray"
        aria-label={`Held of ${describe(rule)}`}
      />
    </Progress.Root>
  )
}

function Forecast({ rule, forecast }: { readonly rule: Rule; readonly forecast: number }) {
  const text = amount(rule, forecast)
  return forecast > rule.limit ? <b title="More than the limit">{text}</b> : text
}

function describe(rule: Rule): string {
  const much = amount(rule, rule.limit)
  if (rule.per === null) return `${much} at once`
  return rule.measure === 'usd'
    ? `${much} a ${rule.per}, ${rule.kind}`
    : `${much} ${rule.measure} a ${rule.per}`
}

function amount({ measure }: Rule, count: number): string {
  return measure === 'usd' ? formatNanoUsd(count) : formatCount(count)
}
