import type { SpanKind } from '../waterfall/trace-span.ts'
import type { Attributes } from './foreign-span.ts'

const ofOpenInference: Readonly<Record<string, SpanKind>> = {
  LLM: 'llm',
  EMBEDDING: 'embedding',
  CHAIN: 'chain',
  RETRIEVER: 'retriever',
  RERANKER: 'reranker',
  TOOL: 'tool',
  AGENT: 'agent',
  GUARDRAIL: 'guardrail',
  EVALUATOR: 'evaluator',
  PROMPT: 'prompt',
}
const ofOperation: Readonly<Record<string, SpanKind>> = {
  chat: 'llm',
  text_completion: 'llm',
  generate_content: 'llm',
  embeddings: 'embedding',
  retrieval: 'retriever',
  execute_tool: 'tool',
  create_agent: 'agent',
  invoke_agent: 'agent',
  invoke_workflow: 'chain',
}
const ofTraceloop: Readonly<Record<string, SpanKind>> = {
  workflow: 'chain',
  task: 'chain',
  agent: 'agent',
  tool: 'tool',
}

/** What a span is, by the conventions of OpenTelemetry's GenAI, of OpenInference and of OpenLLMetry. */
export function kindOf(attributes: Attributes): SpanKind {
  const named = (table: Readonly<Record<string, SpanKind>>, name: string): SpanKind | undefined => {
    const value = attributes[name]
    return typeof value === 'string' && Object.hasOwn(table, value) ? table[value] : undefined
  }
  const known =
    named(ofOpenInference, 'openinference.span.kind') ??
    named(ofOperation, 'gen_ai.operation.name') ??
    named(ofTraceloop, 'traceloop.span.kind')
  if (known) return known
  const has = (...names: readonly string[]): boolean => names.some(name => name in attributes)
  if (has('db.system', 'db.system.name')) return 'database'
  if (has('messaging.system')) return 'messaging'
  return has('http.request.method', 'http.method', 'rpc.system', 'rpc.system.name') ? 'http' : 'other'
}
