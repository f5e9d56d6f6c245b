/**
 * Names of attributes whose text is no content, by the conventions of OpenTelemetry (general and GenAI), OpenInference and
 * OpenLLMetry. All other text is left out unless the configuration says otherwise: prompts, answers, queries, addresses
 * with parameters, messages of exceptions, and whatever an application says under names of its own.
 */
const plainNames: ReadonlySet<string> = new Set([
  'gen_ai.operation.name',
  'gen_ai.provider.name',
  'gen_ai.system',
  'gen_ai.request.model',
  'gen_ai.request.encoding_formats',
  'gen_ai.response.model',
  'gen_ai.response.id',
  'gen_ai.response.finish_reasons',
  'gen_ai.output.type',
  'gen_ai.agent.id',
  'gen_ai.agent.name',
  'gen_ai.agent.version',
  'gen_ai.tool.name',
  'gen_ai.tool.type',
  'gen_ai.tool.call.id',
  'gen_ai.data_source.id',
  'gen_ai.workflow.name',
  'gen_ai.evaluation.name',
  'gen_ai.evaluation.score.label',
  'openinference.span.kind',
  'llm.model_name',
  'llm.provider',
  'llm.system',
  'embedding.model_name',
  'reranker.model_name',
  'tool.name',
  'agent.name',
  'graph.node.id',
  'graph.node.name',
  'graph.node.parent_id',
  'traceloop.span.kind',
  'traceloop.entity.name',
  'traceloop.workflow.name',
  'error.type',
  'exception.type',
  'http.request.method',
  'http.method',
  'http.route',
  'http.scheme',
  'url.scheme',
  'server.address',
  'net.peer.name',
  'network.protocol.name',
  'network.protocol.version',
  'network.transport',
  'rpc.system',
  'rpc.system.name',
  'rpc.service',
  'rpc.method',
  'db.system',
  'db.system.name',
  'db.operation',
  'db.operation.name',
  'db.collection.name',
  'messaging.system',
  'messaging.operation.name',
  'messaging.operation.type',
  'code.function.name',
  'code.function',
  'code.namespace',
  'service.name',
  'service.namespace',
  'service.version',
  'service.instance.id',
  'deployment.environment',
  'deployment.environment.name',
  'telemetry.sdk.name',
  'telemetry.sdk.language',
  'telemetry.sdk.version',
  'otel.status_code',
])
const plainBeginnings = ['slipway.', 'aws.bedrock.', 'k8s.', 'container.']
/** Names that applications give to conversations and users: kept where they can be nothing but a name. */
const identifiers: ReadonlySet<string> = new Set([
  'gen_ai.conversation.id',
  'session.id',
  'openai.response.id',
])
const plainIdentifier = /^[\w.:-]{1,128}$/
/** A telephone number has more digits; what counts so high has a name above. */
const highestPlainNumber = 1e9
const longestPlainList = 32

export interface AttributeRule {
  /** Whether everything is kept, content too. */
  readonly keepsContent: boolean
  /** Whether text under that name may be kept: asked before the text is read. */
  mayKeepText(name: string): boolean
  /** Whether that very value may. */
  mayKeep(name: string, value: unknown): boolean
}

/** What is kept of the attributes of applications. `names` are further ones, or `beginning*`. */
export function createAttributeRule(given: {
  readonly content: 'drop' | 'keep'
  readonly attributes: readonly string[]
}): AttributeRule {
  if (given.content === 'keep') return { keepsContent: true, mayKeepText: () => true, mayKeep: () => true }
  const names = new Set(given.attributes.filter(name => !name.endsWith('*')))
  const beginnings = [
    ...plainBeginnings,
    ...given.attributes.filter(name => name.endsWith('*')).map(name => name.slice(0, -1)),
  ]
  const isListed = (name: string): boolean =>
    plainNames.has(name) || names.has(name) || beginnings.some(beginning => name.startsWith(beginning))
  const mayKeep = (name: string, value: unknown): boolean => {
    if (typeof value === 'string')
      return isListed(name) || (identifiers.has(name) && plainIdentifier.test(value))
    if (typeof value === 'boolean' || value === null) return true
    if (typeof value === 'number') return Math.abs(value) < highestPlainNumber || isListed(name)
    if (!Array.isArray(value)) return false
    return value.length <= longestPlainList && value.every(one => !Array.isArray(one) && mayKeep(name, one))
  }
  return { keepsContent: false, mayKeepText: name => isListed(name) || identifiers.has(name), mayKeep }
}
