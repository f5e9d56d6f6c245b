import { writeFile } from 'node:fs/promises'
import type { TourOptions } from '../options.ts'
import type { Reviewers } from '../reviewers.ts'
import type { People } from '../set-up.ts'
import type { Run } from '../shapes.ts'
import type { Story } from '../story.ts'
import type { Traffic } from '../traffic.ts'
import { boundsChart, clock, escape, qualityChart, runChart } from './charts.ts'
import { type Facts, gatherFacts, type RolloutFacts } from './facts.ts'
import { type Measured, measurePhases } from './measure.ts'
import { style } from './style.ts'

export interface ReportParts {
  readonly story: Story
  readonly people: People
  readonly traffic: Traffic
  readonly reviewers: Reviewers
  readonly options: TourOptions
  readonly startedAt: number
}

/** Writes what happened, when, and on which evidence, into one file that needs no other; answers it in a few words. */
export async function writeReport(file: string, parts: ReportParts): Promise<string> {
  const facts = await gatherFacts(parts.people.owner, parts.story)
  const measured = measurePhases(parts.traffic.answered, parts.story.phases)
  await writeFile(file, page(parts, facts, measured))
  return outcome(facts, measured)
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
const sayShare = ({ share, low, high, requests }: Measured): string =>
  `${percent(share)} (${percent(low)} to ${percent(high)}, ${requests} answers)`

/** What it came to, by what was measured; never by what it was meant to be. */
function outcome({ rollout, mistake }: Facts, measured: readonly Measured[]): string {
  const fallen = measured.find(({ name }) => name === 'An alarm' || name === 'Nobody has to wake up')
  const later = measured.find(({ name }) => name === 'Better again?')
  const healthy = measured.find(({ name }) => name === 'A healthy service')
  const better = ((): string => {
    if (!fallen || !later || rollout?.rollout.state !== 'promoted')
      return 'The retrained model was not promoted: customers still get the one from before.'
    if (later.low > fallen.high)
      return `Retraining helped: ${sayShare(later)} are right, after ${sayShare(fallen)}.`
    return `Retraining did not surely help: ${sayShare(later)} are right, after ${sayShare(fallen)}.`
  })()
  const second =
    mistake?.rollout?.rollout.state === 'rolled-back'
      ? 'The worse candidate was taken back by itself.'
      : `The worse candidate was not taken back by a rollout: ${mistake?.rollout?.rollout.state ?? 'it came to none'}.`
  return `${healthy ? `At first ${sayShare(healthy)} were right. ` : ''}${better} ${second}`
}

function page(parts: ReportParts, facts: Facts, measured: readonly Measured[]): string {
  const { story, traffic, reviewers, options, startedAt } = parts
  const { alarm, drift, run, rollout, mistake, moves, signed } = facts
  const first = traffic.answered[0]?.at ?? startedAt
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>A tour of Slipway</title><style>${style}</style></head><body>
<h1>A tour of Slipway</h1>
<p class="quiet">${new Date(startedAt).toISOString()}, seed ${options.seed}${options.isShort ? ', the short one' : ''}, ${traffic.answered.length} answers, ${traffic.failures.length} failures.</p>
<p id="outcome"><b>${escape(outcome(facts, measured))}</b></p>
<figure>${qualityChart(traffic.answered, story.phases)}
<figcaption>Answers with intent, product and urgency all right: by the truth of the generator (line), which nothing in Slipway knows, and as customers said (dashed).</figcaption></figure>
<table id="phases"><thead><tr><th>Since</th><th>Phase</th><th class="number">Answers</th><th class="number">Right (95 %)</th><th class="number">Customers said so</th></tr></thead><tbody>
${measured.map(one => `<tr><td>${clock(one.at - first)}</td><td>${escape(one.name)}</td><td class="number">${one.requests}</td><td class="number">${one.requests === 0 ? '–' : `${percent(one.share)} (${percent(one.low)} – ${percent(one.high)})`}</td><td class="number">${one.liked === undefined ? '–' : percent(one.liked)}</td></tr>`).join('\n')}
</tbody></table>
<h2>The alarm</h2>
<blockquote>${escape(alarm.summary)}</blockquote>
<p>Raised ${clock(Date.parse(alarm.raised_at) - first)} after the first request, ${clock(Date.parse(alarm.raised_at) - (story.phases[1]?.at ?? first))} after the first new customer. Alarm <code id="alarm">${alarm.id}</code>.</p>
${drift === undefined ? '<p>It has no drift report.</p>' : `<h3>What differs, as the drift report says</h3><blockquote id="drift">${escape(drift.sentence ?? drift.error ?? drift.state)}</blockquote><p>Report <code>${drift.id}</code>.</p>`}
<h2>The run that it began</h2>
<p>Run <code id="run">${run.id}</code>, begun by ${escape(run.event?.name ?? run.trigger)}: <b class="${run.state === 'succeeded' ? 'good' : 'bad'}">${run.state}</b>. ${escape(run.reason ?? '')}</p>
<figure>${runChart(run)}</figure>
<p>${sayData(run)} By the end reviewers had corrected ${reviewers.corrected} answers.</p>
${gates(run)}
<h2>The rollout</h2>
${rolloutPart(rollout, 'rollout')}
<h2>Versions that were live</h2>
<table id="moves"><thead><tr><th>Since</th><th>Version</th><th>Signature</th><th>Why</th></tr></thead><tbody>
${moves.map((move, index) => `<tr><td>${clock(Date.parse(move.at) - first)}</td><td>${move.version}</td><td>${signed[index]?.state ?? ''}</td><td>${escape(move.reason)}</td></tr>`).join('\n')}
</tbody></table>
<h2>A mistake</h2>
<p>Somebody has run the same pipeline on version 1 of the data, an export from before the new products, and so it was measured on that too.</p>
${mistake === undefined ? '' : `<p>Run <code id="mistake">${mistake.run.id}</code>: ${mistake.run.state}. ${escape(mistake.run.reason ?? '')}</p>${gates(mistake.run)}${rolloutPart(mistake.rollout, 'second-rollout')}`}
</body></html>
`
}

/** On which data it was trained. */
function sayData({ stages }: Run): string {
  const data = stages.find(({ name }) => name === 'check')?.artifacts.find(({ name }) => name === 'dataset')
  const { number, rows } = (data?.value ?? {}) as { number?: number; rows?: number }
  return number === undefined ? '' : `It learned from version ${number} of the data, with ${rows} rows.`
}

/** What the evaluation found, gate by gate. */
function gates({ stages }: Run): string {
  const report = stages
    .find(({ name }) => name === 'evaluate')
    ?.artifacts.find(({ name }) => name === 'report')
  const { gates: found } = (report?.value ?? {}) as { gates?: readonly { readonly why?: string }[] }
  if (!found) return ''
  return `<h3>What the evaluation found</h3><ul>${found.map(({ why }) => `<li>${escape(why ?? '')}</li>`).join('')}</ul>`
}

function rolloutPart(facts: RolloutFacts | undefined, id: string): string {
  if (!facts) return '<p>It did not come to one.</p>'
  const { rollout, verdicts } = facts
  const last = verdicts.at(-1)
  const shares = rollout.steps.map(({ share }) => `${100 * (share ?? 0)} %`).join(', then ')
  return `<p>Rollout <code id="${id}">${rollout.id}</code>, ${shares} of the customers: <b class="${rollout.state === 'promoted' ? 'good' : 'bad'}">${rollout.state}</b> after ${verdicts.length} looks. ${escape(rollout.reason)}</p>
<figure>${boundsChart(verdicts, 'feedback')}<figcaption>By how much the candidate is worse in what customers say: the estimate, with bounds that hold at all looks at once; below 0 it is better. Dashed: how much worse it may be.</figcaption></figure>
${last ? `<p>The last look: ${escape(last.reasons.join(' '))}</p>` : ''}`
}
