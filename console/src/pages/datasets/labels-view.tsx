import { Button } from '@mantine/core'
import {
  type DatasetPlace,
  useLabelReports,
  usePublishConsensus,
  useSendSuspects,
} from '../../api/datasets.ts'
import { useMe } from '../../api/queries.ts'
import type { LabelReport } from '../../api/types.ts'
import { formatCount, formatShare, none } from '../../format/number.ts'
import { Empty } from '../../parts/empty.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { Panel } from '../../parts/page.tsx'
import { Problem } from '../../parts/problem.tsx'
import { ScrollRegion } from '../../parts/scroll-region.tsx'

/** What is known of the labels: how far people agree, how good each is, and which labels look wrong. */
export function LabelsView({ place }: { readonly place: DatasetPlace }) {
  return (
    <Loaded query={useLabelReports(place)} height={320}>
      {reports =>
        reports.length === 0 ? (
          <Panel>
            <Empty
              icon="judges"
              title="Nobody has looked at the labels yet"
              command={`npm run slipway -- dataset suspects ${place.name}`}
            >
              Suspects are labels that a model which has not seen them would not have given.{' '}
              <code>dataset agreement</code> and <code>dataset annotators</code> say how far people agree.
            </Empty>
          </Panel>
        ) : (
          reports.map(report => <Report key={report.id} report={report} place={place} />)
        )
      }
    </Loaded>
  )
}

function Report({ report, place }: { readonly report: LabelReport; readonly place: DatasetPlace }) {
  const { result } = report
  return (
    <>
      <Panel title={titles[result.kind]} side={<span className="quiet">version {report.number}</span>}>
        <ul className="advice">
          {result.advice.map(({ level, text }) => (
            <li key={text} data-level={level}>
              {text}
            </li>
          ))}
        </ul>
        {result.kind === 'agreement' && <Agreement result={result} />}
        {result.kind === 'annotators' && (
          <>
            <Annotators result={result} />
            <Consensus report={report} items={result.items} />
          </>
        )}
      </Panel>
      {result.kind === 'suspects' && <Suspects report={report} result={result} place={place} />}
    </>
  )
}

const titles = {
  agreement: 'How far people agree',
  annotators: 'How good each is',
  suspects: 'Labels that look wrong',
}

type Result<Kind extends LabelReport['result']['kind']> = Extract<LabelReport['result'], { kind: Kind }>

function Agreement({ result }: { readonly result: Result<'agreement'> }) {
  const { alpha, compared, annotators } = result
  return (
    <p>
      Krippendorff’s α is{' '}
      {alpha ? (
        <>
          <b>{alpha.estimate.toFixed(2)}</b> ({alpha.low.toFixed(2)} to {alpha.high.toFixed(2)})
        </>
      ) : (
        none
      )}{' '}
      over {formatCount(compared)} items and {formatCount(annotators.length)} people.
    </p>
  )
}

function Annotators({ result }: { readonly result: Result<'annotators'> }) {
  return (
    <ScrollRegion className="scroll-x" label="Annotators">
      <table className="rows row-table">
        <thead>
          <tr>
            <th scope="col">Annotator</th>
            <th scope="col">Labels</th>
            <th scope="col">Right, it is estimated</th>
          </tr>
        </thead>
        <tbody>
          {result.annotators.map(({ name, labels, accuracy, low, high }) => (
            <tr key={name}>
              <td>{name}</td>
              <td>{formatCount(labels)}</td>
              <td>
                {(accuracy * 100).toFixed(1)} %{' '}
                <span className="quiet">
                  {(low * 100).toFixed(1)} to {(high * 100).toFixed(1)}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  )
}

/** Who may write publishes what each item most likely is. */
function Consensus({ report, items }: { readonly report: LabelReport; readonly items: number }) {
  const mayWrite = useMe().data?.permissions.includes('dataset:write') === true
  const publish = usePublishConsensus()
  if (!mayWrite) return null
  return (
    <div className="panel-act">
      {publish.error && <Problem error={publish.error} />}
      <Button
        size="compact-sm"
        variant="default"
        loading={publish.isPending}
        disabled={publish.isSuccess}
        onClick={() => publish.mutate(report.id)}
      >
        Publish the consensus of {formatCount(items)} items
      </Button>{' '}
      <span className="quiet">
        {publish.isSuccess
          ? `It becomes a version on the branch consensus-${report.id.slice(-8)}.`
          : 'A version with the likeliest label beside those that were given, on a branch of its own.'}
      </span>
    </div>
  )
}

function Suspects(props: {
  readonly report: LabelReport
  readonly result: Result<'suspects'>
  readonly place: DatasetPlace
}) {
  const { report, result, place } = props
  const mayWrite = useMe().data?.permissions.includes('dataset:write') === true
  const send = useSendSuspects(place)
  const { pending, decided } = report.reviews
  return (
    <Panel
      isFlush
      title={`${formatCount(result.total)} of ${formatCount(result.rows)} labels, ${formatShare(result.total, result.rows)}`}
      side={
        pending + decided > 0 ? (
          <span className="quiet">
            {formatCount(decided)} decided by people, {formatCount(pending)} wait
          </span>
        ) : (
          mayWrite &&
          result.total > 0 && (
            <Button
              size="compact-sm"
              variant="default"
              loading={send.isPending}
              onClick={() => send.mutate(report.id)}
            >
              Ask people about them
            </Button>
          )
        )
      }
    >
      {send.error && <Problem error={send.error} />}
      <ScrollRegion className="scroll-x" label="Suspects">
        <table className="rows row-table">
          <thead>
            <tr>
              <th scope="col">Row</th>
              <th scope="col">Has the label</th>
              <th scope="col">Is more likely</th>
              <th scope="col">Margin</th>
            </tr>
          </thead>
          <tbody>
            {result.suspects.slice(0, 200).map(({ key, given, likely, margin }) => (
              <tr key={key}>
                <td>
                  <code>{key.slice(0, 60)}</code>
                </td>
                <td>{given}</td>
                <td>{likely}</td>
                <td>{margin.toFixed(2)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    </Panel>
  )
}
