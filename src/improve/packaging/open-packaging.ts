import { signVersion, writeVersionBom, writeVersionCard } from './attest-version.ts'
import type { PackagingContext } from './packaging-context.ts'
import type { Packaging } from './packaging.ts'
import { createSigningKeys } from './signature/signing-keys.ts'
import { proveVersion, verifyVersion } from './verification/verify-version.ts'

/** Packaging over what the composition root supplies. */
export function createPackaging(context: PackagingContext): Packaging {
  const keys = createSigningKeys(context)
  return {
    keys,
    writeCard: async (caller, version, evaluations) =>
      await writeVersionCard(context, caller, version, evaluations),
    writeBom: async (caller, version) => await writeVersionBom(context, caller, version),
    sign: async (caller, version) => await signVersion(context, keys, caller, version),
    verify: async (version, options) => await verifyVersion(context, keys, version, options),
    prove: async (version, wanted, options) => await proveVersion(context, keys, version, wanted, options),
  }
}
