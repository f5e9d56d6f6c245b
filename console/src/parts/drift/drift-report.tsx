import type { ReactNode } from 'react'
import type { DriftReportResult } from '../../api/types.ts'
import { Panel } from '../page.tsx'
import { Prose } from '../prose.tsx'
import './drift.css'
import { DriftColumns } from './drift-columns.tsx'
import { DriftQualityFacts } from './drift-quality.tsx'
import { DriftSlices } from './drift-slices.tsx'

const shownFeatures = 8

/** What explains that one sample is not like another; pages of monitors have it beside an alarm. */
export function DriftReportView(props: {
  readonly report: DriftReportResult
  /** Where an example can be looked at; `undefined` where its id leads nowhere. */
  readonly exampleHref: ((id: string) => string) | undefined
  /** What an example says, for who may read it; a report holds nothing of that. */
  readonly exampleText: ((id: string) => ReactNode) | undefined
}) {
  const { report, exampleHref, exampleText } = props
  const { classifier, slices, examples, quality, rows } = report
  return (
    <div className="stack">
      <p className="drift-sentence">
        <Prose text={report.sentence} />
      </p>
      <p className="quiet">
        Before: {rows.reference.of} ({say(rows.reference)}). Now: {rows.current.of} ({say(rows.current)}).
      </p>
      <Panel title="Columns" isFlush>
        <p className="drift-legend quiet">
          <span className="two-histograms-key" data-is="before" /> before{' '}
          <span className="two-histograms-key" data-is="now" /> now
        </p>
        <DriftColumns columns={report.columns} />
      </Panel>
      {slices.singles.length > 0 && (
        <Panel title="Groups that moved">
          <DriftSlices slices={slices.singles} label="Groups that moved, in points of a hundred" />
        </Panel>
      )}
      {slices.pairs.length > 0 && (
        <Panel title="Pairs that moved otherwise than their parts">
          <DriftSlices slices={slices.pairs} label="Pairs that moved, in points of a hundred" />
        </Panel>
      )}
      {slices.words && slices.words.length > 0 && (
        <Panel title="Words that moved">
          <DriftSlices slices={slices.words} label="Words that moved, in points of a hundred" />
        </Panel>
      )}
      {classifier && (
        <Panel title="All columns together">
          <p>
            {classifier.p < 0.05
              ? `A model tells the two apart: an AUC of ${classifier.auc.toFixed(2)}, where 0.5 is not at all and 1 is always; ${sayP(classifier)}.`
              : `No model tells the two apart better than chance; ${sayP(classifier)}.`}
          </p>
          {classifier.p < 0.05 && (
            <ul className="drift-features">
              {classifier.features.slice(0, shownFeatures).map(({ feature, weight }) => (
                <li key={feature}>
                  <span>{feature}</span>
                  <span className="quiet">{weight > 0 ? 'more now' : 'less now'}</span>
                </li>
              ))}
            </ul>
          )}
        </Panel>
      )}
      {classifier && classifier.p < 0.05 && examples.length > 0 && (
        <Panel title="Least like before">
          <ul className="drift-examples">
            {examples.map(({ id, because }) => (
              <li key={id}>
                {exampleHref ? (
                  <a href={exampleHref(id)}>
                    <code>{id}</code>
                  </a>
                ) : (
                  <code>{id}</code>
                )}{' '}
                <span className="quiet">{because.map(({ feature }) => feature).join(', ')}</span>
                {exampleText?.(id)}
              </li>
            ))}
          </ul>
        </Panel>
      )}
      {quality && (
        <Panel title={`Quality by ${quality.label}`}>
          <DriftQualityFacts quality={quality} />
        </Panel>
      )}
      {report.notes.map(note => (
        <p key={note} className="quiet">
          <Prose text={note} />
        </p>
      ))}
    </div>
  )
}

function say({ total, read }: { readonly total: number; readonly read: number }): string {
  const count = (value: number): string => value.toLocaleString('en-US')
  return total === read ? `${count(total)} rows` : `${count(read)} of ${count(total)} rows`
}

/** Few permutations cannot give a smaller p than their number. */
function sayP({ p, permutations }: NonNullable<DriftReportResult['classifier']>): string {
  const said = p <= 0.001 ? 'p ≤ 0.001' : `p = ${p.toFixed(p < 0.01 ? 3 : 2)}`
  return permutations === undefined
    ? said
    : `${said}, by ${permutations.toLocaleString('en-US')} permutations`
}
