import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'

import type { ApiClient } from './api-client.ts'
import { CommandError } from './command-error.ts'
import type { Terminal } from './terminal.ts'

export const uploadShape = z.looseObject({ bytes: z.number() })
const partBytes = 32 * 1024 * 1024
const mostTries = 20

/** Where an upload goes. */
export interface UploadPlace {
  readonly api: ApiClient
  readonly place: string
  readonly tenant: string | undefined
  readonly signal: AbortSignal
}

/**
 * Sends one part of an upload, again where the connection breaks; resolves with how much the server has then. `onWait` is told of each
 * further try.
 */
export async function sendPart(
  { api, place, tenant, signal }: UploadPlace,
  offset: number,
  content: (from: number) => Blob,
  onWait: (tries: number) => void,
): Promise<number> {
  let sent = offset
  for (let tries = 1; ; tries += 1)
    try {
      const answer = await api.read(place, uploadShape, {
        method: 'PUT',
        query: { tenant, offset: sent },
        content: content(sent),
        signal,
      })
      return answer.bytes
    } catch (error) {
      if (signal.aborted || tries >= mostTries || !mayRetry(error)) throw error
      onWait(tries)
      await sleep(Math.min(5_000, 250 * 2 ** tries), undefined, { signal })
      const known = await api.read(place, uploadShape, { query: { tenant }, signal }).catch(() => undefined)
      if (known) sent = known.bytes
    }
}

/** Sends bytes as they are made, in parts of 32 MiB. */
export class PartSender {
  readonly #upload: UploadPlace
  readonly #onWait: (tries: number) => void
  #waiting: Buffer[] = []
  #waitingBytes = 0
  /** That the server has. */
  sent = 0

  constructor(upload: UploadPlace, onWait: (tries: number) => void) {
    this.#upload = upload
    this.#onWait = onWait
  }

  /** The bytes are kept until they are sent, so they may not change. */
  async write(bytes: Buffer): Promise<void> {
    if (bytes.length === 0) return
    this.#waiting.push(bytes)
    this.#waitingBytes += bytes.length
    if (this.#waitingBytes >= partBytes) await this.#send()
  }

  async end(): Promise<void> {
    await this.#send()
  }

  async #send(): Promise<void> {
    const part = new Blob(this.#waiting as Buffer<ArrayBuffer>[])
    const { sent } = this
    this.#waiting = []
    this.#waitingBytes = 0
    while (this.sent < sent + part.size)
      this.sent = await sendPart(this.#upload, this.sent, from => part.slice(from - sent), this.#onWait)
  }
}

/** Does what may be done twice, again where the connection breaks; `onWait` is told of each further try. */
export async function retrying<Result>(
  signal: AbortSignal,
  onWait: (tries: number) => void,
  work: () => Promise<Result>,
): Promise<Result> {
  for (let tries = 1; ; tries += 1)
    try {
      return await work()
    } catch (error) {
      if (signal.aborted || tries >= mostTries || !mayRetry(error)) throw error
      onWait(tries)
      await sleep(Math.min(5_000, 250 * 2 ** tries), undefined, { signal })
    }
}

function mayRetry(error: unknown): boolean {
  if (!(error instanceof CommandError)) return true
  return [
    'unreachable',
    'not_reachable',
    'shutting_down',
    'not_ready',
    'conflict',
    'client_closed',
    'body_too_slow',
  ].includes(error.code)
}

/** One line on standard error that is written over; nothing where that is no terminal. */
export function movingLine(terminal: Terminal): { show(text: string): void; clear(): void } {
  const isMoving = process.stderr.isTTY && !terminal.isJson
  let isShown = false
  return {
    show(text) {
      if (!isMoving) return
      process.stderr.write(`\r\u001B[K${text.slice(0, terminal.columns - 1)}`)
      isShown = true
    },
    clear() {
      if (isShown) process.stderr.write('\r\u001B[K')
    },
  }
}
