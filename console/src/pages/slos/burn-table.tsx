import { Table } from '@mantine/core'
import type { Slo } from '../../api/types.ts'
import { formatCount } from '../../format/number.ts'
import { formatWindow } from './format-window.ts'

export type Burn = Slo['burns'][number]

/** The windows that decide: how fast the budget burns in each, beside how fast is too fast. */
export function BurnTable({ burns }: { readonly burns: readonly Burn[] }) {
  return (
    <div className="scroll-x">
      <Table className="rows">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Window</Table.Th>
            <Table.Th ta="right">Bad</Table.Th>
            <Table.Th ta="right">Share (95 %)</Table.Th>
            <Table.Th ta="right">Burns</Table.Th>
            <Table.Th ta="right">Too fast</Table.Th>
            <Table.Th>Then</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {burns.flatMap(burn =>
            burn.windows.map((window, index) => (
              <Table.Tr
                key={`${burn.factor} ${window.seconds}`}
                data-burning={burn.is_burning}
                className="burn-row"
              >
                <Table.Td>{formatWindow(window.seconds)}</Table.Td>
                <Table.Td ta="right">
                  {formatCount(Math.round(window.bad))} of {formatCount(Math.round(window.events))}
                </Table.Td>
                <Table.Td ta="right">
                  {window.events === 0
                    ? '–'
                    : `${percent(window.ratio)} (${percent(window.low)} to ${percent(window.high)})`}
                </Table.Td>
                <Table.Td ta="right">
                  <b>{window.burn.toFixed(1)}×</b>
                </Table.Td>
                <Table.Td ta="right">{burn.factor}×</Table.Td>
                <Table.Td>
                  {index === 0 && (burn.is_burning ? <b>{burn.severity}</b> : burn.severity)}
                </Table.Td>
              </Table.Tr>
            )),
          )}
        </Table.Tbody>
      </Table>
    </div>
  )
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(2))} %`
}
