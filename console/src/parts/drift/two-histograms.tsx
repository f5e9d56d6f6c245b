import { Tooltip } from '@mantine/core'
import type { DriftColumn } from '../../api/types.ts'
import { formatPart } from './format-part.ts'

/** How values were distributed (the line) and are (the bars). */
export function TwoHistograms({ column }: { readonly column: Pick<DriftColumn, 'name' | 'bins'> }) {
  const { bins } = column
  const most = Math.max(1e-9, ...bins.flatMap(({ reference, current }) => [reference, current]))
  const height = (share: number) => `${(share / most) * 100}%`
  return (
    <figure className="two-histograms" aria-label={`How ${column.name} was distributed, and is`}>
      <div className="two-histograms-bars" aria-hidden="true">
        {bins.map(bin => (
          <Tooltip
            key={bin.label}
            label={`${bin.label}: ${formatPart(bin.reference)} before, ${formatPart(bin.current)} now`}
          >
            <span className="two-histograms-place">
              <span className="two-histograms-now" style={{ height: height(bin.current) }} />
              <span className="two-histograms-before" style={{ height: height(bin.reference) }} />
            </span>
          </Tooltip>
        ))}
      </div>
    </figure>
  )
}
