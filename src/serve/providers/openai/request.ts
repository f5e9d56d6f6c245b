import { Failure } from '../../../foundation/platform/index.ts'
import { asObject } from '../loose-json.ts'
import type { UpstreamCall } from '../upstream.ts'
import type { Differences } from './differences.ts'
import { editText } from './edit-body.ts'
import { leaveOutForeign } from './leave-out-foreign.ts'

const usageWanted = { include_usage: true } as const

/** The body for an OpenAI-compatible upstream: the client's own text wherever nothing but the model differs. */
export function writeBody(
  call: UpstreamCall,
  row: Differences,
  label: string,
): { readonly body: string; readonly isUsageInjected: boolean } {
  const { original, model } = call
  const isOurs = call.isTranslated === true
  const body = isOurs ? leaveOutForeign(call.body, row.understands) : call.body
  refuseIgnored(body, row, label)
  const injected = usageToInject(call, row)
  const isUsageInjected = injected !== undefined
  const isRewritten = needsRewriting(body, row)

  if (original !== undefined && !isRewritten) {
    const mayBeSpliced = injected === undefined || !('stream_options' in body)
    const text = mayBeSpliced ? editText(original, body, { model, streamOptions: injected }) : undefined
    if (text !== undefined) return { body: text, isUsageInjected }
  }
  const edited: Record<string, unknown> = isRewritten ? rewritten(body, row) : { ...body }
  edited['model'] = model
  if (injected) edited['stream_options'] = injected
  return { body: JSON.stringify(edited), isUsageInjected }
}

/** The `stream_options` that make the upstream tell the usage of a stream, where the client's do not. */
function usageToInject(call: UpstreamCall, row: Differences): Record<string, unknown> | undefined {
  const isStreamOfChoices = call.operation === 'chat' || call.operation === 'completion'
  if (!call.isStream || !isStreamOfChoices || row.streamUsage !== 'forward') return undefined
  const given = asObject(call.body['stream_options'])
  return given?.['include_usage'] === true ? undefined : { ...given, ...usageWanted }
}

function needsRewriting(body: UpstreamCall['body'], row: Differences): boolean {
  if (row.streamUsage === 'remove' && 'stream_options' in body) return true
  return row.renames !== undefined && Object.keys(row.renames).some(name => name in body)
}

function rewritten(body: UpstreamCall['body'], row: Differences): Record<string, unknown> {
  const edited: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(body)) {
    if (name === 'stream_options' && row.streamUsage === 'remove') continue
    const renamed = row.renames?.[name]
    if (renamed === undefined) edited[name] = value
    else if (!(renamed in body)) edited[renamed] = value
  }
  return edited
}

function refuseIgnored(body: UpstreamCall['body'], row: Differences, label: string): void {
  if (!row.ignores) return
  for (const [name, harmless] of Object.entries(row.ignores)) {
    const value = body[name]
    if (value === undefined || value === null || harmless.includes(value)) continue
    throw new Failure(
      'unsupported_parameter',
      `The ${label} would ignore \`${name}\`. Leave it out, or call a service on another provider.`,
      { details: { parameter: name } },
    )
  }
}
