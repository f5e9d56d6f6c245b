import { createHash, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { Failure, nearestName, type Queryable } from '../../../foundation/platform/index.ts'
import { announceProofs, type RegistryCaller } from '../../registry/index.ts'
import type { PackagingContext } from '../packaging-context.ts'
import { hashOf, signBundle } from './bundle.ts'
import type { SigningKey } from './signing-key.ts'
import {
  findCurrentKey,
  insertSigningKey,
  listSigningKeys,
  retireSigningKey,
  revokeSigningKey,
  type StoredSigningKey,
} from './signing-key-store.ts'

type Context = Pick<PackagingContext, 'database' | 'keys' | 'audit' | 'now'>

/** The keys of tenants; private ones are sealed and never leave. */
export interface SigningKeys {
  /** The newest first; the revoked too. */
  list(tenant: string): Promise<SigningKey[]>
  /** Signs a text with the tenant's key, which is made at its first signature. Gives the bundle. */
  sign(caller: RegistryCaller, text: string): Promise<{ readonly bundle: string; readonly key: SigningKey }>
  /** Makes another own key, which signs from now on; what the one before has signed stays good. */
  rotate(caller: RegistryCaller): Promise<SigningKey>
  /** Adds the public key (PEM) of somebody whose signatures count from now on. */
  trust(caller: RegistryCaller, name: string, publicKey: string): Promise<SigningKey>
  /** Nothing that the key has signed counts any more. Throws `not_found`. */
  revoke(caller: RegistryCaller, key: string, reason: string): Promise<SigningKey>
}

export function createSigningKeys(context: Context): SigningKeys {
  const { database, keys } = context

  async function makeOwn(
    queryable: Queryable,
    caller: RegistryCaller,
  ): Promise<StoredSigningKey | undefined> {
    const { tenant, author } = caller
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
    const id = idOf(publicKey)
    const der = privateKey.export({ format: 'der', type: 'pkcs8' })
    const made: StoredSigningKey = {
      id,
      tenant,
      name: `${tenant}-${id.slice(0, 8)}`,
      kind: 'own',
      publicKey: pemOf(publicKey),
      author,
      createdAt: new Date(context.now()),
      retiredAt: undefined,
      revokedAt: undefined,
      revokedBy: undefined,
      reason: undefined,
      sealed: await keys.seal(placeOf(tenant, id), der.toString('base64')),
    }
    if (!(await insertSigningKey(queryable, made))) return undefined
    await note(queryable, caller, 'create', made)
    return made
  }

  async function note(
    queryable: Queryable,
    caller: RegistryCaller,
    what: 'create' | 'trust' | 'rotate' | 'revoke',
    key: SigningKey,
    before?: SigningKey,
  ): Promise<void> {
    await context.audit.record(
      {
        actor: { id: caller.keyId ?? 'system', name: caller.author },
        action: `signing-key:${what}`,
        subject: `signing-key:${key.name}`,
        tenant: caller.tenant,
        requestId: caller.requestId,
        before: before && describe(before),
        after: describe(key),
      },
      queryable,
    )
  }

  async function current(caller: RegistryCaller): Promise<StoredSigningKey> {
    for (;;) {
      const found = await findCurrentKey(database, caller.tenant)
      if (found) return found
      // somebody else may be making it: then theirs is found
      const made = await database.transaction(transaction => makeOwn(transaction, caller))
      if (made) return made
    }
  }

  return {
    list: async tenant => await listSigningKeys(database, tenant),
    async sign(caller, text) {
      const key = await current(caller)
      const opened = key.sealed && (await keys.open(placeOf(key.tenant, key.id), key.sealed))
      if (opened === undefined)
        throw new Failure(
          'conflict',
          `The private key of ${key.name} cannot be opened: what it was sealed with was shredded, or its master key is not here. Make another with \`slipway model keys rotate\`.`,
        )
      const privateKey = Buffer.from(opened, 'base64')
      return { bundle: signBundle(text, { id: key.id, privateKey }), key }
    },
    rotate: async caller =>
      await database.transaction(async transaction => {
        const before = await findCurrentKey(transaction, caller.tenant)
        if (before) await retireSigningKey(transaction, { ...before, at: new Date(context.now()) })
        const made = await makeOwn(transaction, caller)
        if (!made) throw new Failure('conflict', 'Somebody else is making a key. Look at the keys again.')
        await note(transaction, caller, 'rotate', made, before)
        return made
      }),
    async trust(caller, name, publicKey) {
      const key = readPublicKey(publicKey)
      const made: StoredSigningKey = {
        id: idOf(key),
        tenant: caller.tenant,
        name,
        kind: 'trusted',
        publicKey: pemOf(key),
        author: caller.author,
        createdAt: new Date(context.now()),
        retiredAt: undefined,
        revokedAt: undefined,
        revokedBy: undefined,
        reason: undefined,
        sealed: undefined,
      }
      await database.transaction(async transaction => {
        if (!(await insertSigningKey(transaction, made))) {
          const known = await listSigningKeys(transaction, caller.tenant)
          const same = known.find(({ id }) => id === made.id)
          throw new Failure(
            'conflict',
            same
              ? `This key is there already, as \`${same.name}\`${same.revokedAt ? ', and was revoked: that is for good' : ''}.`
              : `There is a key \`${name}\` already; names are not used again.`,
            { details: { parameter: same ? 'public_key' : 'name' } },
          )
        }
        await note(transaction, caller, 'trust', made)
      })
      return made
    },
    revoke: async (caller, wanted, reason) =>
      await database.transaction(async transaction => {
        const known = await listSigningKeys(transaction, caller.tenant)
        const found = known.find(({ id, name }) => id === wanted || name === wanted)
        if (!found) {
          const nearest = nearestName(
            wanted,
            known.map(({ name }) => name),
          )
          throw new Failure(
            'not_found',
            `The tenant ${caller.tenant} has no signing key \`${wanted.slice(0, 100)}\`.${nearest ? ` Did you mean \`${nearest}\`?` : ''}`,
          )
        }
        const at = new Date(context.now())
        const by = caller.author
        if (!(await revokeSigningKey(transaction, { tenant: caller.tenant, id: found.id, at, by, reason })))
          return found
        const revoked: SigningKey = { ...found, revokedAt: at, revokedBy: by, reason }
        await note(transaction, caller, 'revoke', revoked, found)
        await announceProofs(transaction, caller.tenant)
        return revoked
      }),
  }
}

/** SHA-256 of the PEM, as the reference implementation takes it. */
export function idOf(key: KeyObject): string {
  return createHash('sha256').update(pemOf(key)).digest('hex')
}

function pemOf(key: KeyObject): string {
  return key.export({ format: 'pem', type: 'spki' }).toString()
}

function placeOf(tenant: string, id: string) {
  return { tenant, purpose: 'signing', record: ['signing-key', id] } as const
}

function readPublicKey(text: string): KeyObject {
  let key: KeyObject
  try {
    if (/PRIVATE KEY/.test(text)) throw new TypeError('This is a private key.')
    key = createPublicKey(text)
  } catch (cause) {
    throw new Failure(
      'invalid_request',
      'This is no public key: send it as PEM, which begins with -----BEGIN PUBLIC KEY-----. Never send a private key.',
      { details: { parameter: 'public_key' }, cause },
    )
  }
  if (hashOf(key) !== undefined) return key
  throw new Failure(
    'invalid_request',
    'Models are signed with keys of the curves P-256, P-384 and P-521; this is another.',
    { details: { parameter: 'public_key' } },
  )
}

function describe({ id, name, kind, retiredAt, revokedAt, reason }: SigningKey) {
  return { id, name, kind, retiredAt, revokedAt, reason }
}
