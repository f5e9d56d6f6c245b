import type { DriftSlice } from '../../api/types.ts'
import { ForestPlot } from '../forest-plot.tsx'
import { formatPart } from './format-part.ts'

/** Groups of rows by how much their share of all has changed. */
export function DriftSlices(props: { readonly slices: readonly DriftSlice[]; readonly label: string }) {
  return (
    <ForestPlot
      label={props.label}
      rows={props.slices.map(slice => {
        const name = slice.conditions.map(({ column, value }) => `${column} ${value}`).join(' and ')
        const times = slice.beyond_parts
        return {
          key: name,
          name,
          estimate: slice.change.estimate,
          low: slice.change.low,
          high: slice.change.high,
          tone: 'accent',
          says: `${formatPart(slice.reference.share)} → ${formatPart(slice.current.share)}${
            times === null ? '' : `, ${times.toPrecision(2)} times what its parts would make it`
          }`,
        }
      })}
    />
  )
}
