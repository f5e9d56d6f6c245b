import type { ReactNode } from 'react'
import { useTrace } from '../../api/queries.ts'
import type { InferenceDetail } from '../../api/types.ts'
import { formatDuration } from '../../format/duration.ts'
import { formatCost } from '../../format/money.ts'
import { formatCount, formatTokensPerSecond, none } from '../../format/number.ts'
import { Identifier } from '../../parts/copy.tsx'
import { Fact, Facts } from '../../parts/facts.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { Notice } from '../../parts/notice.tsx'
import { Prose } from '../../parts/prose.tsx'
import { Status } from '../../parts/status.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'
import { useHref } from '../../routing/scope.ts'
import { Attempts } from './attempts.tsx'
import { ContentView } from './content-view.tsx'
import { Explanation } from './explanation.tsx'
import { FeedbackSection } from './feedback.tsx'
import { totalInput, totalOutput } from './inference-row.tsx'
import { Scores } from './scores.tsx'
import { TokenBuckets } from './token-buckets.tsx'
import { TraceChart } from './trace-chart.tsx'
import { Verdicts } from './verdicts.tsx'

/** Everything that was recorded of one inference, the answer to "why" first. */
export function InferenceView({ inference }: { readonly inference: InferenceDetail }) {
  const { usage } = inference
  const output = usage ? totalOutput(usage) : undefined
  const answerMs = inference.ttft_ms === null ? undefined : inference.latency_ms - inference.ttft_ms
  const isRated =
    inference.is_stream && output !== undefined && output > 1 && answerMs !== undefined && answerMs > 0
  return (
    <div className="view">
      <div className="view-title">
        <h2>
          {inference.service}
          {inference.release !== null && <span className="quiet"> / {inference.release}</span>}
        </h2>
        <Status state={inference.outcome} />
        <span className="quiet">
          <TimeAgo iso={inference.started_at} />
        </span>
      </div>
      {inference.failure_code !== null && (
        <Notice
          tone={inference.outcome === 'aborted' ? 'warn' : 'bad'}
          title={`${inference.status} ${inference.failure_code}`}
        >
          <Prose text={inference.failure_message ?? ''} />
        </Notice>
      )}
      <dl className="figures">
        <Figure label="Latency">{formatDuration(inference.latency_ms)}</Figure>
        <Figure label="First token">
          {inference.ttft_ms === null ? none : formatDuration(inference.ttft_ms)}
        </Figure>
        <Figure label="Output speed">
          {isRated ? formatTokensPerSecond(((output - 1) / answerMs) * 1000) : none}
        </Figure>
        <Figure label="Tokens">
          {usage ? `${formatCount(totalInput(usage))} → ${formatCount(output ?? 0)}` : none}
        </Figure>
        <Figure label={inference.is_cost_estimate ? 'Cost, estimated' : 'Cost'}>
          {usage ? formatCost(inference.cost_nano_usd) : none}
        </Figure>
      </dl>
      <Part title="Timing">
        <Loaded query={useTrace(inference.id)} height={260}>
          {trace => <TraceChart trace={trace} />}
        </Loaded>
      </Part>
      <Part title="Decisions">
        <Explanation id={inference.id} />
      </Part>
      {inference.attempts !== null && (
        <Part title="Route">
          <Attempts attempts={inference.attempts} />
        </Part>
      )}
      <Part title="Content">
        <ContentView inference={inference} />
      </Part>
      {usage && (
        <Part title="Tokens">
          <TokenBuckets usage={usage} />
        </Part>
      )}
      <Part title="Record">
        <Record inference={inference} />
      </Part>
      <Verdicts inference={inference} />
      <Scores inferenceId={inference.id} />
      <Part title="Feedback">
        <FeedbackSection inference={inference} />
      </Part>
    </div>
  )
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      {children}
    </section>
  )
}

function Figure({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function Record({ inference }: { readonly inference: InferenceDetail }) {
  const href = useHref()
  return (
    <Facts>
      <Fact name="Answered by">
        {inference.cache === null ? (inference.target ?? none) : `the cache (${inference.cache})`}
      </Fact>
      {inference.saved_nano_usd !== null && <Fact name="Saved">{formatCost(inference.saved_nano_usd)}</Fact>}
      <Fact name="Model">{inference.upstream_model ?? none}</Fact>
      <Fact name="Operation">
        {inference.operation}
        {inference.is_stream ? ', streamed' : ''}
      </Fact>
      <Fact name="Finish reason">{inference.finish_reason ?? none}</Fact>
      <Fact name="Status">{inference.status}</Fact>
      {inference.service_tier !== null && <Fact name="Service tier">{inference.service_tier}</Fact>}
      {inference.reported_cost_nano_usd !== null && (
        <Fact name="Cost, says the upstream">{formatCost(inference.reported_cost_nano_usd)}</Fact>
      )}
      <Fact name="Tenant">{inference.tenant}</Fact>
      <Fact name="Key">
        <a href={href(`/inferences?key_id=${encodeURIComponent(inference.key_id)}`)}>{inference.key_id}</a>
      </Fact>
      {inference.rollout !== null && (
        <Fact name="Rollout">
          <a href={href(`/inferences?shadow=all&rollout=${encodeURIComponent(inference.rollout)}`)}>
            {inference.rollout}
          </a>
          , step {inference.rollout_step}, {sideOf(inference)}
        </Fact>
      )}
      {inference.no_training !== null && (
        <Fact name="Not to be learned from">
          {inference.no_training === 'header' ? 'the header slipway-no-training' : 'store: false'}
        </Fact>
      )}
      {inference.conversation_id !== null && (
        <Fact name="Conversation">
          <a
            href={href(
              `/conversations/${encodeURIComponent(inference.conversation_id)}?of=${encodeURIComponent(inference.tenant)}`,
            )}
          >
            {inference.conversation_id}
          </a>
        </Fact>
      )}
      <Fact name="Inference">
        <Identifier text={inference.id} label="inference id" />
      </Fact>
      <Fact name="Request">
        <Identifier text={inference.request_id} label="request id" />
      </Fact>
      <Fact name="Trace">
        <Identifier text={inference.trace_id} label="trace id" />
      </Fact>
      <Fact name="Span">
        <Identifier text={inference.span_id} label="span id" />
      </Fact>
      {inference.upstream_id !== null && (
        <Fact name="Upstream answer">
          <Identifier text={inference.upstream_id} label="upstream answer id" />
        </Fact>
      )}
      {inference.parent_span_id !== null && (
        <Fact name="Parent span">
          <Identifier text={inference.parent_span_id} label="parent span id" />
        </Fact>
      )}
      <Fact name="Configuration">
        <Identifier text={inference.snapshot_hash} label="configuration hash" />
      </Fact>
    </Facts>
  )
}

function sideOf({ is_shadow, arm }: InferenceDetail): string {
  if (is_shadow) return 'a copy, answered to nobody'
  return arm ?? 'compared on neither side'
}
