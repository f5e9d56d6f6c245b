import { Button, Tabs } from '@mantine/core'
import { isEnded, useCancelEvaluation, useEvaluation } from '../../api/evaluations.ts'
import { useMe } from '../../api/queries.ts'
import type { EvaluationRunDetail } from '../../api/types.ts'
import { formatUptime } from '../../format/duration.ts'
import { formatNanoUsd } from '../../format/money.ts'
import { formatCount, none } from '../../format/number.ts'
import { Fact, Facts } from '../../parts/facts.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { PageHead, Panel } from '../../parts/page.tsx'
import { Status } from '../../parts/status.tsx'
import { changeSearch, useSearch } from '../../routing/location.ts'
import { ComparisonPanel } from './comparison-panel.tsx'
import { ExamplesView } from './examples-view.tsx'
import { GateTable } from './gate-table.tsx'
import { OddsView } from './odds-view.tsx'
import { ParityView } from './parity-view.tsx'
import { RestsOn } from './rests-on.tsx'
import { RunProgress } from './run-progress.tsx'
import { ScoresPanel } from './scores-panel.tsx'
import { VerdictMark } from './verdict-mark.tsx'

/** One run: its verdict and why, the releases beside each other, and every example. */
export function EvaluationPage({ id }: { readonly id: string }) {
  return (
    <Loaded query={useEvaluation(id)} height={480}>
      {run => <Run run={run} />}
    </Loaded>
  )
}

function Run({ run }: { readonly run: EvaluationRunDetail }) {
  const search = useSearch()
  const asked = search.get('view')
  const isOfForms = run.report?.releases.some(({ slices }) => slices.some(({ column }) => column === 'group'))
  const isOfLabels =
    run.report?.releases.some(
      ({ scores, slices }) =>
        slices.length > 0 && scores.some(({ classes }) => (classes?.confusion.length ?? 0) > 0),
    ) === true
  const isThere =
    asked === 'examples' || (asked === 'parity' && isOfForms === true) || (asked === 'odds' && isOfLabels)
  const view = isThere ? asked : 'results'
  return (
    <>
      <PageHead
        title={run.suite}
        lead={run.report?.verdict_why ?? run.reason_text ?? 'It is under way; what is known so far is below.'}
      >
        <CancelButton run={run} />
      </PageHead>
      <Panel>
        <div className="run-head">
          {run.verdict === null ? (
            <Status state={run.state} reason={run.reason_text} />
          ) : (
            <VerdictMark verdict={run.verdict} />
          )}
          <RunProgress run={run} />
          <Facts>
            <Fact name="Dataset">
              <a
                href={`/datasets/${encodeURIComponent(run.dataset.name)}?tenant=${encodeURIComponent(run.tenant)}&at=${run.dataset.version_number}`}
              >
                {run.dataset.name}@{run.dataset.version_number}
              </a>
              {run.dataset.split !== null && `, split ${run.dataset.split}`}
            </Fact>
            <Fact name="Cost">
              {formatNanoUsd(run.cost_nano_usd)}
              {run.judge_cost_nano_usd > 0 && ` (judges ${formatNanoUsd(run.judge_cost_nano_usd)})`}
            </Fact>
            <Fact name="Left">
              {run.remaining_seconds === null ? none : formatUptime(run.remaining_seconds)}
            </Fact>
            <Fact name="Asked">
              {formatCount(run.total)} answers, seed {run.seed}, {run.repeats} each
            </Fact>
          </Facts>
        </div>
      </Panel>
      <Tabs
        value={view}
        onChange={next => changeSearch({ view: next ?? undefined })}
        keepMounted={false}
        mt="md"
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="results">Results</Tabs.Tab>
          <Tabs.Tab value="examples">Examples</Tabs.Tab>
          {isOfForms === true && <Tabs.Tab value="parity">Parity</Tabs.Tab>}
          {isOfLabels && <Tabs.Tab value="odds">Odds</Tabs.Tab>}
        </Tabs.List>
        <Tabs.Panel value="results">
          {run.report && (
            <>
              <GateTable gates={run.report.gates} />
              {run.report.comparisons.length > 0 && <ComparisonPanel report={run.report} />}
              <ScoresPanel report={run.report} evaluators={run.evaluators} />
            </>
          )}
          <RestsOn run={run} />
        </Tabs.Panel>
        <Tabs.Panel value="examples">
          <ExamplesView run={run} />
        </Tabs.Panel>
        <Tabs.Panel value="parity">
          <ParityView run={run} />
        </Tabs.Panel>
        <Tabs.Panel value="odds">
          <OddsView run={run} />
        </Tabs.Panel>
      </Tabs>
    </>
  )
}

function CancelButton({ run }: { readonly run: EvaluationRunDetail }) {
  const mayRun = useMe().data?.permissions.includes('evaluation:run') === true
  const cancel = useCancelEvaluation()
  if (!mayRun || isEnded(run) || run.state === 'cancelling') return null
  return (
    <Button variant="default" loading={cancel.isPending} onClick={() => cancel.mutate(run.id)}>
      Cancel run
    </Button>
  )
}
