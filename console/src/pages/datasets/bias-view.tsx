import { type DatasetPlace, useDatasetBias } from '../../api/datasets.ts'
import type { DatasetBias } from '../../api/types.ts'
import { formatCount } from '../../format/number.ts'
import { Empty } from '../../parts/empty.tsx'
import { ForestPlot } from '../../parts/forest-plot.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { Panel } from '../../parts/page.tsx'
import { ShareBars } from '../../parts/share-bars.tsx'
import { DrivesPanel } from './drives-panel.tsx'

const shown = 20
/** The level at which a gap is taken for more than chance, adjusted for all that was looked at. */
const level = 0.05

/** How slices are represented, and which labels are likelier in one than elsewhere. */
export function BiasView({ place, revision }: { readonly place: DatasetPlace; readonly revision: string }) {
  return (
    <Loaded query={useDatasetBias(place, revision)} height={320}>
      {bias =>
        bias === null ? (
          <Panel>
            <Empty
              icon="filter"
              title="No column is a slice"
              command={`npm run slipway -- bias data ${place.name}@${revision} --slices language --label intent`}
            >
              Give columns the role <code>slice</code> in the definition: what groups there are is said by
              whoever knows the data.
            </Empty>
          </Panel>
        ) : (
          <>
            <Bias bias={bias} place={place} revision={revision} />
            <DrivesPanel place={place} />
          </>
        )
      }
    </Loaded>
  )
}

function Bias(props: {
  readonly bias: DatasetBias
  readonly place: DatasetPlace
  readonly revision: string
}) {
  const { bias, place, revision } = props
  const total = bias.representation.reduce((sum, { rows }) => sum + rows, 0)
  return (
    <>
      <Panel title={`Rows by ${bias.slices.join(' × ')}`}>
        <p>{bias.says}</p>
        <ShareBars
          label="Rows of each slice"
          total={total}
          shares={bias.representation.slice(0, shown).map(one => ({
            name: one.slice,
            count: one.rows,
            note: one.is_small ? <span className="reason">too few to judge</span> : undefined,
          }))}
        />
      </Panel>
      {bias.label !== null && (
        <Panel title={`How much likelier ${bias.label} is in a slice than elsewhere`}>
          {bias.gaps.length === 0 ? (
            <p className="quiet">No slice has enough rows to be judged.</p>
          ) : (
            <ForestPlot
              label={`Gaps of ${bias.label} by slice, in points of a hundred`}
              rows={bias.gaps.slice(0, shown).map(({ label, slice, difference, low, high, p }) => ({
                key: `${label} ${slice}`,
                name: `${label} in ${slice}`,
                estimate: difference,
                low,
                high,
                tone: p < level ? 'bad' : 'idle',
                says: p < level ? 'more than chance' : 'may be chance',
              }))}
            />
          )}
        </Panel>
      )}
      {bias.needs.length > 0 && (
        <Panel title="What is lacking to be sure">
          <ShareBars
            label="Rows that slices lack"
            isExclusive={false}
            total={bias.needs.reduce((sum, { missing }) => sum + missing, 0)}
            shares={bias.needs.slice(0, shown).map(({ slice, missing, rows }) => ({
              name: slice,
              count: missing,
              note: <span className="quiet">beside {formatCount(rows)}</span>,
            }))}
          />
          <p className="quiet">
            People can say what traffic is that probably belongs to them:{' '}
            <code>
              slipway dataset drive start {place.name}@{revision}
            </code>
          </p>
        </Panel>
      )}
    </>
  )
}
