import { crc32 } from 'node:zlib'

/** A call that may cost something, as it is written before it is sent. */
export interface Reservation {
  readonly id: string
  readonly requestId: string
  readonly atMs: number
  readonly tenant: string
  readonly keyId: string
  readonly service: string
  /** What is set aside, by window. */
  readonly windows: readonly (readonly [window: string, reserved: number, endsAtMs: number])[]
  /** The most it can cost; null where there is no price. */
  readonly worstNanoUsd: number | null
}

/** How it ended. */
export interface Outcome {
  readonly costNanoUsd: number | null
  readonly usage: unknown
  readonly isEstimate: boolean
  readonly target: string | null
  readonly model: string | null
  /** What was used, window by window in the order of the reservation. */
  readonly used: readonly number[]
}

export interface Recovered {
  readonly reservation: Reservation
  /** `undefined` where the process died while the call was under way. */
  readonly outcome: Outcome | undefined
}

const headerBytes = 64
const firstHalf = 2_048
const secondHalf = 1_024
const slotBytes = firstHalf + secondHalf
const states = { free: 0, reserved: 1, settled: 2 } as const
/** Of the state at the slot's first byte, and of the length and checksum before each half's text. */
const prefixBytes = 8

/**
 * The calls of this process that the ledger does not have yet, in memory that is a file: a process that is killed loses
 * none of them. A slot's state is written after what it stands for, and an outcome beside the reservation and not over it, so
 * whatever moment the process dies in leaves one or the other whole.
 */
export class Journal {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #free: number[] = []

  /** `bytes` is what an earlier process left, or zeros. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    // taken from the end, so the first slots are used again and again and the rest of the file stays untouched
    for (let slot = Journal.slots(bytes.byteLength) - 1; slot >= 0; slot -= 1) {
      if (this.#bytes[at(slot)] === states.free) this.#free.push(slot)
    }
  }

  static slots(bytes: number): number {
    return Math.floor((bytes - headerBytes) / slotBytes)
  }

  static bytesFor(slots: number): number {
    return headerBytes + slots * slotBytes
  }

  get freeSlots(): number {
    return this.#free.length
  }

  /** The process that wrote it, or `undefined` where nobody has. */
  get owner(): string | undefined {
    const text = decoder.decode(this.#bytes.subarray(0, 36))
    return /^[0-9a-f-]{36}$/.test(text) ? text : undefined
  }

  set owner(id: string) {
    encoder.encodeInto(id, this.#bytes.subarray(0, 36))
  }

  /** The slot, or `undefined` where all are taken or the reservation is too long to be written. */
  reserve(reservation: Reservation): number | undefined {
    const slot = this.#free.at(-1)
    if (slot === undefined || !this.#write(at(slot), firstHalf, reservation)) return undefined
    this.#free.pop()
    this.#bytes[at(slot)] = states.reserved
    return slot
  }

  settle(slot: number, outcome: Outcome): void {
    const start = at(slot) + firstHalf
    // a usage that does not fit is worth less than the money beside it
    const isWritten =
      this.#write(start, secondHalf, outcome) || this.#write(start, secondHalf, { ...outcome, usage: null })
    if (isWritten) this.#bytes[at(slot)] = states.settled
  }

  /** The ledger has it. */
  free(slot: number): void {
    this.#bytes[at(slot)] = states.free
    this.#free.push(slot)
  }

  /** What an earlier process left, with the slots it is in. */
  *recover(): Generator<{ readonly slot: number } & Recovered> {
    for (let slot = 0; slot < Journal.slots(this.#bytes.byteLength); slot += 1) {
      const state = this.#bytes[at(slot)]
      if (state !== states.reserved && state !== states.settled) continue
      const reservation = this.#read(at(slot), firstHalf) as Reservation | undefined
      if (!reservation) {
        // the process died before the state was written: the call was never sent
        this.free(slot)
        continue
      }
      const outcome = state === states.settled ? this.#read(at(slot) + firstHalf, secondHalf) : undefined
      yield { slot, reservation, outcome: outcome as Outcome | undefined }
    }
  }

  #write(start: number, room: number, value: unknown): boolean {
    const text = JSON.stringify(value)
    const target = this.#bytes.subarray(start + prefixBytes, start + room)
    const { read, written } = encoder.encodeInto(text, target)
    if (read < text.length) return false
    this.#view.setUint16(start + 2, written, true)
    this.#view.setUint32(start + 4, crc32(target.subarray(0, written)), true)
    return true
  }

  #read(start: number, room: number): unknown {
    const length = this.#view.getUint16(start + 2, true)
    if (length > room - prefixBytes) return undefined
    const bytes = this.#bytes.subarray(start + prefixBytes, start + prefixBytes + length)
    return crc32(bytes) === this.#view.getUint32(start + 4, true)
      ? JSON.parse(decoder.decode(bytes))
      : undefined
  }
}

function at(slot: number): number {
  return headerBytes + slot * slotBytes
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()
