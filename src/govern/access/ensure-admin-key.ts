import { chmod, mkdir, open, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { createId, Failure } from '../../foundation/platform/index.ts'
import type { Queryable } from '../../foundation/platform/index.ts'
import { systemActor } from '../audit/index.ts'
import { changeAccess } from './access-context.ts'
import type { AccessContext } from './access-context.ts'
import { generateSecret, hashSecret, visiblePrefix } from './key.ts'
import type { Key } from './key.ts'
import { countOtherOwners, findKeyByHash, findLiveBootstrapKeys, insertKey } from './key-store.ts'
import { endKey } from './revoke-key.ts'

export type AdminKey =
  /** Made now: print it, it is shown this once. */
  | { readonly kind: 'generated'; readonly secret: string; readonly file: string }
  /** Made at an earlier start; its secret is in the file. */
  | { readonly kind: 'kept'; readonly file: string }
  /** SLIPWAY_ADMIN_KEY. */
  | { readonly kind: 'given' }
  /** Other owner keys exist, and none is to be made. */
  | { readonly kind: 'none' }

const actor = systemActor('start')
const shortestGiven = 16

/**
 * Makes sure that somebody can come in: a key with the role owner over the whole installation. `given` is used as it
 * is; when it differs from that of an earlier start, the earlier one is revoked. Without it a key is made once and
 * kept in `<dataDirectory>/admin.key`, readable by its owner only. Throws `invalid_environment` for a `given` that
 * is too short, cannot travel in a header, or was revoked.
 */
export async function ensureAdminKey(
  context: AccessContext,
  options: { given?: string | undefined; dataDirectory: string },
): Promise<AdminKey> {
  const file = path.join(options.dataDirectory, 'admin.key')
  if (options.given !== undefined) {
    await adoptGivenKey(context, options.given)
    await rm(file, { force: true })
    return { kind: 'given' }
  }
  const kept = await readKeyFile(file)
  if (kept !== undefined && context.feed.current().byHash.has(hashSecret(kept))) return { kind: 'kept', file }
  const now = new Date(context.now())
  return changeAccess(context, async transaction => {
    const known = kept === undefined ? undefined : await findKeyByHash(transaction, hashSecret(kept))
    if (known && !known.revokedAt) return { kind: 'kept', file }
    if ((await countOtherOwners(transaction, null, now)) > 0) return { kind: 'none' }
    if (kept !== undefined && !known) {
      // a new database under an old data folder
      await insertAdminKey(context, transaction, kept)
      return { kind: 'kept', file }
    }
    const secret = generateSecret()
    await writeKeyFile(file, secret)
    await insertAdminKey(context, transaction, secret)
    return { kind: 'generated', secret, file }
  })
}

async function adoptGivenKey(context: AccessContext, given: string): Promise<void> {
  if (given.length < shortestGiven || !/^[\x21-\x7e]+$/.test(given))
    throw new Failure(
      'invalid_environment',
      `SLIPWAY_ADMIN_KEY must have at least ${shortestGiven} characters, printable ASCII without spaces. \`openssl rand -hex 32\` makes a good one.`,
    )
  const entry = context.feed.current().byHash.get(hashSecret(given))
  if (entry?.key.isBootstrap) return
  await changeAccess(context, async transaction => {
    const known = await findKeyByHash(transaction, hashSecret(given))
    if (known?.revokedAt)
      throw new Failure(
        'invalid_environment',
        'SLIPWAY_ADMIN_KEY holds a key that was revoked. Set another one, or unset it if other owner keys exist.',
      )
    if (known && !known.isBootstrap)
      throw new Failure(
        'invalid_environment',
        `SLIPWAY_ADMIN_KEY holds the secret of the key "${known.name}". Set one that is not in use.`,
      )
    const former = await findLiveBootstrapKeys(transaction)
    if (!known) await insertAdminKey(context, transaction, given)
    for (const key of former) if (key.id !== known?.id) await endKey(context, transaction, key.id, actor)
  })
}

async function insertAdminKey(context: AccessContext, transaction: Queryable, secret: string): Promise<void> {
  const key: Key = {
    id: createId(),
    name: 'admin',
    prefix: visiblePrefix(secret),
    role: 'owner',
    tenant: undefined,
    services: undefined,
    createdAt: new Date(context.now()),
    createdBy: actor.name,
    expiresAt: undefined,
    revokedAt: undefined,
    lastUsedAt: undefined,
    isBootstrap: true,
  }
  await insertKey(transaction, key, hashSecret(secret))
  await context.audit.record(
    { actor, action: 'key:create', subject: `key:${key.id}`, tenant: undefined, after: key },
    transaction,
  )
}

async function readKeyFile(file: string): Promise<string | undefined> {
  try {
    const secret = (await readFile(file, 'utf8')).trim()
    await chmod(file, 0o600)
    return secret.length >= shortestGiven ? secret : undefined
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw new Failure(
      'invalid_environment',
      `The admin key ${file} cannot be read. Make it readable by the user that runs Slipway, or remove it.`,
      { cause: error },
    )
  }
}

/** Created readable by its owner only, so that there is no moment at which others could read it. */
async function writeKeyFile(file: string, secret: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true })
  await rm(file, { force: true })
  const handle = await open(file, 'wx', 0o600)
  try {
    await handle.writeFile(`${secret}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
}
