import { Button, Table } from '@mantine/core'
import { useKeys } from '../../api/queries.ts'
import type { ScopeLimits } from '../../api/types.ts'
import { none } from '../../format/number.ts'
import { ScrollRegion } from '../../parts/scroll-region.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'
import { describeRule, formatAmount } from './describe-rule.ts'
import type { Rule } from './limit-bar.ts'
import { WindowBar } from './window-bar.tsx'

/** Every bound with what is left of its window now. */
export function LimitsTable(props: {
  readonly limits: readonly ScopeLimits[]
  readonly onEdit?: (limits: ScopeLimits) => void
}) {
  const keys = useKeys(undefined)
  const nameOf = ({ scope, id }: ScopeLimits) =>
    (scope === 'key' ? keys.data?.find(key => key.id === id)?.name : undefined) ?? id
  return (
    <>
      <ScrollRegion className="scroll-x" label="Limits and budgets">
        <Table className="rows stacking" highlightOnHover>
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
              <Table.Th>Set in</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {props.limits.flatMap(limits =>
              limits.rules.map((rule, index) => (
                <RuleRow
                  key={`${limits.source} ${rule.window} ${rule.kind} ${rule.limit}`}
                  limits={limits}
                  rule={rule}
                  name={nameOf(limits)}
                  isFirst={index === 0}
                  onEdit={props.onEdit}
                />
              )),
            )}
          </Table.Tbody>
        </Table>
      </ScrollRegion>
      <p className="limits-legend" aria-hidden="true">
        <span data-mark="spent">spent</span>
        <span data-mark="held">held for requests under way and the next ones</span>
        <span data-mark="forecast">expected at the end of the window</span>
      </p>
    </>
  )
}

function RuleRow(props: {
  readonly limits: ScopeLimits
  readonly rule: Rule
  readonly name: string
  readonly isFirst: boolean
  readonly onEdit: ((limits: ScopeLimits) => void) | undefined
}) {
  const { limits, rule, name } = props
  return (
    <Table.Tr>
      <Table.Td data-label="Of">
        <span className="quiet">{limits.scope}</span> {name}
      </Table.Td>
      <Table.Td data-label="Limit">{describeRule(rule)}</Table.Td>
      <Table.Td data-label="Used">
        <WindowBar rule={rule} />
      </Table.Td>
      <Table.Td data-label="Spent" ta="right">
        {formatAmount(rule, rule.spent)}
      </Table.Td>
      <Table.Td data-label="Held" ta="right">
        {formatAmount(rule, rule.leased)}
      </Table.Td>
      <Table.Td data-label="Left" ta="right">
        {formatAmount(rule, rule.remaining)}
      </Table.Td>
      <Table.Td data-label="Forecast" ta="right">
        {rule.forecast === null ? none : <Forecast rule={rule} forecast={rule.forecast} />}
      </Table.Td>
      <Table.Td data-label="Begins anew">
        {rule.ends_at === null ? none : <TimeAgo iso={rule.ends_at} />}
      </Table.Td>
      <Table.Td data-label="Set in">
        <Source {...props} />
      </Table.Td>
    </Table.Tr>
  )
}

/** Where a limit can be changed. */
function Source(props: {
  readonly limits: ScopeLimits
  readonly name: string
  readonly isFirst: boolean
  readonly onEdit: ((limits: ScopeLimits) => void) | undefined
}) {
  const { limits, name, isFirst, onEdit } = props
  if (limits.source === 'file') {
    return (
      <span className="quiet" title={`Under ${limits.scope}s.${limits.id} of the configuration file`}>
        slipway.yaml
      </span>
    )
  }
  if (!onEdit || !isFirst) return <span className="quiet">the API</span>
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

function Forecast({ rule, forecast }: { readonly rule: Rule; readonly forecast: number }) {
  const text = formatAmount(rule, forecast)
  if (forecast <= rule.limit) return text
  return (
    <b className="reason" title="More than the limit">
      {text}
    </b>
  )
}
