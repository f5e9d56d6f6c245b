import { asList, asObject, asText } from '../../providers/index.ts'
import type { AnswerContext, Body } from '../client-dialect.ts'
import { AnswerBuilder } from './answer-builder.ts'
import { isGiven } from './refuse.ts'
import { CallTable, readMessage } from './read-message.ts'
import { describeRequest, serviceTier, toEnding, toResponseUsage, type Ending } from './response-object.ts'

/** A whole chat completion as a response: what its stream would end with. */
export function fromReply(reply: Body, context: AnswerContext): Body {
  const builder = createBuilder(context, () => undefined)
  const choice = asObject(asList(reply['choices'])?.[0])
  readMessage(asObject(choice?.['message']) ?? {}, choice?.['logprobs'], builder, new CallTable())
  const ending = toEnding(asText(choice?.['finish_reason']))
  builder.end(ending)
  return endResponse(context, { ending, output: builder.output, reply })
}

export function createBuilder(
  context: AnswerContext,
  emit: ConstructorParameters<typeof AnswerBuilder>[0]['emit'],
): AnswerBuilder {
  const reasoning = asObject(context.request['reasoning'])
  return new AnswerBuilder({
    inferenceId: context.inferenceId,
    target: context.target ?? '',
    isSummaryWanted: isGiven(reasoning?.['summary']) || isGiven(reasoning?.['generate_summary']),
    emit,
  })
}

export function endResponse(
  context: AnswerContext,
  { ending, output, reply }: { ending: Ending; output: readonly Body[]; reply: Body },
): Body {
  const usage = toResponseUsage(reply['usage'])
  return {
    ...describeRequest(context),
    status: ending.status,
    ...(ending.status === 'completed' ? { completed_at: Math.floor(Date.now() / 1_000) } : {}),
    error: null,
    incomplete_details: ending.status === 'incomplete' ? { reason: ending.reason } : null,
    output,
    ...serviceTier(reply),
    ...(usage ? { usage } : {}),
  }
}
