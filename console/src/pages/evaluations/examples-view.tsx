import { Drawer, Select, Stack } from '@mantine/core'
import { useEvaluationExample, useEvaluationExamples } from '../../api/evaluations.ts'
import type { EvaluationExample, EvaluationRunDetail } from '../../api/types.ts'
import { formatCount, formatPoints } from '../../format/number.ts'
import { Empty } from '../../parts/empty.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { Panel } from '../../parts/page.tsx'
import { ScrollRegion } from '../../parts/scroll-region.tsx'
import { ShowMore } from '../../parts/show-more.tsx'
import { changeSearch, useSearch, withSearch } from '../../routing/location.ts'
import { CellText } from '../datasets/cell-text.tsx'

const outcomes = [
  { value: 'all', label: 'All examples' },
  { value: 'regressions', label: 'Worse than the baseline' },
  { value: 'improvements', label: 'Better than the baseline' },
  { value: 'not_passed', label: 'That do not pass' },
  { value: 'flaky', label: 'That flicker' },
  { value: 'errors', label: 'Without an answer or a score' },
]

/** Examples with what each release got; one of them beside the list, with both answers. */
export function ExamplesView({ run }: { readonly run: EvaluationRunDetail }) {
  const search = useSearch()
  const filter = {
    outcome: search.get('outcome') ?? 'all',
    release: search.get('release') ?? undefined,
    evaluator: search.get('evaluator') ?? undefined,
    slice: search.get('slice') ?? undefined,
  }
  const examples = useEvaluationExamples(run.id, filter)
  const open = search.get('example')
  return (
    <>
      <div className="filters">
        <Select
          aria-label="Which examples"
          data={outcomes}
          value={filter.outcome}
          allowDeselect={false}
          onChange={outcome => changeSearch({ outcome: outcome ?? undefined })}
        />
        <Select
          aria-label="Release"
          placeholder="All releases"
          clearable
          data={run.releases.map(({ name }) => name)}
          value={filter.release ?? null}
          onChange={release => changeSearch({ release: release ?? undefined })}
        />
        <Select
          aria-label="Evaluator"
          placeholder="All evaluators"
          clearable
          data={run.evaluators.map(({ name }) => name)}
          value={filter.evaluator ?? null}
          onChange={evaluator => changeSearch({ evaluator: evaluator ?? undefined })}
        />
      </div>
      <Loaded query={examples} height={400}>
        {({ pages }) => (
          <Panel isFlush title={`${formatCount(pages[0]?.total ?? 0)} examples`}>
            {(pages[0]?.total ?? 0) === 0 ? (
              <Empty icon="filter" title="No example is like that">
                Choose others above.
              </Empty>
            ) : (
              <ExampleTable examples={pages.flatMap(page => page.data)} run={run} />
            )}
            <ShowMore query={examples} />
          </Panel>
        )}
      </Loaded>
      <Drawer.Root
        opened={open !== null}
        onClose={() => changeSearch({ example: undefined })}
        position="right"
        size={760}
      >
        <Drawer.Overlay backgroundOpacity={0.2} />
        <Drawer.Content aria-label="Example">
          <Drawer.Header className="drawer-head">
            <Drawer.Title tabIndex={-1} data-autofocus>
              Example {open}
            </Drawer.Title>
            <Drawer.CloseButton aria-label="Close example" />
          </Drawer.Header>
          <Drawer.Body>{open !== null && <Example run={run} ordinal={Number(open)} />}</Drawer.Body>
        </Drawer.Content>
      </Drawer.Root>
    </>
  )
}

function ExampleTable(props: {
  readonly examples: readonly EvaluationExample[]
  readonly run: EvaluationRunDetail
}) {
  const { releases, evaluators } = props.run
  return (
    <ScrollRegion className="scroll-x" label="Examples">
      <table className="rows row-table">
        <thead>
          <tr>
            <th scope="col">Example</th>
            {releases.map(({ name }) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.examples.map(({ ordinal, key, items }) => (
            <tr key={ordinal}>
              <td>
                <a
                  href={withSearch(window.location, { example: String(ordinal) })}
                  aria-label={`Example ${key}`}
                >
                  <code>{key.slice(0, 60)}</code>
                </a>
              </td>
              {releases.map(({ name }) => {
                const item = items.find(({ release }) => release === name)
                return (
                  <td key={name}>
                    {item?.failure_code !== null && <span className="reason">{item?.failure_code}</span>}
                    {item?.scores.map(score => (
                      <div key={score.evaluator} className="score-cell">
                        {evaluators.length > 1 && <span className="quiet">{score.evaluator}</span>}{' '}
                        <span data-passed={score.passed ?? 'unknown'}>
                          {score.value === null
                            ? (score.failure ?? 'does not apply')
                            : formatPoints(score.value)}
                        </span>
                        {score.label !== null && ` ${score.label}`}
                      </div>
                    ))}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  )
}

/** What was asked, what was expected, and each answer with what was found of it and why. */
function Example({ run, ordinal }: { readonly run: EvaluationRunDetail; readonly ordinal: number }) {
  return (
    <Loaded query={useEvaluationExample(run.id, ordinal)} height={480}>
      {example => (
        <Stack gap="lg" pt="md">
          <section aria-label="Asked">
            <h3>Asked</h3>
            {example.messages === null ? (
              <p className="quiet">The version of the dataset, or its key, is gone.</p>
            ) : (
              <CellText
                value={example.messages
                  .map(({ role, content }) => `${String(role)}: ${String(content)}`)
                  .join('\n')}
              />
            )}
          </section>
          {example.expected !== null && (
            <section aria-label="Expected">
              <h3>Expected</h3>
              <CellText value={example.expected} />
            </section>
          )}
          {example.items.map(item => (
            <section key={`${item.release} ${item.repeat}`} aria-label={`Answer of ${item.release}`}>
              <h3>
                {item.release}
                {run.repeats > 1 && `, time ${item.repeat + 1}`}
              </h3>
              <p className="answer">{item.answer ?? item.failure_message ?? 'There is no answer yet.'}</p>
              {item.scores.map(score => (
                <p key={score.evaluator} className="quiet">
                  <b>{score.evaluator}</b>{' '}
                  {score.value === null ? (score.failure ?? 'does not apply') : formatPoints(score.value)}
                  {score.label !== null && `, ${score.label}`}
                  {score.why !== null && `: ${score.why}`} · {score.use} version {score.version}
                  {score.model !== null && ` · ${score.model}`}
                </p>
              ))}
              {item.inference_id !== null && <a href={`/inferences/${item.inference_id}`}>its inference</a>}
            </section>
          ))}
        </Stack>
      )}
    </Loaded>
  )
}
