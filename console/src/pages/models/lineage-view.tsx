import type { ReactNode } from 'react'
import { type ModelPlace, useLineage } from '../../api/models.ts'
import type { LineageNode, ModelVersionDetail } from '../../api/types.ts'
import { formatCount } from '../../format/number.ts'
import { Empty } from '../../parts/empty.tsx'
import { Graph } from '../../parts/graph/graph.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { Panel } from '../../parts/page.tsx'
import type { Tone } from '../../parts/status.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'
import { useHref } from '../../routing/scope.ts'
import { lineageHref } from './lineage-href.ts'

const words: Readonly<Record<LineageNode['kind'], string>> = {
  dataset: 'dataset',
  training: 'training job',
  pipeline: 'pipeline run',
  tracking: 'tracked run',
  model: 'model',
  serving: 'engine',
  evaluation: 'evaluation',
  inferences: 'inferences',
  inference: 'inference',
}

/** Where a version comes from, and what came of it. */
export function LineageView(props: { readonly place: ModelPlace; readonly version: ModelVersionDetail }) {
  const { place, version } = props
  return (
    <LineagePanel of={`model:${version.model}@${version.number}`} tenant={place.tenant}>
      Name the version of the dataset that it was trained on when it is imported:{' '}
      <code>--dataset NAME@12</code>. What training leaves knows it by itself.
    </LineagePanel>
  )
}

/** What came of what around one thing; `children` say what to do where nothing is known. */
export function LineagePanel(props: {
  readonly of: string
  readonly tenant: string | undefined
  readonly children: ReactNode
}) {
  const lineage = useLineage(props.of, props.tenant)
  const href = useHref()
  return (
    <Panel title="What it comes from, and what came of it">
      <Loaded query={lineage} height={240}>
        {graph =>
          graph.edges.length === 0 ? (
            <Empty icon="flow" title="Nothing is known of where it comes from">
              {props.children}
            </Empty>
          ) : (
            <>
              <Graph
                label="Lineage"
                boxes={graph.nodes.map(node => {
                  const to = lineageHref(node)
                  return {
                    name: node.id,
                    needs: graph.edges.filter(edge => edge.to === node.id).map(({ from }) => from),
                    title: titleOf(node),
                    note: noteOf(node),
                    tone: toneOf(node),
                    href: to === undefined ? undefined : href(to),
                    isChosen: node.id === graph.of,
                  }
                })}
              />
              {graph.edges.some(edge => !edge.is_certain) && (
                <p className="footnote">
                  Servers had different versions in an engine of one name: which of them answered is not
                  known.
                </p>
              )}
              {graph.truncated && (
                <p className="footnote">
                  There is more than is drawn here; go on from a box at its edge, or with{' '}
                  <code>slipway model lineage</code>.
                </p>
              )}
            </>
          )
        }
      </Loaded>
    </Panel>
  )
}

function titleOf(node: LineageNode): string {
  const { count, release } = node.details
  if (node.kind === 'inferences' && typeof count === 'number')
    return `${formatCount(count)}${node.details['is_exact'] === true ? '' : '+'} of ${String(release)}`
  return node.kind === 'training' ? `job …${node.label.slice(-6)}` : node.label
}

function noteOf(node: LineageNode) {
  const { aliases, rows, service } = node.details
  const said = [
    words[node.kind],
    Array.isArray(aliases) && aliases.length > 0 ? aliases.join(', ') : undefined,
    typeof rows === 'number' ? `${formatCount(rows)} rows` : undefined,
    node.kind === 'inferences' && typeof service === 'string' ? service : undefined,
    node.state ?? undefined,
  ].filter(part => part !== undefined)
  return (
    <>
      {said.join(' · ')}
      {node.kind === 'serving' && node.at !== null && (
        <>
          {' '}
          · <TimeAgo iso={node.at} />
        </>
      )}
    </>
  )
}

function toneOf({ state }: LineageNode): Tone {
  if (state === 'live' || state === 'succeeded' || state === 'passed' || state === 'finished') return 'good'
  if (state === 'failed' || state === 'deleted') return 'bad'
  return state === 'not_enough' || state === 'cancelled' ? 'warn' : 'idle'
}
