import { asWords, type Pace } from '../../foundation/platform/index.ts'
import { type Batch, lineRequestId } from './batch.ts'
import type { IdleCapacity } from './idle-capacity.ts'
import type { Line } from './read-lines.ts'
import { readCall } from './validate-batch.ts'

/** One call of a batch on its way through the gateway. */
export interface LineRequest {
  readonly batch: string
  readonly tenant: string
  readonly keyId: string
  readonly path: string
  readonly service: string
  /** JSON. */
  readonly body: string
  /** The same however often the line is asked. */
  readonly requestId: string
}

export interface LineAnswer {
  readonly response: Response
  /** 0 where nothing was charged or has a price. */
  readonly costNanoUsd: number
}

/** Asks in the name of the key, at the lowest priority. Answers 401 where the key opens nothing any more. */
export type Infer = (request: LineRequest, signal: AbortSignal) => Promise<LineAnswer>

export interface LineResult {
  readonly isCompleted: boolean
  /** What is written, with its newline. */
  readonly text: string
  /** Of all its attempts. */
  readonly costNanoUsd: number
}

const attempts = 3

/**
 * Asks one line until it is answered. A full target or a limit is waited out and counts as no attempt; other trouble
 * of servers is tried three times, and a line
 * lets everybody pass who waits in a higher class. `undefined` where no more lines shall be asked. Throws only where the signal aborts.
 */
export async function runLine(
  batch: Batch,
  line: Line,
  options: {
    readonly infer: Infer
    readonly capacity: Pick<IdleCapacity, 'isIdle' | 'mayGrow'>
    readonly pace: Pace
    readonly signal: AbortSignal
    readonly isHeld: () => boolean
  },
): Promise<LineResult | undefined> {
  const { infer, capacity, pace, signal, isHeld } = options
  const id = lineRequestId(batch.id, line.number)
  const call = readCall(line)
  const service = asWords(call.body['model'])
  const request = {
    batch: batch.id,
    service,
    tenant: batch.tenant,
    keyId: batch.keyId,
    path: batch.endpoint,
    body: JSON.stringify(call.body),
    requestId: id,
  }
  let costNanoUsd = 0
  for (let attempt = 1; ;) {
    await pace.wait(signal, isHeld)
    if (isHeld()) return undefined
    if (!capacity.isIdle(service)) {
      pace.yield()
      continue
    }
    const { response, costNanoUsd: charged } = await infer(request, signal)
    costNanoUsd += charged
    const text = await response.text()
    signal.throwIfAborted()
    if (isFull(response.status, text)) {
      pace.slowDown(Number(response.headers.get('retry-after')) || undefined)
      continue
    }
    if (response.status >= 500 && attempt < attempts) {
      attempt += 1
      pace.pause(attempt)
      continue
    }
    if (response.ok) adjust(pace, capacity.mayGrow(service))
    const answer = { status_code: response.status, request_id: id, body: parse(text) }
    return {
      isCompleted: response.ok,
      text: writeLine({ id, custom_id: call.customId, response: answer, error: null }),
      costNanoUsd,
    }
  }
}

function adjust(pace: Pace, mayGrow: ReturnType<IdleCapacity['mayGrow']>): void {
  if (mayGrow === 'yes') pace.speedUp()
  else if (mayGrow === 'no') pace.giveWay()
  else pace.keep()
}

/** The line of a request that nobody will be asked any more. */
export function expireLine(batch: Batch, line: Line): LineResult {
  const error = {
    code: 'batch_expired',
    message: 'This request could not be executed before the completion window expired.',
  }
  const id = lineRequestId(batch.id, line.number)
  const text = writeLine({ id, custom_id: readCall(line).customId, response: null, error })
  return { isCompleted: false, text, costNanoUsd: 0 }
}

/** An exhausted quota is no matter of waiting. */
function isFull(status: number, text: string): boolean {
  return (status === 429 && !text.includes('"insufficient_quota"')) || status === 503
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function writeLine(line: object): string {
  return `${JSON.stringify(line)}\n`
}
