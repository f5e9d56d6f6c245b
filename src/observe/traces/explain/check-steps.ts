import type { Inference } from '../inference.ts'
import type { InferenceVerdict } from '../verdict.ts'
import type { ExplainStep } from './explain-step.ts'

const stageWords: Readonly<Record<string, string>> = {
  input: 'the input',
  context: 'what was retrieved or came from tools',
  tool_call: 'the arguments of tool calls',
  reasoning: 'the reasoning',
  output: 'the answer',
}
const outcomeWords: Readonly<Record<string, string>> = {
  pass: 'found nothing in',
  flag: 'noted something in',
  block: 'blocked',
  mask: 'masked parts of',
  replace: 'replaced parts of',
  retry: 'had the model asked once more about',
  fallback: 'had another release answer instead of',
  escalate: 'asked a person about',
  error: 'failed on',
  timeout: 'did not finish in time on',
}

/** What each check of the policy said of those stages, and what followed. */
export function checkSteps({ verdicts = [] }: Inference, stages: readonly string[]): ExplainStep[] {
  return verdicts.filter(({ stage }) => stages.includes(stage)).map(toStep)
}

function toStep(verdict: InferenceVerdict): ExplainStep {
  const { guard, check, stage, mode, outcome, found, findings, failed, why } = verdict
  const named = guard === check ? guard : `${guard} (${check})`
  const would = mode === 'shadow' && outcome !== 'pass' ? ', in shadow: nothing followed from it' : ''
  const then = failed === undefined ? '' : `; it fails ${failed}`
  return {
    kind: 'check',
    decision: outcome,
    atMs: verdict.startMs,
    text: `The check ${named} ${outcomeWords[outcome] ?? outcome} ${stageWords[stage] ?? stage}${would}${then}.`,
    reason: why,
    ground: { kind: 'policy', hash: verdict.policyHash },
    evidence: {
      guard,
      check,
      stage,
      mode,
      action: verdict.action,
      failed: failed ?? null,
      found,
      findings,
      scanned_texts: verdict.scannedTexts,
      scanned_chars: verdict.scannedChars,
      took_ms: verdict.durationMs,
    },
  }
}
