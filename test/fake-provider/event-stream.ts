import { crc32 } from 'node:zlib'

/** One message of an `application/vnd.amazon.eventstream`, with headers that are texts. */
export function encodeFrame(headers: Readonly<Record<string, string>>, payload: string | Uint8Array): Buffer {
  const head = Buffer.concat(Object.entries(headers).map(([name, value]) => encodeHeader(name, value)))
  const body = Buffer.from(payload)
  const total = 16 + head.length + body.length
  const prelude = Buffer.alloc(12)
  prelude.writeUInt32BE(total, 0)
  prelude.writeUInt32BE(head.length, 4)
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8)
  const checksum = Buffer.alloc(4)
  const message = Buffer.concat([prelude, head, body])
  checksum.writeUInt32BE(crc32(message), 0)
  return Buffer.concat([message, checksum])
}

/** An event as Bedrock sends it, with the padding that it adds against guessing lengths. */
export function encodeEvent(type: string, payload: object): Buffer {
  const headers = { ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' }
  return encodeFrame(headers, JSON.stringify({ ...payload, p: 'abcdefghijklmnop' }))
}

export function encodeException(type: string, payload: object): Buffer {
  const headers = {
    ':exception-type': type,
    ':content-type': 'application/json',
    ':message-type': 'exception',
  }
  return encodeFrame(headers, JSON.stringify(payload))
}

function encodeHeader(name: string, value: string): Buffer {
  const text = Buffer.from(value)
  const length = Buffer.alloc(2)
  length.writeUInt16BE(text.length)
  return Buffer.concat([Buffer.from([name.length]), Buffer.from(name), Buffer.from([7]), length, text])
}
