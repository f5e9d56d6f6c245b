import type { RunReport } from '../evaluation/index.ts'

/** What came of a distillation: who taught whom, what it cost, and how the student stands beside the teacher. */
export function makeDistillationReport({
  teacher,
  student,
  evaluation,
}: {
  readonly teacher: string
  readonly student: string | undefined
  readonly evaluation: { readonly id: string; readonly report: RunReport } | undefined
}) {
  if (!evaluation || student === undefined) return { teacher, student: student ?? null, comparison: null }
  const { id, report } = evaluation
  const ofRelease = (name: string) => {
    const found = report.releases.find(({ release }) => release === name)
    return {
      release: name,
      answered: found?.answered ?? 0,
      failed: found?.failed ?? 0,
      latency_ms_mean: found?.latencyMs?.mean ?? null,
      latency_ms_p50: found?.latencyMs?.p50 ?? null,
      latency_ms_p95: found?.latencyMs?.p95 ?? null,
      cost_per_answer_nano_usd: found?.costPerAnswerNanoUsd ?? null,
      scores: (found?.scores ?? []).map(({ evaluator, mean, passRate }) => ({
        evaluator,
        mean: mean?.mean ?? null,
        pass_rate: passRate?.mean ?? null,
      })),
    }
  }
  const [before, after] = [ofRelease(teacher), ofRelease(student)]
  return {
    teacher,
    student,
    comparison: {
      evaluation: id,
      verdict: report.verdict,
      why: report.verdictWhy,
      examples: report.examples,
      confidence: report.confidence,
      teacher: before,
      student: after,
      // paired: the same examples, asked of both
      quality: report.comparisons
        .filter(({ release }) => release === student)
        .map(({ evaluator, verdict, pairs, difference, p, test, effect, improved, worsened, same }) => ({
          evaluator,
          verdict,
          pairs,
          difference: difference ?? null,
          p: p ?? null,
          test,
          effect: effect ?? null,
          improved,
          worsened,
          same,
        })),
      latency_ratio: ratio(after.latency_ms_p50, before.latency_ms_p50),
      cost_ratio: ratio(after.cost_per_answer_nano_usd, before.cost_per_answer_nano_usd),
    },
  }
}

function ratio(student: number | null, teacher: number | null): number | null {
  return student === null || teacher === null || teacher === 0 ? null : student / teacher
}
