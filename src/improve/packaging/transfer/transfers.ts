import {
  createClaimLoop,
  type ClaimLoop,
  createId,
  Failure,
  nearestName,
} from '../../../foundation/platform/index.ts'
import type { ModelVersion, RegistryCaller } from '../../registry/index.ts'
import type { DeclaredRegistry } from '../oci/registry-client.ts'
import type { PackagingContext } from '../packaging-context.ts'
import type { PushTarget, TransferTarget } from '../packaging.ts'
import type { SigningKeys } from '../signature/signing-keys.ts'
import { sourceInRegistry } from './package-source.ts'
import { pullVersion } from './pull-version.ts'
import { type Pushed, pushVersion } from './push-version.ts'
import type { Transfer, TransferState } from './transfer.ts'
import {
  cancelTransfer,
  claimTransfer,
  endTransfer,
  insertTransfer,
  noteProgress,
  releaseTransfer,
  renewTransfer,
} from './transfer-store.ts'

const leaseSeconds = 20
const progressEveryMs = 1_000

/** Sends a version to a declared registry. */
export async function pushTo(
  context: PackagingContext,
  caller: RegistryCaller,
  version: ModelVersion,
  { registry, repository, reference, signal, onProgress }: PushTarget,
): Promise<Pushed> {
  let moved = 0
  try {
    const pushed = await pushVersion(context, caller, version, {
      registry: declared(context, caller.tenant, registry),
      repository: repository ?? repositoryOf(version.model),
      tag: reference ?? String(version.number),
      signal,
      onProgress: (done, total) => {
        moved = done
        onProgress?.(done, total)
      },
    })
    context.onChange({ kind: 'transfer', direction: 'out', outcome: 'ok', bytes: moved })
    return pushed
  } catch (error) {
    context.onChange({ kind: 'transfer', direction: 'out', outcome: 'error', bytes: moved })
    throw error
  }
}

/** Writes down that a version is to be sent, or to be taken. Refuses what can be told now. */
export async function beginTransfer(
  context: PackagingContext,
  caller: RegistryCaller,
  wanted: Pick<Transfer, 'direction' | 'model' | 'version' | 'allowsUnverified'> & {
    readonly target: TransferTarget
  },
): Promise<Transfer> {
  const { target, ...rest } = wanted
  declared(context, caller.tenant, target.registry)
  const transfer: Transfer = {
    ...rest,
    id: createId(),
    tenant: caller.tenant,
    state: 'waiting',
    registry: target.registry,
    repository: target.repository ?? repositoryOf(wanted.model),
    reference: target.reference ?? String(wanted.version ?? 'latest'),
    digest: undefined,
    doneBytes: 0,
    totalBytes: undefined,
    error: undefined,
    author: caller.author,
    keyId: caller.keyId,
    requestId: caller.requestId,
    createdAt: new Date(context.now()),
    endedAt: undefined,
  }
  await context.database.transaction(async transaction => {
    await insertTransfer(transaction, transfer)
    await context.audit.record(
      {
        actor: { id: caller.keyId ?? 'system', name: caller.author },
        action: `model:begin-${transfer.direction}`,
        subject: `model:${transfer.model}`,
        tenant: transfer.tenant,
        requestId: caller.requestId,
        after: {
          registry: transfer.registry,
          repository: transfer.repository,
          reference: transfer.reference,
          allowsUnverified: transfer.allowsUnverified,
        },
      },
      transaction,
    )
  })
  return transfer
}

/** Works on transfers: one at a time on each server, taken up again by another when that one is gone. */
export function createTransferWorker(context: PackagingContext, keys: SigningKeys): ClaimLoop {
  const { database, registry } = context

  async function move(
    transfer: Transfer,
    signal: AbortSignal,
    onProgress: (done: number, total: number) => void,
  ) {
    const { tenant, author, keyId, requestId } = transfer
    const caller: RegistryCaller = { tenant, author, keyId, requestId }
    if (transfer.direction === 'push') {
      const version = await registry.resolve(tenant, `${transfer.model}@${transfer.version}`)
      const pushed = await pushTo(context, caller, version, { ...transfer, signal, onProgress })
      return { digest: pushed.digest, version: version.number }
    }
    let moved = 0
    try {
      const pulled = await pullVersion(context, keys, caller, {
        source: sourceInRegistry(
          declared(context, tenant, transfer.registry),
          transfer.repository,
          transfer.reference,
          signal,
        ),
        model: transfer.model,
        allowsUnverified: transfer.allowsUnverified,
        signal,
        onProgress: (done, total) => {
          moved = done
          onProgress(done, total)
        },
      })
      context.onChange({ kind: 'transfer', direction: 'in', outcome: 'ok', bytes: moved })
      return { digest: pulled.digest, version: pulled.version.number }
    } catch (error) {
      context.onChange({ kind: 'transfer', direction: 'in', outcome: 'error', bytes: moved })
      throw error
    }
  }

  return createClaimLoop<Transfer, TransferState>({
    logger: context.logger,
    what: 'transfer',
    idOf: ({ id }) => id,
    stateOf: ({ state }) => state,
    atOnce: 1,
    leaseSeconds,
    claim: async (owner, seconds) => await claimTransfer(database, owner, seconds),
    renew: async ({ id }, owner, seconds) => await renewTransfer(database, id, owner, seconds),
    release: async ({ id }, owner) => await releaseTransfer(database, id, owner),
    givesUpInSilence: true,
    async work(transfer, claim) {
      const { id } = transfer
      const { owner } = claim
      const cancelled = new AbortController()
      claim.onNews(() => {
        if (claim.state() === 'cancelled' || claim.isStopping()) cancelled.abort()
      })
      const signal = AbortSignal.any([claim.signal, cancelled.signal])
      let noted = 0
      const onProgress = (done: number, total: number): void => {
        const now = performance.now()
        if (now - noted < progressEveryMs && done < total) return
        noted = now
        noteProgress(database, { id, owner, done, total }).catch((error: unknown) =>
          context.logger.warn({ err: error, transfer: id }, 'How far a transfer is was not written.'),
        )
      }
      try {
        const end = await move(transfer, signal, onProgress)
        await endTransfer(database, owner, { id, state: 'done', ...end, at: new Date(context.now()) })
      } catch (error) {
        // whoever has cancelled it has ended it; a server that stops leaves it to the next
        if (signal.aborted) return
        if (!(error instanceof Failure))
          context.logger.error({ err: error, transfer: id }, 'A bug broke a transfer.')
        const { code, message } =
          error instanceof Failure
            ? error
            : {
                code: 'internal_error',
                message: 'Something broke on our side; the log of the server says more.',
              }
        await endTransfer(database, owner, {
          id,
          state: 'failed',
          error: { code, message },
          at: new Date(context.now()),
        })
      }
    },
  })
}

/** Throws `forbidden` for what the configuration does not declare for this tenant. */
function declared(context: PackagingContext, tenant: string, name: string): DeclaredRegistry {
  const known = context.registries(tenant)
  const found = known.get(name)
  if (found) return found
  const names = [...known.keys()]
  const nearest = nearestName(name, names)
  throw new Failure(
    'forbidden',
    `The tenant ${tenant} may use no registry \`${name.slice(0, 100)}\`.${nearest ? ` Did you mean \`${nearest}\`?` : names.length > 0 ? ` It may use ${names.join(', ')}.` : ' The configuration declares none for it under `packaging: registries`.'}`,
    { details: { parameter: 'registry' } },
  )
}

/** The name of a model as a repository may be called. */
function repositoryOf(model: string): string {
  const name = model
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
  return name === '' ? 'model' : name
}

export async function stopTransfer(
  context: PackagingContext,
  caller: RegistryCaller,
  id: string,
): Promise<boolean> {
  return await context.database.transaction(async transaction => {
    if (!(await cancelTransfer(transaction, id, new Date(context.now())))) return false
    await context.audit.record(
      {
        actor: { id: caller.keyId ?? 'system', name: caller.author },
        action: 'model:cancel-transfer',
        subject: `model-transfer:${id}`,
        tenant: caller.tenant,
        requestId: caller.requestId,
      },
      transaction,
    )
    return true
  })
}
