import { withoutForeignThinking } from '../anthropic/native-request.ts'
import { asList, type JsonObject } from '../loose-json.ts'
import type { UpstreamCall } from '../upstream.ts'

/**
 * A client's Messages request for InvokeModel: the model and whether to stream are in the path, the version in the body,
 * and so are the betas, which are a header elsewhere.
 */
export function toClaudeRequest(call: UpstreamCall): JsonObject {
  const { model: _model, stream: _stream, ...body } = withoutForeignThinking(call.body)
  const asked = (call.headers?.['anthropic-beta'] ?? '')
    .split(',')
    .map(beta => beta.trim())
    .filter(Boolean)
  const betas = [...(asList(body['anthropic_beta']) ?? []), ...asked]
  return {
    ...body,
    anthropic_version: 'bedrock-2023-05-31',
    ...(betas.length > 0 ? { anthropic_beta: [...new Set(betas)] } : {}),
  }
}
