import type { ConfigParts } from './config-parts.ts'
import type { DataPath, Finding } from './problem.ts'
import type { MonitorConfig, StreamConfig } from './schema/index.ts'
import { suggestSentence } from './suggest.ts'

const textKinds: ReadonlySet<StreamConfig['kind']> = new Set([
  'input-embedding',
  'input-vocabulary',
  'input-language',
  'input-topic',
  'output-format',
])

/** What the schema cannot see of monitors: services and judges that are not there, and texts that are not kept. */
export function checkMonitors(parts: ConfigParts): Finding[] {
  return [...parts.monitors].flatMap(([name, monitor]) => {
    const path: DataPath = ['monitors', name]
    if (!parts.declared.services.includes(monitor.service))
      return [missing('service', monitor.service, parts.declared.services, [...path, 'service'])]
    return [
      ...Object.entries(monitor.streams).flatMap(([stream, config]) =>
        checkStream(parts, monitor, config, [...path, 'streams', stream]),
      ),
      ...checkSlices(parts, monitor, path),
    ]
  })
}

function checkStream(
  parts: ConfigParts,
  { service }: MonitorConfig,
  stream: StreamConfig,
  path: DataPath,
): Finding[] {
  const config = parts.services.get(service)
  if (!config) return []
  if (stream.kind === 'score' && !parts.declared.judges.includes(stream.judge))
    return [missing('judge', stream.judge, parts.declared.judges, [...path, 'judge'])]
  if (stream.kind === 'score' && config.judges?.includes(stream.judge) !== true)
    return [
      {
        path: [...path, 'judge'],
        at: 'value',
        message: `\`${stream.judge}\` scores no answers of \`${service}\`.`,
        mend: `Add \`judges: [${stream.judge}]\` to the service.`,
      },
    ]
  if (stream.kind === 'blocks' && config.policy === undefined && config.tenantPolicies === undefined)
    return [
      {
        path: [...path, 'kind'],
        at: 'value',
        message: `\`${service}\` has no policy, so no guardrail stops anything.`,
        mend: 'Give the service a `policy`, or remove the stream.',
      },
    ]
  if (readsTexts(stream) && !config.storeContent) return [keepsNothing(service, [...path, 'kind'])]
  return []
}

/** Whether it looks at what was said. Tokens of a text in a dataset are not known, so that its length is that of the text. */
export function readsTexts(stream: StreamConfig): boolean {
  return textKinds.has(stream.kind) || (stream.kind === 'input-length' && stream.reference !== undefined)
}

function checkSlices(
  parts: ConfigParts,
  { service, slices, streams }: MonitorConfig,
  path: DataPath,
): Finding[] {
  const at = (slice: string): DataPath => [...path, 'slices', slices.indexOf(slice as never)]
  const hasTopics = Object.values(streams).some(({ kind }) => kind === 'input-topic')
  return [
    ...(slices.includes('language') && parts.services.get(service)?.storeContent === false
      ? [keepsNothing(service, at('language'))]
      : []),
    ...(slices.includes('topic') && !hasTopics
      ? [
          {
            path: at('topic'),
            at: 'value',
            message: 'Topics are the clusters of a stream of the kind `input-topic`, and there is none here.',
            mend: 'Add `topics: { kind: input-topic }` to `streams`, or remove `topic`.',
          } satisfies Finding,
        ]
      : []),
  ]
}

function keepsNothing(service: string, path: DataPath): Finding {
  return {
    path,
    at: 'value',
    message: `This is read from what is kept of an inference, and \`${service}\` keeps no content.`,
    mend: 'Add `storeContent: masked` (or `true`) to the service, or remove this.',
  }
}

function missing(what: string, name: string, declared: readonly string[], path: DataPath): Finding {
  return {
    path,
    at: 'value',
    message: `There is no ${what} named \`${name}\`.`,
    mend: suggestSentence(name, declared, what),
  }
}
