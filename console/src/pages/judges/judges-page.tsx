import { Table } from '@mantine/core'
import { useJudges } from '../../api/queries.ts'
import type { Judge } from '../../api/types.ts'
import { formatCost } from '../../format/money.ts'
import { formatCount, none } from '../../format/number.ts'
import { Empty } from '../../parts/empty.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { PageHead } from '../../parts/page.tsx'
import { ScrollRegion } from '../../parts/scroll-region.tsx'
import { useHref, useScope } from '../../routing/scope.ts'
import './judges.css'

const days = 7
const example = `judges:
  helpful:
    kind: rubric
    service: jury
    rubric: { version: "1", criterion: …, labels: { full: 1, part: 0.5, none: 0 } }
services:
  support: { storeContent: true, judges: [helpful] }`

type Figures = Judge['figures'][number]

/** Who scores answers after they have been given, and what they found. */
export function JudgesPage() {
  const { tenant, service } = useScope()
  const judges = useJudges(days, tenant)
  return (
    <>
      <PageHead
        title="Judges"
        lead={`Models that score a share of the answers after they have been given, and what they found in the last ${days} days. What people say is feedback, with each inference.`}
      />
      <Loaded query={judges} height={320}>
        {known => {
          const rows = rowsOf(known, service)
          return rows.length === 0 ? (
            <Empty
              icon="judges"
              title={service === undefined ? 'No judge is declared' : `Nobody judges ${service}`}
              command={example}
            >
              Say in the configuration who judges what, by which rubric; it holds without a restart.
            </Empty>
          ) : (
            <JudgesTable rows={rows} />
          )
        }}
      </Loaded>
    </>
  )
}

interface Row {
  readonly judge: Judge
  readonly service: string
  readonly figures: Figures | undefined
}

/** A row for each service that a judge judges now, or judged within these days. */
function rowsOf(judges: readonly Judge[], service: string | undefined): Row[] {
  return judges
    .flatMap(judge => {
      const services = new Set([...judge.judges, ...judge.figures.map(figures => figures.service)])
      return [...services].map(name => ({
        judge,
        service: name,
        figures: judge.figures.find(figures => figures.service === name),
      }))
    })
    .filter(row => service === undefined || row.service === service)
}

function JudgesTable({ rows }: { readonly rows: readonly Row[] }) {
  const href = useHref()
  return (
    <div className="panel">
      <ScrollRegion className="scroll-x" label="Judges">
        <Table className="rows stacking" highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Judge</Table.Th>
              <Table.Th>Answers of</Table.Th>
              <Table.Th>Mean</Table.Th>
              <Table.Th ta="right">Sees</Table.Th>
              <Table.Th ta="right">Judged</Table.Th>
              <Table.Th ta="right">Failed</Table.Th>
              <Table.Th ta="right">Skipped</Table.Th>
              <Table.Th ta="right">Waiting</Table.Th>
              <Table.Th ta="right">Cost</Table.Th>
              <Table.Th>Goes by</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map(({ judge, service, figures }) => (
              <Table.Tr key={`${judge.name} ${service}`}>
                <Table.Td data-label="Judge">
                  <b>{judge.name}</b>
                  <div className="quiet">{judge.description ?? judge.kind}</div>
                </Table.Td>
                <Table.Td data-label="Answers of">
                  <a href={href(`/inferences?service=${encodeURIComponent(service)}`)}>{service}</a>
                </Table.Td>
                <Table.Td data-label="Mean">
                  <Mean value={figures?.mean ?? null} />
                </Table.Td>
                <Number label="Sees">{judge.sample_percent} %</Number>
                <Number label="Judged">{formatCount(figures?.judged ?? 0)}</Number>
                <Number label="Failed">{formatCount(figures?.failed ?? 0)}</Number>
                <Number label="Skipped">{formatCount(figures?.skipped ?? 0)}</Number>
                <Number label="Waiting">{formatCount(judge.waiting)}</Number>
                <Number label="Cost">{formatCost(figures?.cost_nano_usd ?? 0)}</Number>
                <Table.Td data-label="Goes by">
                  <code>{judge.hash.slice(0, 8)}</code>
                  {judge.rubric_version !== null && (
                    <div className="quiet">version {judge.rubric_version}</div>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollRegion>
    </div>
  )
}

function Number({ label, children }: { readonly label: string; readonly children: React.ReactNode }) {
  return (
    <Table.Td data-label={label} ta="right" className="figure">
      {children}
    </Table.Td>
  )
}

function Mean({ value }: { readonly value: number | null }) {
  if (value === null) return <span className="quiet">{none}</span>
  return (
    <span className="mean">
      <span>{value.toFixed(2)}</span>
      <span className="mean-bar" aria-hidden="true">
        <span style={{ width: `${Math.round(value * 100)}%` }} />
      </span>
    </span>
  )
}
