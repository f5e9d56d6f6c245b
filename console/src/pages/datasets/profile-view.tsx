import { type DatasetColumnProfile, type DatasetPlace, useDatasetReport } from '../../api/datasets.ts'
import { formatCount, formatShare } from '../../format/number.ts'
import { Empty } from '../../parts/empty.tsx'
import { Fact, Facts } from '../../parts/facts.tsx'
import { Histogram } from '../../parts/histogram.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { Panel } from '../../parts/page.tsx'
import { ShareBars } from '../../parts/share-bars.tsx'
import { formatValue, toBins } from './profile-bins.ts'

/** What each column holds, drawn. */
export function ProfileView({
  place,
  revision,
}: {
  readonly place: DatasetPlace
  readonly revision: string
}) {
  return (
    <Loaded query={useDatasetReport(place, revision)} height={400}>
      {report =>
        report?.profile ? (
          <>
            {report.profile.splits && report.profile.splits.length > 0 && (
              <Panel title="Splits">
                <ShareBars
                  label="Rows of each split"
                  total={report.profile.rows}
                  shares={report.profile.splits.map(({ split, rows }) => ({ name: split, count: rows }))}
                />
              </Panel>
            )}
            <div className="profile-grid">
              {report.profile.columns.map(column => (
                <ColumnCard key={column.name} column={column} />
              ))}
            </div>
          </>
        ) : (
          <Panel>
            <Empty icon="chart" title="This version has no profile">
              Versions are profiled when they are published.
            </Empty>
          </Panel>
        )
      }
    </Loaded>
  )
}

function ColumnCard({ column }: { readonly column: DatasetColumnProfile }) {
  const { name, type, role, rows, nulls, distinct, numbers, lengths, tokens, top, languages, chat } = column
  const values = rows - nulls
  const repeated = top.filter(({ count }) => count > 1).slice(0, 6)
  const isCategory = distinct.count <= 12 && repeated.length > 0
  return (
    <section className="panel profile-card" aria-label={`Column ${name}`}>
      <header>
        <h3>{name}</h3>
        <span className="tag">{type}</span>
        {role !== undefined && <span className="tag">{role}</span>}
      </header>
      <p className="quiet">
        {distinct.isExact ? '' : 'about '}
        {formatCount(distinct.count)} different
        {nulls > 0 && ` · ${formatShare(nulls, rows)} missing`}
        {(column.empty ?? 0) > 0 && ` · ${formatShare(column.empty ?? 0, rows)} empty`}
      </p>
      {numbers?.histogram && (
        <Histogram
          label={`Values of ${name}: half lie between ${formatValue(numbers.quantiles.p25, type)} and ${formatValue(numbers.quantiles.p75, type)}`}
          bins={toBins(numbers.histogram, type)}
          ends={[formatValue(numbers.min, type), formatValue(numbers.max, type)]}
        />
      )}
      {lengths?.histogram && !isCategory && (
        <Histogram
          label={`Lengths of ${name}: half have ${Math.round(lengths.quantiles.p25)} to ${Math.round(lengths.quantiles.p75)} characters`}
          bins={toBins(lengths.histogram, 'integer')}
          ends={[`${formatCount(lengths.min)} characters`, formatCount(lengths.max)]}
        />
      )}
      {repeated.length > 0 && (
        <ShareBars
          label={`Most frequent values of ${name}`}
          total={values}
          shares={repeated.map(({ value, count }) => ({ name: value, count }))}
        />
      )}
      <Facts>
        {numbers && (
          <Fact name="Mean">
            {formatValue(numbers.mean, type)}{' '}
            <span className="quiet">± {formatValue(numbers.deviation, 'number')}</span>
          </Fact>
        )}
        {tokens && !isCategory && (
          <Fact name="Tokens">
            {formatCount(Math.round(tokens.mean))} on average, {formatCount(tokens.max)} at most{' '}
            <span className="quiet">estimated</span>
          </Fact>
        )}
        {languages && languages.shares.length > 0 && (
          <Fact name="Languages">
            {languages.shares
              .slice(0, 4)
              .map(({ language, share }) => `${language} ${Math.round(share * 100)} %`)
              .join(', ')}{' '}
            <span className="quiet">of {formatCount(languages.sampled)}</span>
          </Fact>
        )}
        {chat && (
          <Fact name="Conversations">
            {chat.turns.mean.toFixed(1)} messages on average; {formatCount(chat.toolCalls)} calls of tools
          </Fact>
        )}
      </Facts>
    </section>
  )
}
