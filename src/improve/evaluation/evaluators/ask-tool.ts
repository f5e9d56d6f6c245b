import { Failure } from '../../../foundation/platform/index.ts'
import type { EvaluatorTools } from '../evaluator.ts'
import type { ReleaseAnswer } from '../ports.ts'

/** `judge` or `judge@v2`: who is asked. */
export interface Asked {
  readonly service: string
  readonly release: string | undefined
}

export function parseService(text: string): Asked {
  const [service = '', release] = text.split('@')
  return { service, release }
}

/** Asks a service; throws `upstream_error` where it has no answer. Nothing of its words is in the error. */
export async function askTool(
  tools: EvaluatorTools,
  { service, release }: Asked,
  body: Readonly<Record<string, unknown>>,
  seed?: number,
): Promise<ReleaseAnswer> {
  const found = await tools.ask({ service, release, body, seed })
  if (found.kind === 'answer') return found
  const why = found.kind === 'failed' ? `${found.status} ${found.code}` : found.why
  throw new Failure('upstream_error', `The service ${service} gave no answer to an evaluator: ${why}.`)
}
