import { createId, Failure } from '../../foundation/platform/index.ts'
import type { Database, Logger } from '../../foundation/platform/index.ts'
import type { Actor, Audit } from '../audit/index.ts'
import { bindingOf, DataKey, periodOf } from './data-key.ts'
import type { DataKeyDescription, KeyPurpose } from './data-key.ts'
import {
  announceKeys,
  findKey,
  insertKey,
  type KeyChange,
  type KeyFilter,
  keysChannel,
  listKeys,
  listKeysOfOtherMasters,
  listNewestKeys,
  rewrapKey,
  shredKey,
  type StoredKey,
} from './data-key-store.ts'
import type { MasterKey } from './master-key.ts'

/** Something sealed, with the name of the key that opens it. */
export interface Sealed {
  readonly keyId: string
  readonly bytes: Buffer
}

/** What a sealed text belongs to; it opens nowhere else. */
export interface SealedPlace {
  readonly tenant: string
  readonly purpose: KeyPurpose
  /** Which record it is, e.g. `['response', id]`. */
  readonly record: readonly string[]
}

/**
 * The data keys of all tenants: random, one for each tenant, purpose and month, wrapped by a master key. Whatever stores
 * content or personal data seals it with these.
 */
export interface KeyRing {
  /** The key to seal with now. Memory only, once this process has used it; the first use of a tenant reads Postgres. */
  current(tenant: string, purpose: KeyPurpose): DataKey | Promise<DataKey>
  /** One that may still have to open something; `undefined` where it was shredded, or its master key is not here. */
  find(id: string): DataKey | Promise<DataKey | undefined>
  seal(place: SealedPlace, plain: string): Promise<Sealed>
  /** `undefined` where its key was shredded. Throws where it was changed or belongs elsewhere. */
  open(place: SealedPlace, sealed: Sealed): Promise<string | undefined>
  /** The newest first. */
  list(filter: KeyFilter & { readonly limit?: number }): Promise<DataKeyDescription[]>
  /** Makes a new key; those before open what they have sealed. */
  rotate(tenant: string, purpose: KeyPurpose, by: KeyActor): Promise<DataKeyDescription>
  /** Destroys a key, in every process: what it has sealed is lost for good. Throws `not_found`. */
  shred(id: string, by: KeyActor): Promise<DataKeyDescription>
  /** The masters that are not here, of keys that are not shredded: what those have sealed cannot be read. */
  missingMasters(): Promise<string[]>
  /** Wraps the keys anew that an older master key has wrapped, so that it may be destroyed; returns how many. */
  rewrap(): Promise<number>
  onShred(listener: (id: string) => void): void
  stop(): Promise<void>
}

export interface KeyActor {
  readonly actor: Actor
  readonly requestId?: string | undefined
}

export interface KeyRingOptions {
  readonly database: Database
  readonly audit: Audit
  readonly logger: Logger
  /** The first wraps. */
  readonly masters: readonly [MasterKey, ...MasterKey[]]
  readonly now?: () => number
}

/** Keys that are opened before the first request, so that hardly any waits for its tenant's. */
const preloadedKeys = 5_000
const renewalPauseMs = 10_000

export async function createKeyRing(options: KeyRingOptions): Promise<KeyRing> {
  const { database, audit, now = Date.now } = options
  const logger = options.logger.child({ part: 'privacy' })
  const [master] = options.masters
  const masters = new Map(options.masters.map(one => [one.id, one]))
  const byId = new Map<string, DataKey>()
  /** The newest key of a tenant and purpose, by both. */
  const newest = new Map<string, DataKey>()
  const renewing = new Map<string, Promise<DataKey>>()
  let renewalFailedAtMs = -Infinity
  const listeners: ((id: string) => void)[] = []
  /** Heard of here: what was read before, or is being unwrapped, must not come into memory after it. */
  const shredded = new Set<string>()
  /** How often the connection was lost that tells of it. */
  let losses = 0
  /** Masters that are not here, and have been complained of. */
  const missing = new Set<string>()

  async function openKey(stored: StoredKey): Promise<DataKey | undefined> {
    const known = byId.get(stored.id)
    if (known || !stored.wrapped) return known
    const wrapping = masters.get(stored.masterKeyId)
    if (!wrapping) {
      complainOf(stored.masterKeyId)
      return undefined
    }
    const lossesBefore = losses
    const bytes = await wrapping.unwrap(stored.wrapped, bindingOf(stored))
    if (losses !== lossesBefore) {
      const again = await findKey(database, stored.id)
      return again && (await openKey(again))
    }
    if (shredded.has(stored.id)) return undefined
    const key = new DataKey(bytes, stored)
    byId.set(key.id, key)
    return key
  }

  function complainOf(masterKeyId: string): void {
    if (missing.has(masterKeyId)) return
    missing.add(masterKeyId)
    logger.error(
      { masterKeyId },
      'Some data was sealed under a master key that this server does not have: it cannot be read here. Give all servers of one database the same SLIPWAY_MASTER_KEY.',
    )
  }

  /** The newest key in the database, made where there is none of this month, or the next generation where one is wanted. */
  async function renew(tenant: string, purpose: KeyPurpose, isRotation: boolean): Promise<DataKey> {
    const period = periodOf(now())
    // several may try at once, here and elsewhere: whoever comes later finds the key of the first
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const stored = await listKeys(database, { tenant, purpose }, 50)
      const ofPeriod = stored.filter(one => one.period === period)
      const usable = ofPeriod.find(one => !one.shreddedAt && masters.has(one.masterKeyId))
      const found = isRotation ? undefined : usable && (await openKey(usable))
      if (found) return found
      const generation = (ofPeriod[0]?.generation ?? -1) + 1
      const made = await make({ tenant, purpose, period, generation })
      if (made) return made
    }
    throw new Failure('storage_unavailable', 'No key could be made: others make them faster. Try again.')
  }

  async function make(
    place: Pick<DataKeyDescription, 'tenant' | 'purpose' | 'period' | 'generation'>,
  ): Promise<DataKey | undefined> {
    const description = { ...place, id: createId() }
    const bytes = crypto.getRandomValues(Buffer.alloc(32))
    const stored: StoredKey = {
      ...description,
      masterKeyId: master.id,
      wrapped: await master.wrap(bytes, bindingOf(description)),
      createdAt: new Date(now()),
      shreddedAt: undefined,
    }
    if (!(await insertKey(database, stored))) return undefined
    const key = new DataKey(bytes, description)
    byId.set(key.id, key)
    await announceKeys(database, { tenant: place.tenant, purpose: place.purpose })
    return key
  }

  function renewOnce(tenant: string, purpose: KeyPurpose): Promise<DataKey> {
    const place = placeOf(tenant, purpose)
    const running = renewing.get(place)
    if (running) return running
    const started = renew(tenant, purpose, false)
      .then(key => {
        newest.set(place, key)
        return key
      })
      .finally(() => renewing.delete(place))
    renewing.set(place, started)
    return started
  }

  function forgetShredded(id: string): void {
    shredded.add(id)
    forget(id)
  }

  function forget(id: string): void {
    const key = byId.get(id)
    byId.delete(id)
    if (key && newest.get(placeOf(key.tenant, key.purpose))?.id === id) {
      newest.delete(placeOf(key.tenant, key.purpose))
    }
    for (const listener of listeners) listener(id)
  }

  function hear(payload: string): void {
    if (payload === '') {
      // what was shredded while the connection was lost is not known: each is asked for again
      losses += 1
      for (const id of byId.keys()) forget(id)
      return
    }
    const change = JSON.parse(payload) as KeyChange
    if (change.shredded !== undefined) return forgetShredded(change.shredded)
    if (!newest.has(placeOf(change.tenant, change.purpose))) return
    renewOnce(change.tenant, change.purpose).catch((error: unknown) =>
      logger.warn({ err: error }, 'A new data key could not be read yet.'),
    )
  }

  const ring: KeyRing = {
    current(tenant, purpose) {
      const key = newest.get(placeOf(tenant, purpose))
      if (!key) return renewOnce(tenant, purpose)
      if (key.period !== periodOf(now()) && now() - renewalFailedAtMs > renewalPauseMs) {
        // the new month's key is made beside the request, which goes on with the old one
        renewOnce(tenant, purpose).catch((error: unknown) => {
          renewalFailedAtMs = now()
          logger.warn({ err: error }, 'The data key of this month could not be made yet.')
        })
      }
      return key
    },
    find(id) {
      const known = byId.get(id)
      if (known) return known
      return findKey(database, id).then(stored => stored && openKey(stored))
    },
    seal: async ({ tenant, purpose, record }, plain) => {
      const key = await ring.current(tenant, purpose)
      return { keyId: key.id, bytes: key.seal(plain, record) }
    },
    open: async ({ tenant, purpose, record }, { keyId, bytes }) => {
      const key = await ring.find(keyId)
      if (!key) return undefined
      // a key of another tenant has another binding: it would not open it either
      if (key.tenant !== tenant || key.purpose !== purpose) throw new RangeError('Sealed for something else.')
      return key.open(bytes, record)
    },
    list: async ({ limit = 500, ...filter }) => {
      const keys = await listKeys(database, filter, limit)
      return keys.map(describe)
    },
    rotate: async (tenant, purpose, { actor, requestId }) => {
      const key = await renew(tenant, purpose, true)
      newest.set(placeOf(tenant, purpose), key)
      const [made] = await listKeys(database, { tenant, purpose }, 1)
      if (!made) throw new Failure('not_found', 'The key was shredded while it was made.')
      const after = describe(made)
      await audit.record({
        actor,
        action: 'privacy-key:rotate',
        subject: `data-key:${made.id}`,
        tenant,
        after,
        requestId,
      })
      return after
    },
    shred: async (id, { actor, requestId }) => {
      const before = await findKey(database, id)
      if (!before) throw new Failure('not_found', `There is no data key ${id}.`)
      const at = new Date(now())
      await database.transaction(async transaction => {
        if (!(await shredKey(transaction, id, at))) return
        await audit.record(
          {
            actor,
            action: 'privacy-key:shred',
            subject: `data-key:${id}`,
            tenant: before.tenant,
            before: describe(before),
            requestId,
          },
          transaction,
        )
        await announceKeys(transaction, { tenant: before.tenant, purpose: before.purpose, shredded: id })
      })
      forgetShredded(id)
      return { ...describe(before), shreddedAt: before.shreddedAt ?? at }
    },
    missingMasters: async () => {
      const strangers = await listKeysOfOtherMasters(database, master.id)
      return [...new Set(strangers.map(({ masterKeyId }) => masterKeyId))].filter(id => !masters.has(id))
    },
    rewrap: async () => {
      let count = 0
      for (const stored of await listKeysOfOtherMasters(database, master.id)) {
        const old = masters.get(stored.masterKeyId)
        if (!old || !stored.wrapped) {
          complainOf(stored.masterKeyId)
          continue
        }
        const wrapped = await master.wrap(
          await old.unwrap(stored.wrapped, bindingOf(stored)),
          bindingOf(stored),
        )
        await rewrapKey(database, { id: stored.id, masterKeyId: master.id, wrapped })
        count += 1
      }
      if (count > 0) logger.info({ count }, 'Data keys were wrapped anew under the present master key.')
      return count
    },
    onShred: listener => void listeners.push(listener),
    stop: async () => await stopHearing(),
  }

  // before any key is opened: a shredding that is not heard would leave one in memory
  const stopHearing = await database.listen(keysChannel, hear)
  for (const stored of await listNewestKeys(database, preloadedKeys)) {
    const key = await openKey(stored)
    if (key) newest.set(placeOf(key.tenant, key.purpose), key)
  }
  return ring
}

function placeOf(tenant: string, purpose: KeyPurpose): string {
  return `${purpose} ${tenant}`
}

function describe(stored: StoredKey): DataKeyDescription {
  const { id, tenant, purpose, period, generation, masterKeyId, createdAt, shreddedAt } = stored
  return { id, tenant, purpose, period, generation, masterKeyId, createdAt, shreddedAt }
}
