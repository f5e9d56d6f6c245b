import { useExplanation } from '../../api/queries.ts'
import type { Answer } from '../../api/types.ts'
import { Loaded } from '../../parts/loaded.tsx'
import { Snippet } from '../../parts/copy.tsx'
import { Prose } from '../../parts/prose.tsx'
import { formatStretch } from './trace-facts.ts'

type Step = Answer<'explainInference'>['steps'][number]

const badDecisions = new Set(['refused', 'block', 'error', 'timeout', 'not_sent'])
const noteworthy = new Set([
  'fallback',
  'retry',
  'hedge',
  'mask',
  'replace',
  'flag',
  'escalate',
  'hit',
  'aborted',
  'left',
])

/** Every decision of an inference in its order; each opens to what it rests on. */
export function Explanation({ id }: { readonly id: string }) {
  return (
    <Loaded query={useExplanation(id)} height={240}>
      {({ steps, is_complete: isComplete }) => (
        <>
          <ol className="explanation">
            {steps.map((step, index) => (
              // the steps of an inference never change their places
              <li key={index} data-tone={toneOf(step)}>
                <span className="explanation-time">{formatStretch(step.at_ms)}</span>
                <div>
                  <p>
                    <b>{step.text}</b>
                  </p>
                  <p className="quiet">
                    <Prose text={step.reason} />
                  </p>
                  <details>
                    <summary>
                      {step.kind} · {step.decision}
                      {step.ground && ` · by the ${step.ground.kind}`}
                    </summary>
                    {step.ground && (
                      <p className="quiet">
                        {step.ground.kind} <code>{step.ground.hash}</code>
                      </p>
                    )}
                    <Snippet label="evidence" text={JSON.stringify(step.evidence, null, 2)} />
                  </details>
                </div>
              </li>
            ))}
          </ol>
          {!isComplete && (
            <p className="footnote">It was recorded before decisions were kept, so some are missing.</p>
          )}
        </>
      )}
    </Loaded>
  )
}

function toneOf({ kind, decision }: Step): 'bad' | 'warn' | 'plain' {
  const isFailedAttempt = kind === 'attempt' && !['ok', 'abandoned', 'client_closed'].includes(decision)
  if (badDecisions.has(decision) || isFailedAttempt) return 'bad'
  return noteworthy.has(decision) || decision.endsWith('_denied') ? 'warn' : 'plain'
}
