import type { Run } from '../runs/run.ts'
import type { MakeReport } from './make-report.ts'
import type { RunReport } from './report.ts'

/** A report of a run that goes on is made anew no more often than that, however many people look. */
const freshMs = 5_000
const mostRuns = 50

interface Made {
  readonly of: string
  readonly madeAtMs: number
  readonly report: Promise<RunReport>
}

/** Reports of runs that have not ended, kept for a moment: each takes thousands of resamples. */
export function createReportsSoFar(
  makeReport: MakeReport,
  now: () => number = Date.now,
): (run: Run) => Promise<RunReport> {
  const made = new Map<string, Made>()
  return async run => {
    const of = `${run.state} ${run.scored} ${run.failed}`
    const known = made.get(run.id)
    if (known && (known.of === of || now() - known.madeAtMs < freshMs)) return await known.report
    const report = makeReport(run.id).then(found => found.report)
    report.catch(() => made.delete(run.id))
    made.delete(run.id)
    made.set(run.id, { of, madeAtMs: now(), report })
    for (const id of made.keys()) {
      if (made.size <= mostRuns) break
      made.delete(id)
    }
    return await report
  }
}
