import { Failure, isNestedTooDeep, parseObject } from '../../../foundation/platform/index.ts'
import { AttributeBag } from './attribute-bag.ts'
import type { AttributeRule } from './attribute-rule.ts'
import type { Attributes, RawSpan, SpanEvent } from './foreign-span.ts'
import { mostEvents, toMs } from './read-protobuf.ts'

type Json = Readonly<Record<string, unknown>>

/**
 * The spans of an ExportTraceServiceRequest in OTLP's JSON: field names in lower camel case, ids in hex (not base64, as
 * protobuf's own JSON would have them), 64-bit numbers as text, enums as numbers. Unknown fields are passed over. Throws
 * `invalid_request` where it is no such message.
 */
export function* readJsonSpans(text: string, rule: AttributeRule): Generator<RawSpan> {
  const body = parseObject(text)
  if (isNestedTooDeep(body)) throw new Failure('invalid_request', 'The body is nested too deep.')
  for (const [index, resourceSpans] of listOf(body, 'resourceSpans').entries()) {
    const at = `resourceSpans[${index}]`
    const resource = objectOf(resourceSpans, 'resource', at)
    const ofResource = new AttributeBag(rule).collect(attributesOf(resource, rule, at))
    for (const [place, scopeSpans] of listOf(resourceSpans, 'scopeSpans', at).entries()) {
      const scope = textOf(objectOf(scopeSpans, 'scope', at)['name'])
      for (const span of listOf(scopeSpans, 'spans', `${at}.scopeSpans[${place}]`)) {
        yield readSpan(span, ofResource, scope, rule, `${at}.scopeSpans[${place}].spans`)
      }
    }
  }
}

function readSpan(span: Json, resource: Attributes, scope: string, rule: AttributeRule, at: string): RawSpan {
  const bag = new AttributeBag(rule)
  const status = objectOf(span, 'status', at)
  const events = listOf(span, 'events', at)
  const kept = events.slice(0, mostEvents).map((event): SpanEvent => ({
    name: textOf(event['name']),
    atMs: nanoOf(event['timeUnixNano']),
    attributes: bag.collect(attributesOf(event, rule, at)),
  }))
  const attributes = bag.collect(attributesOf(span, rule, at))
  return {
    resource,
    scope,
    traceId: textOf(span['traceId']).toLowerCase(),
    spanId: textOf(span['spanId']).toLowerCase(),
    parentSpanId: textOf(span['parentSpanId']).toLowerCase(),
    name: textOf(span['name']),
    startedAtMs: nanoOf(span['startTimeUnixNano']),
    endedAtMs: nanoOf(span['endTimeUnixNano']),
    attributes,
    events: kept,
    statusCode: codeOf(status['code']),
    statusMessage: rule.keepsContent ? textOf(status['message']) : '',
    leftOut: bag.leftOut + events.length - kept.length + countOf(span['droppedAttributesCount']),
  }
}

function* attributesOf(holder: Json, rule: AttributeRule, at: string): Generator<readonly [string, unknown]> {
  for (const { key, value } of listOf(holder, 'attributes', at)) {
    const name = textOf(key)
    yield [name, isObject(value) ? valueOf(value, rule.mayKeepText(name)) : undefined]
  }
}

/** An AnyValue; `undefined` for text that is not wanted. Nesting is bounded by the body's. */
function valueOf(value: Json, wantsText: boolean): unknown {
  const { stringValue, boolValue, intValue, doubleValue, arrayValue, kvlistValue } = value
  if (typeof stringValue === 'string') return wantsText ? stringValue : undefined
  if (typeof boolValue === 'boolean') return boolValue
  if (typeof intValue === 'number' || typeof intValue === 'string') return integerOf(intValue)
  if (typeof doubleValue === 'number') return Number.isFinite(doubleValue) ? doubleValue : undefined
  if (isObject(arrayValue)) {
    const values = (Array.isArray(arrayValue['values']) ? arrayValue['values'] : []).map((one: unknown) =>
      isObject(one) ? valueOf(one, wantsText) : undefined,
    )
    return values.includes(undefined) ? undefined : values
  }
  if (!isObject(kvlistValue) || !wantsText || !Array.isArray(kvlistValue['values'])) return undefined
  const entries = kvlistValue['values'].flatMap((one: unknown) => {
    if (!isObject(one) || !isObject(one['value'])) return []
    const inner = valueOf(one['value'], true)
    return inner === undefined ? [] : [[textOf(one['key']), inner] as const]
  })
  return Object.fromEntries(entries)
}

function integerOf(value: string | number): number | string | undefined {
  const number = Number(value)
  if (Number.isSafeInteger(number)) return number
  return /^-?\d{1,20}$/.test(String(value)) ? String(value) : undefined
}

/** The names of the enum are not in the specification of OTLP's JSON, and some senders write them all the same. */
function codeOf(value: unknown): number {
  if (value === 'STATUS_CODE_ERROR') return 2
  return value === 'STATUS_CODE_OK' ? 1 : countOf(value)
}

function nanoOf(value: unknown): number {
  return typeof value === 'string' || (typeof value === 'number' && Number.isSafeInteger(value))
    ? toMs(value)
    : 0
}

function countOf(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function objectOf(holder: Json, name: string, at: string): Json {
  const value = holder[name] ?? {}
  if (isObject(value)) return value
  throw new Failure('invalid_request', `\`${at}.${name}\` must be an object.`)
}

function listOf(holder: Json, name: string, at?: string): Json[] {
  const value = holder[name] ?? []
  if (Array.isArray(value) && value.every(isObject)) return value
  throw new Failure(
    'invalid_request',
    `\`${at === undefined ? '' : `${at}.`}${name}\` must be a list of objects.`,
  )
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
