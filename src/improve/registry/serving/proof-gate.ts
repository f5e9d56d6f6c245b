import { Failure } from '../../../foundation/platform/index.ts'
import { parseDefinition } from '../definition.ts'
import { getModel } from '../find-model.ts'
import type { ModelVersion } from '../model.ts'
import { noteRefusal } from '../move-alias.ts'
import type { RegistryContext } from '../registry-context.ts'

/** Of a version that an alias may not have served. */
export interface Unproven {
  /** Of the version. */
  readonly unproven: number
  /** What the alias says of an engine that serves it. */
  readonly whenUnproven: 'keep' | 'unload'
}

/** Holds versions back from engines whose alias wants something verified that is not. */
export interface ProofGate {
  /**
   * Throws `checks_failed` with every reason; what it says of a version that is served already is in its details, as `Unproven`. Files are
   * read and hashed once by each process, the rest is looked at each time.
   */
  check(reference: string, version: ModelVersion, alias: string): Promise<void>
}

export function createProofGate(context: RegistryContext, server: string): ProofGate {
  /** Versions whose stored files this process has read. */
  const read = new Set<string>()
  /** Why a reference was refused last, so that each reason is written down once. */
  const refused = new Map<string, string>()

  return {
    async check(reference, version, alias) {
      const model = await getModel(context, version.tenant, version.model)
      const rule = parseDefinition(model.definition).aliases[alias]
      const wanted = rule?.verified ?? []
      if (!rule || wanted.length === 0) return void refused.delete(reference)
      const proofs = await context.ports.prove(version, wanted, { readsFiles: !read.has(version.id) })
      const missing = proofs.filter(({ isVerified }) => !isVerified)
      if (missing.length === 0) {
        read.add(version.id)
        refused.delete(reference)
        return
      }
      const reason = `Version ${version.number} of \`${version.model}\` is not served as \`${alias}\`: ${missing.map(({ explanation }) => explanation).join(' ')}`
      if (refused.get(reference) !== reason) {
        refused.set(reference, reason)
        await noteRefusal(
          context,
          { tenant: version.tenant, author: 'engines' },
          {
            model: version.model,
            number: version.number,
            alias,
            reason,
            proofs,
            details: { reference, server },
          },
        )
        context.onChange({ kind: 'serving', outcome: 'refused' })
      }
      const details = { unproven: version.number, whenUnproven: rule.whenUnproven } satisfies Unproven
      throw new Failure('checks_failed', reason, { details: { ...details } })
    },
  }
}
