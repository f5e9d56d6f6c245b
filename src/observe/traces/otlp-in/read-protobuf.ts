import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import { Failure } from '../../../foundation/platform/index.ts'
import { AttributeBag } from './attribute-bag.ts'
import type { AttributeRule } from './attribute-rule.ts'
import type { Attributes, RawSpan, SpanEvent } from './foreign-span.ts'

class SpanReader extends BinaryReader {
  readonly whole: Uint8Array

  constructor(whole: Uint8Array) {
    super(whole)
    this.whole = whole
  }
}

/**
 * The spans of an ExportTraceServiceRequest, one by one, by the field numbers of opentelemetry-proto 1.x
 * (https://github.com/open-telemetry/opentelemetry-proto). The wire format is read by Protobuf-ES; the messages are walked
 * here rather than by generated code, so that content which is not kept is skipped and never becomes text, and so that
 * the caller can pause between spans. Unknown fields are skipped. Throws `invalid_request` where the bytes are no such message.
 */
export function* readProtobufSpans(bytes: Uint8Array, rule: AttributeRule): Generator<RawSpan> {
  const reader = new SpanReader(bytes)
  try {
    for (const [field, end] of messages(reader, reader.len)) {
      if (field === 1) yield* readResourceSpans(reader, end, rule)
      else reader.pos = end
    }
  } catch (cause) {
    if (cause instanceof Failure) throw cause
    const why = cause instanceof Error ? cause.message : 'unreadable'
    throw new Failure('invalid_request', `The body is no ExportTraceServiceRequest in protobuf: ${why}.`)
  }
}

/** Fields that are messages, texts or bytes, with their ends; all others are skipped. Sees to it that none is left half read. */
function* messages(reader: SpanReader, end: number): Generator<readonly [field: number, end: number]> {
  while (reader.pos < end) {
    const [field, type] = reader.tag()
    if (type !== WireType.LengthDelimited) {
      reader.skip(type, field)
      continue
    }
    const inner = endOf(reader, end)
    yield [field, inner]
    assertAt(reader, inner)
  }
  assertAt(reader, end)
}

/** Where the message ends whose length comes next; within what it is in. */
function endOf(reader: SpanReader, outer: number): number {
  const end = reader.uint32() + reader.pos
  if (end > outer) throw new RangeError('a part is longer than the whole')
  return end
}

function assertAt(reader: SpanReader, end: number): void {
  if (reader.pos !== end) throw new RangeError('a part ends elsewhere than it says')
}

function* readResourceSpans(reader: SpanReader, end: number, rule: AttributeRule): Generator<RawSpan> {
  // the resource may come after its spans: it is looked for first
  const start = reader.pos
  let resource: Attributes = {}
  for (const [field, inner] of messages(reader, end)) {
    if (field === 1) resource = readAttributesOf(reader, inner, 1, new AttributeBag(rule))
    else reader.pos = inner
  }
  reader.pos = start
  for (const [field, inner] of messages(reader, end)) {
    if (field === 2) yield* readScopeSpans(reader, inner, resource, rule)
    else reader.pos = inner
  }
}

function* readScopeSpans(
  reader: SpanReader,
  end: number,
  resource: Attributes,
  rule: AttributeRule,
): Generator<RawSpan> {
  const start = reader.pos
  let scope = ''
  for (const [field, inner] of messages(reader, end)) {
    if (field === 1) scope = readText(reader, inner, 1)
    else reader.pos = inner
  }
  reader.pos = start
  for (const [field, inner] of messages(reader, end)) {
    if (field === 2) yield readSpan(reader, inner, resource, scope, rule)
    else reader.pos = inner
  }
}

/** The one text field of that number; everything else of the message is skipped. */
function readText(reader: SpanReader, end: number, wanted: number): string {
  let text = ''
  for (const [field, inner] of messages(reader, end)) {
    if (field === wanted) text = textOf(reader, inner)
    else reader.pos = inner
  }
  return text
}

function readSpan(
  reader: SpanReader,
  end: number,
  resource: Attributes,
  scope: string,
  rule: AttributeRule,
): RawSpan {
  const bag = new AttributeBag(rule)
  const given: (readonly [string, unknown])[] = []
  const events: SpanEvent[] = []
  let [traceId, spanId, parentSpanId, name, statusMessage] = ['', '', '', '', '']
  let [startedAtMs, endedAtMs, dropped, statusCode] = [0, 0, 0, 0]
  while (reader.pos < end) {
    const [field, type] = reader.tag()
    if (field === 7 && type === WireType.Bit64) startedAtMs = toMs(reader.fixed64())
    else if (field === 8 && type === WireType.Bit64) endedAtMs = toMs(reader.fixed64())
    else if (field === 10 && type === WireType.Varint) dropped = reader.uint32()
    else if (type !== WireType.LengthDelimited) reader.skip(type, field)
    else {
      const inner = endOf(reader, end)
      if (field === 1) traceId = hexOf(reader, inner)
      else if (field === 2) spanId = hexOf(reader, inner)
      else if (field === 4) parentSpanId = hexOf(reader, inner)
      else if (field === 5) name = textOf(reader, inner)
      else if (field === 9) given.push(readAttribute(reader, inner, rule))
      else if (field === 11 && events.length < mostEvents) events.push(readEvent(reader, inner, bag))
      else if (field === 15) [statusMessage, statusCode] = readStatus(reader, inner, rule)
      else {
        if (field === 11) dropped += 1
        reader.pos = inner
      }
      assertAt(reader, inner)
    }
  }
  assertAt(reader, end)
  const attributes = bag.collect(given)
  return {
    resource,
    scope,
    traceId,
    spanId,
    parentSpanId,
    name,
    startedAtMs,
    endedAtMs,
    attributes,
    events,
    statusCode,
    statusMessage,
    leftOut: bag.leftOut + dropped,
  }
}

export const mostEvents = 32

function readEvent(reader: SpanReader, end: number, bag: AttributeBag): SpanEvent {
  const given: (readonly [string, unknown])[] = []
  let name = ''
  let atMs = 0
  while (reader.pos < end) {
    const [field, type] = reader.tag()
    if (field === 1 && type === WireType.Bit64) atMs = toMs(reader.fixed64())
    else if (type !== WireType.LengthDelimited) reader.skip(type, field)
    else {
      const inner = endOf(reader, end)
      if (field === 2) name = textOf(reader, inner)
      else if (field === 3) given.push(readAttribute(reader, inner, bag.rule))
      else reader.pos = inner
      assertAt(reader, inner)
    }
  }
  assertAt(reader, end)
  return { name, atMs, attributes: bag.collect(given) }
}

function readStatus(reader: SpanReader, end: number, rule: AttributeRule): [message: string, code: number] {
  let message = ''
  let code = 0
  while (reader.pos < end) {
    const [field, type] = reader.tag()
    if (field === 3 && type === WireType.Varint) code = reader.uint32()
    else if (type !== WireType.LengthDelimited) reader.skip(type, field)
    else {
      const inner = endOf(reader, end)
      if (field === 2 && rule.keepsContent) message = textOf(reader, inner)
      else reader.pos = inner
    }
  }
  assertAt(reader, end)
  return [message, code]
}

/** All attributes of a message that has them under that number. */
function readAttributesOf(reader: SpanReader, end: number, wanted: number, bag: AttributeBag): Attributes {
  const given: (readonly [string, unknown])[] = []
  for (const [field, inner] of messages(reader, end)) {
    if (field === wanted) given.push(readAttribute(reader, inner, bag.rule))
    else reader.pos = inner
  }
  return bag.collect(given)
}

/** A KeyValue. A value that is text, or may hold some, is read only where it may be kept. */
function readAttribute(reader: SpanReader, end: number, rule: AttributeRule): [name: string, value: unknown] {
  let name = ''
  let value: unknown
  for (const [field, inner] of messages(reader, end)) {
    if (field === 1) name = textOf(reader, inner)
    else if (field === 2) value = readValue(reader, inner, rule.mayKeepText(name), 0)
    else reader.pos = inner
  }
  return [name, value]
}

const deepest = 8

/** An AnyValue as JSON; `undefined` for text that is not wanted, and for what is too deep. */
function readValue(reader: SpanReader, end: number, wantsText: boolean, depth: number): unknown {
  let value: unknown
  while (reader.pos < end) {
    const [field, type] = reader.tag()
    if (field === 2 && type === WireType.Varint) value = reader.bool()
    else if (field === 3 && type === WireType.Varint) value = toNumber(reader.int64())
    else if (field === 4 && type === WireType.Bit64) value = finite(reader.double())
    else if (type !== WireType.LengthDelimited) reader.skip(type, field)
    else {
      const inner = endOf(reader, end)
      if (field === 1 && wantsText) value = textOf(reader, inner)
      else if (field === 5 && depth < deepest) value = readList(reader, inner, wantsText, depth)
      else if (field === 6 && wantsText && depth < deepest) value = readObject(reader, inner, depth)
      else reader.pos = inner
      assertAt(reader, inner)
    }
  }
  assertAt(reader, end)
  return value
}

function readList(reader: SpanReader, end: number, wantsText: boolean, depth: number): unknown[] | undefined {
  const values: unknown[] = []
  let isWhole = true
  for (const [field, inner] of messages(reader, end)) {
    const value = field === 1 ? readValue(reader, inner, wantsText, depth + 1) : undefined
    if (value === undefined) isWhole = false
    else values.push(value)
    reader.pos = inner
  }
  return isWhole ? values : undefined
}

function readObject(reader: SpanReader, end: number, depth: number): Record<string, unknown> {
  const entries: [string, unknown][] = []
  for (const [field, inner] of messages(reader, end)) {
    if (field !== 1) {
      reader.pos = inner
      continue
    }
    let name = ''
    let value: unknown
    for (const [part, partEnd] of messages(reader, inner)) {
      if (part === 1) name = textOf(reader, partEnd)
      else if (part === 2) value = readValue(reader, partEnd, true, depth + 1)
      else reader.pos = partEnd
    }
    if (value !== undefined) entries.push([name, value])
  }
  return Object.fromEntries(entries)
}

const decoder = new TextDecoder('utf-8')

function textOf(reader: SpanReader, end: number): string {
  const start = reader.pos
  reader.pos = end
  return decoder.decode(reader.whole.subarray(start, end))
}

function hexOf(reader: SpanReader, end: number): string {
  const { whole, pos } = reader
  reader.pos = end
  // an id of any other length is none
  return end - pos > 16 ? '' : Buffer.from(whole.buffer, whole.byteOffset + pos, end - pos).toString('hex')
}

/** Nanoseconds since 1970 as milliseconds, exact to the microsecond. */
export function toMs(nanoseconds: bigint | string | number): number {
  try {
    return Number(BigInt(nanoseconds) / 1_000n) / 1_000
  } catch {
    return 0
  }
}

function toNumber(value: bigint | string): number | string {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : String(value)
}

/** JSON has neither infinities nor NaN. */
function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined
}
