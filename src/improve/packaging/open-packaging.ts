import type { ClaimLoop } from '../../foundation/platform/index.ts'
import { signVersion, writeVersionBom, writeVersionCard } from './attest-version.ts'
import type { PackagingContext } from './packaging-context.ts'
import type { Packaging } from './packaging.ts'
import { createSigningKeys } from './signature/signing-keys.ts'
import { sourceInHand } from './transfer/package-source.ts'
import { pullVersion } from './transfer/pull-version.ts'
import { findTransfer, listTransfers } from './transfer/transfer-store.ts'
import { beginTransfer, createTransferWorker, pushTo, stopTransfer } from './transfer/transfers.ts'
import { writePackage } from './transfer/write-package.ts'
import { proveVersion, verifyVersion } from './verification/verify-version.ts'

/** Packaging over what the composition root supplies. */
export function createPackaging(context: PackagingContext): {
  readonly packaging: Packaging
  /** Works on transfers where it is started. */
  readonly worker: ClaimLoop
} {
  const { database, registry } = context
  const keys = createSigningKeys(context)
  const worker = createTransferWorker(context, keys)
  const packaging: Packaging = {
    keys,
    writeCard: async (caller, version, evaluations) =>
      await writeVersionCard(context, caller, version, evaluations),
    writeBom: async (caller, version) => await writeVersionBom(context, caller, version),
    sign: async (caller, version) => await signVersion(context, keys, caller, version),
    verify: async (version, options) => await verifyVersion(context, keys, version, options),
    prove: async (version, wanted, options) => await proveVersion(context, keys, version, wanted, options),
    registries: tenant => [...context.registries(tenant).keys()],
    push: async (caller, version, target) => await pushTo(context, caller, version, target),
    beginPush: async (caller, version, target) =>
      await beginTransfer(context, caller, {
        direction: 'push',
        model: version.model,
        version: version.number,
        allowsUnverified: false,
        target,
      }),
    beginPull: async (caller, model, { allowsUnverified, ...target }) =>
      await beginTransfer(context, caller, {
        direction: 'pull',
        model,
        version: undefined,
        allowsUnverified,
        target,
      }),
    findTransfer: async id => await findTransfer(database, id),
    listTransfers: async filter => await listTransfers(database, filter),
    cancelTransfer: async (caller, id) => await stopTransfer(context, caller, id),
    writePackage: async version => await writePackage(registry, version),
    takePackage: async (caller, model, { allowsUnverified, ...given }) =>
      await pullVersion(context, keys, caller, {
        source: sourceInHand({
          ...given,
          stored: async sha256 => await registry.readContent(caller.tenant, sha256),
        }),
        model,
        allowsUnverified,
      }),
  }
  return { packaging, worker }
}
