import { Table } from '@mantine/core'
import { useKnownAnswers, useReviewStats } from '../../api/reviews.ts'
import type { ReviewStats } from '../../api/types.ts'
import { formatDuration, formatUptime } from '../../format/duration.ts'
import { formatCount, none } from '../../format/number.ts'
import { Loaded } from '../../parts/loaded.tsx'
import { Panel } from '../../parts/page.tsx'
import { ScrollRegion } from '../../parts/scroll-region.tsx'

/** How long decisions take, how far people agree, and what each has done. */
export function StatsPanel(props: { readonly tenant: string | undefined; readonly mayManage: boolean }) {
  const stats = useReviewStats({ days: 7, tenant: props.tenant })
  return (
    <div className="stack">
      <Loaded query={stats} height={320}>
        {known => (
          <>
            <Figures stats={known} />
            <Reviewers stats={known} />
          </>
        )}
      </Loaded>
      {props.mayManage && <KnownAnswers />}
    </div>
  )
}

function Figures({ stats }: { readonly stats: ReviewStats }) {
  const { decided, decision_seconds: times, agreement } = stats
  const total = decided.approved + decided.edited + decided.rejected
  return (
    <Panel title="The last seven days">
      <dl className="figures">
        <Figure name="Waiting" value={formatCount(stats.pending)} />
        <Figure name="Late" value={formatCount(stats.overdue)} isBad={stats.overdue > 0} />
        <Figure
          name="Oldest"
          value={stats.oldest_seconds === null ? none : formatUptime(stats.oldest_seconds)}
        />
        <Figure name="Decided" value={formatCount(total)} />
        <Figure name="Expired" value={formatCount(decided.expired)} isBad={decided.expired > 0} />
        <Figure name="Half decided within" value={seconds(times.p50)} />
        <Figure name="95 % decided within" value={seconds(times.p95)} />
        <Figure
          name="Agreement κ"
          value={kappa(agreement.shared)}
          about={`${agreement.shared?.items ?? 0} shared items`}
        />
        <Figure
          name="Against the known κ"
          value={kappa(agreement.truth)}
          about={`${agreement.truth?.items ?? 0} answers`}
        />
      </dl>
      <p className="footnote">
        Agreement is Fleiss’ κ where two or more have judged the same content, and Cohen’s κ against items
        whose answer is known. One no ends an item, so what the first reviewer rejected is not among the
        shared ones.
      </p>
    </Panel>
  )
}

function Figure(props: {
  readonly name: string
  readonly value: string
  readonly about?: string
  readonly isBad?: boolean
}) {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd data-tone={props.isBad === true ? 'bad' : undefined}>{props.value}</dd>
      {props.about !== undefined && <dd className="figure-about">{props.about}</dd>}
    </div>
  )
}

function Reviewers({ stats }: { readonly stats: ReviewStats }) {
  return (
    <Panel title="Reviewers" isFlush>
      {stats.reviewers.length === 0 ? (
        <p className="panel-note quiet">Nobody has decided anything in these days.</p>
      ) : (
        <ScrollRegion label="Reviewers" className="scroll-x">
          <Table className="rows">
            <Table.Thead>
              <Table.Tr>
                {[
                  'Reviewer',
                  'Approved',
                  'Edited',
                  'Rejected',
                  'Half within',
                  '95 % within',
                  'Unmasked',
                  'Known right',
                ].map((title, index) => (
                  <Table.Th key={title} ta={index === 0 ? 'left' : 'right'}>
                    {title}
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {stats.reviewers.map(row => (
                <Table.Tr key={row.reviewer}>
                  <Table.Td>{row.name}</Table.Td>
                  {[
                    formatCount(row.approved),
                    formatCount(row.edited),
                    formatCount(row.rejected),
                    seconds(row.p50_seconds),
                    seconds(row.p95_seconds),
                    formatCount(row.unmasked),
                    row.known_given === 0 ? none : `${row.known_right} of ${row.known_given}`,
                  ].map((value, index) => (
                    <Table.Td key={index} ta="right">
                      {value}
                    </Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </ScrollRegion>
      )}
    </Panel>
  )
}

function KnownAnswers() {
  const items = useKnownAnswers({ isEnabled: true })
  return (
    <Panel title="Items with a known answer" isFlush>
      <Loaded query={items} height={120}>
        {known =>
          known.length === 0 ? (
            <p className="panel-note quiet">
              None yet. <code>slipway reviews known add</code> adds one;{' '}
              <code>reviews.knownAnswerPercent</code> says how often reviewers get one.
            </p>
          ) : (
            <ScrollRegion label="Items with a known answer" className="scroll-x">
              <Table className="rows">
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>Service</Table.Th>
                    <Table.Th>Answer</Table.Th>
                    <Table.Th>Right is</Table.Th>
                    <Table.Th ta="right">Given</Table.Th>
                    <Table.Th ta="right">Right</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {known.map(item => (
                    <Table.Tr key={item.id}>
                      <Table.Td>{item.service}</Table.Td>
                      <Table.Td className="known-answer">{item.answer}</Table.Td>
                      <Table.Td>
                        {item.expected}
                        {!item.is_active && <span className="tag">retired</span>}
                      </Table.Td>
                      <Table.Td ta="right">{formatCount(item.given)}</Table.Td>
                      <Table.Td ta="right">{formatCount(item.right)}</Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </ScrollRegion>
          )
        }
      </Loaded>
    </Panel>
  )
}

function seconds(value: number | null): string {
  return value === null ? none : formatDuration(value * 1_000)
}

function kappa(agreement: { readonly kappa: number } | null): string {
  return agreement === null ? none : agreement.kappa.toFixed(2)
}
