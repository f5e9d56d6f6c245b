import { Table } from '@mantine/core'
import { type DatasetPlace, useDatasetReport } from '../../api/datasets.ts'
import type { DatasetReport } from '../../api/types.ts'
import { formatCount } from '../../format/number.ts'
import { Empty } from '../../parts/empty.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { Panel } from '../../parts/page.tsx'
import { Prose } from '../../parts/prose.tsx'
import { ScrollRegion } from '../../parts/scroll-region.tsx'
import { ToneMark } from '../../parts/status.tsx'

type CheckResult = NonNullable<DatasetReport['details']>['checks'][number]

const order = { failed: 0, skipped: 1, passed: 2 } as const

/** What the checks found of a version, faults first, each with its rows. */
export function ChecksView({ place, revision }: { readonly place: DatasetPlace; readonly revision: string }) {
  return (
    <Loaded query={useDatasetReport(place, revision)} height={320}>
      {report => (
        <Panel isFlush title="What was checked when it was published">
          {report?.details && report.details.checks.length > 0 ? (
            <CheckTable checks={report.details.checks} />
          ) : (
            <Empty
              icon="check"
              title="Nothing was checked"
              command={`npm run slipway -- dataset check ${place.name}@${revision}`}
            >
              Rules stand in the definition: types, ranges, labels, lengths, leakage between splits, personal
              data and more. Those of severity <code>error</code> keep a version from being published.
            </Empty>
          )}
        </Panel>
      )}
    </Loaded>
  )
}

function CheckTable({ checks }: { readonly checks: readonly CheckResult[] }) {
  const sorted = checks.toSorted(
    (left, right) =>
      order[left.outcome] - order[right.outcome] || left.severity.localeCompare(right.severity),
  )
  return (
    <ScrollRegion className="scroll-x" label="Checks">
      <Table className="rows stacking">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Rule</Table.Th>
            <Table.Th>Outcome</Table.Th>
            <Table.Th ta="right">Rows at fault</Table.Th>
            <Table.Th>What was found</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {sorted.map(check => (
            <Table.Tr key={check.path + check.check}>
              <Table.Td data-label="Rule">
                <b>{check.check}</b>
                <div className="quiet">
                  {check.kind} · {check.severity}
                </div>
              </Table.Td>
              <Table.Td data-label="Outcome">
                <Outcome check={check} />
              </Table.Td>
              <Table.Td data-label="Rows" ta="right">
                {check.rows === undefined ? '' : formatCount(check.rows)}
              </Table.Td>
              <Table.Td data-label="Found">
                <Prose text={check.message} />
                {check.sampled && (
                  <div className="quiet">
                    {formatCount(check.sampled.rows)} of {formatCount(check.sampled.of)} rows were looked at.
                  </div>
                )}
                {check.examples.length > 0 && <Examples examples={check.examples} />}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollRegion>
  )
}

function Outcome({ check }: { readonly check: CheckResult }) {
  const tone =
    check.outcome === 'passed'
      ? 'good'
      : check.outcome === 'skipped'
        ? 'idle'
        : check.severity === 'error'
          ? 'bad'
          : 'warn'
  return <ToneMark tone={tone}>{check.outcome}</ToneMark>
}

function Examples({ examples }: { readonly examples: CheckResult['examples'] }) {
  return (
    <details className="check-examples">
      <summary>Rows</summary>
      <ul>
        {examples.map(({ key, row, says, excerpt, other }) => (
          <li key={`${key} ${row}`}>
            row {formatCount(row)}, <code>{key.slice(0, 60)}</code>
            {says !== undefined && `: ${says}`}
            {excerpt !== undefined && <q>{excerpt}</q>}
            {other !== undefined && (
              <>
                , like <code>{other.slice(0, 60)}</code>
              </>
            )}
          </li>
        ))}
      </ul>
    </details>
  )
}
