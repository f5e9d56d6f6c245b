import { createHmac, hkdfSync } from 'node:crypto'
import { decrypt, encrypt } from './master-key.ts'

/** What a key is for; no key serves two purposes. */
export const keyPurposes = ['pseudonyms', 'content', 'signing'] as const
export type KeyPurpose = (typeof keyPurposes)[number]

export interface DataKeyDescription {
  /** Names the key wherever something was sealed with it. */
  readonly id: string
  readonly tenant: string
  readonly purpose: KeyPurpose
  /** The month that it was made for, e.g. `2026-11`: what is sealed by it can be shredded together. */
  readonly period: string
  /** Counts the keys of one month, from 0: more than one where it was rotated. */
  readonly generation: number
  readonly masterKeyId: string
  readonly createdAt: Date
  /** When it was destroyed; what it has sealed is lost for good. */
  readonly shreddedAt: Date | undefined
}

/** A key in use. Seals with AES-256-GCM and tags with HMAC-SHA-256, each under a key of its own that is derived from it. */
export class DataKey {
  readonly id: string
  readonly tenant: string
  readonly purpose: KeyPurpose
  readonly period: string
  readonly #sealing: Buffer
  readonly #tagging: Buffer

  constructor(key: Buffer, description: Pick<DataKeyDescription, 'id' | 'tenant' | 'purpose' | 'period'>) {
    this.id = description.id
    this.tenant = description.tenant
    this.purpose = description.purpose
    this.period = description.period
    this.#sealing = derive(key, 'seal')
    this.#tagging = derive(key, 'tag')
  }

  /** `place` says what it belongs to (a table, an id, …) and has to be the same when it is opened. */
  seal(plain: string, place: readonly string[]): Buffer {
    return this.sealBytes(Buffer.from(plain), place)
  }

  sealBytes(plain: Buffer, place: readonly string[]): Buffer {
    return encrypt(this.#sealing, plain, this.#bind(place))
  }

  /** Throws where it was changed, moved to another place, or sealed by another key. */
  open(sealed: Buffer, place: readonly string[]): string {
    return this.openBytes(sealed, place).toString()
  }

  openBytes(sealed: Buffer, place: readonly string[]): Buffer {
    return decrypt(this.#sealing, sealed, this.#bind(place))
  }

  /** The same for the same parts, and nothing that could be told from them without the key. */
  tag(parts: readonly string[]): Buffer {
    return createHmac('sha256', this.#tagging).update(JSON.stringify(parts)).digest()
  }

  #bind(place: readonly string[]): string {
    return JSON.stringify(['slipway', this.tenant, this.purpose, this.id, ...place])
  }
}

function derive(key: Buffer, use: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), `slipway ${use}`, 32))
}

/** What a wrapped data key is bound to. */
export function bindingOf(key: Pick<DataKeyDescription, 'id' | 'tenant' | 'purpose' | 'period'>): string {
  return JSON.stringify(['slipway data key', key.id, key.tenant, key.purpose, key.period])
}

/** The month of a time, UTC. */
export function periodOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 7)
}
