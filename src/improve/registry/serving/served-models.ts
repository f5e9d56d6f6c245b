import path from 'node:path'
import { createId, Failure } from '../../../foundation/platform/index.ts'
import { resolveVersion } from '../find-model.ts'
import { ggufEntry } from '../headers/describe-files.ts'
import type { ModelVersion } from '../model.ts'
import { parseModelReference } from '../reference.ts'
import { aliasChannel, type RegistryContext } from '../registry-context.ts'
import { endServings, insertServing, listOpenServings, listServingsAt } from '../stores/serving-store.ts'
import { openLocalCopies } from './local-copies.ts'
import { createProofGate } from './proof-gate.ts'

/** What an engine names the registry by: `registry:support@production`. */
const scheme = 'registry:'

export function isRegistryReference(model: string): boolean {
  return model.startsWith(scheme)
}

/** Which model of which tenant an engine is to serve, as the configuration names it; without a place its newest version. */
export function readServedReference(reference: string): {
  readonly tenant: string
  readonly model: string
  readonly at: string
} {
  const { tenant = 'default', model, at } = parseModelReference(reference.slice(scheme.length))
  return { tenant, model, at }
}

/** A version on this machine, as an engine is to load it. */
export interface ServedModel {
  /** As the configuration has it. */
  readonly reference: string
  /** The same with the number of the version: `registry:support@production#3`. Another version is another text. */
  readonly pinned: string
  readonly file: string
  readonly version: ModelVersion
}

export interface ServedModels {
  /** The version that a reference means now, here and verified. Throws a `Failure` that says why there is none. */
  bring(reference: string): Promise<ServedModel>
  /** Writes which engine has what from now on, with the releases that it serves; what it had before has ended. */
  note(
    served: readonly {
      readonly engine: string
      readonly model: ServedModel
      readonly releases: readonly string[]
    }[],
  ): Promise<void>
  /** Whether a reference means what an alias of a model is at. */
  follows(
    reference: string,
    of: { readonly tenant: string; readonly model: string; readonly alias: string },
  ): boolean
  /** What engines of all servers have of a model now. */
  servings(
    tenant: string,
    model: string,
  ): Promise<
    readonly {
      readonly server: string
      readonly engine: string
      readonly reference: string
      readonly number: number
    }[]
  >
  /** This server, as servings name it. */
  readonly server: string
  /** Calls back when an alias of some model has moved, on any server. */
  follow(onMove: () => void): Promise<() => Promise<void>>
}

/** Versions for the engines of one server. */
export function createServedModels(options: {
  readonly context: RegistryContext
  /** Where copies lie. */
  readonly folder: string
  readonly mostCacheBytes: () => number
  /** This server, for people; the same after a restart. */
  readonly server: string
}): ServedModels {
  const { context, server } = options
  const copies = openLocalCopies(context, options.folder)
  const folders = new Map<string, string>()
  const gate = createProofGate(context, server)

  return {
    async bring(reference) {
      const { tenant, model, at } = readServedReference(reference)
      const version = await resolveVersion(context, tenant, `${model}@${at}`)
      const entry = version.format === 'gguf' ? ggufEntry(version.manifest.files) : undefined
      if (!entry) {
        const names = version.manifest.files.map(file => file.path)
        throw new Failure(
          'invalid_configuration',
          `Version ${version.number} of ${model} is ${version.format} (${names.slice(0, 5).join(', ')}${names.length > 5 ? ' …' : ''}); an engine loads one GGUF file, which may be split. Convert it and import that.`,
        )
      }
      await gate.check(reference, version, at)
      const files = version.manifest.files.filter(file => file.path.endsWith('.gguf'))
      const folder = await copies.bring(version, files)
      folders.set(version.id, folder)
      return {
        reference,
        pinned: `${reference}#${version.number}`,
        file: path.join(folder, entry.path),
        version,
      }
    },
    async note(served) {
      const { database } = context
      const now = new Date(context.now())
      const before = await listOpenServings(database, server)
      const isSame = (one: (typeof before)[number], other: (typeof served)[number]): boolean =>
        one.engine === other.engine &&
        one.versionId === other.model.version.id &&
        one.reference === other.model.reference &&
        one.releases.join('\0') === other.releases.join('\0')
      const over = before.filter(one => !served.some(other => isSame(one, other)))
      await database.transaction(async transaction => {
        await endServings(
          transaction,
          over.map(({ id }) => id),
          now,
        )
        for (const one of served.filter(other => !before.some(kept => isSame(kept, other))))
          await insertServing(transaction, {
            id: createId(),
            tenant: one.model.version.tenant,
            versionId: one.model.version.id,
            server,
            engine: one.engine,
            reference: one.model.reference,
            releases: one.releases,
            startedAt: now,
          })
      })
      const inUse = served.flatMap(({ model }) => folders.get(model.version.id) ?? [])
      await copies.sweep(new Set(inUse), options.mostCacheBytes())
    },
    server,
    follows(reference, of) {
      if (!isRegistryReference(reference)) return false
      const { tenant, model, at } = readServedReference(reference)
      return tenant === of.tenant && model === of.model && at === of.alias
    },
    servings: async (tenant, model) =>
      await listServingsAt(context.database, tenant, model, new Date(context.now())),
    follow: async onMove => await context.database.listen(aliasChannel, onMove),
  }
}
