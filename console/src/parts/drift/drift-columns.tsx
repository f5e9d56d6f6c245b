import { Button, Table } from '@mantine/core'
import { useState } from 'react'
import type { DriftColumn } from '../../api/types.ts'
import { formatFigure, formatPart } from './format-part.ts'
import { TwoHistograms } from './two-histograms.tsx'

/** Of those that have not moved, as many are shown at first as make a short list. */
const leastShown = 6

/** Columns, what moved most first. */
export function DriftColumns({ columns }: { readonly columns: readonly DriftColumn[] }) {
  const [isWhole, setIsWhole] = useState(false)
  const moving = columns.filter(column => column.moved !== 'no').length
  const shown = isWhole ? columns : columns.slice(0, Math.max(moving, leastShown))
  const rest = columns.length - shown.length
  return (
    <>
      <div className="scroll-x">
        <Table className="rows stacking">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Column</Table.Th>
              <Table.Th>Before and now</Table.Th>
              <Table.Th ta="right">Typical</Table.Th>
              <Table.Th ta="right">Distance</Table.Th>
              <Table.Th ta="right">Stability</Table.Th>
              <Table.Th ta="right">p, adjusted</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map(column => (
              <Table.Tr key={column.name}>
                <Table.Td data-label="Column">
                  <b>{column.name}</b>
                  <div className="drift-moved" data-moved={column.moved}>
                    {moved[column.moved]}
                  </div>
                </Table.Td>
                <Table.Td data-label="Before and now">
                  <TwoHistograms column={column} />
                </Table.Td>
                <Table.Td data-label="Typical" ta="right">
                  <Typical column={column} />
                </Table.Td>
                <Table.Td data-label="Distance" ta="right">
                  {column.jensen_shannon.toFixed(3)}
                </Table.Td>
                <Table.Td data-label="Stability" ta="right">
                  {column.stability.toFixed(3)}
                </Table.Td>
                <Table.Td data-label="p, adjusted" ta="right">
                  {column.p_adjusted < 0.0001 ? '< 0.0001' : column.p_adjusted.toPrecision(2)}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {rest > 0 && (
        <div className="more">
          <Button variant="default" onClick={() => setIsWhole(true)}>
            Show {rest} more, which moved no more than chance
          </Button>
        </div>
      )}
    </>
  )
}

const moved = {
  much: 'moved much',
  little: 'moved a little',
  no: 'no more than chance',
} as const satisfies Record<DriftColumn['moved'], string>

function Typical({ column }: { readonly column: DriftColumn }) {
  const { values, unit, bins, missing } = column
  const gaps = missing.reference > 0.001 || missing.current > 0.001
  // of what is mostly one value the median stays
  const typical = values.reference.p50 === values.current.p50 ? 'mean' : 'p50'
  const most = bins.toSorted(
    (a, b) => Math.abs(b.current - b.reference) - Math.abs(a.current - a.reference),
  )[0]
  return (
    <>
      {column.kind === 'number' ? (
        <span>
          {formatFigure(values.reference[typical])} → {formatFigure(values.current[typical])}{' '}
          <span className="quiet">{typical === 'mean' ? `${unit ?? ''} on average` : unit}</span>
        </span>
      ) : (
        most && (
          <span>
            <code>{most.label}</code> {formatPart(most.reference)} → {formatPart(most.current)}
          </span>
        )
      )}
      {gaps && column.kind === 'number' && (
        <div className="quiet">
          missing {formatPart(missing.reference)} → {formatPart(missing.current)}
        </div>
      )}
    </>
  )
}
