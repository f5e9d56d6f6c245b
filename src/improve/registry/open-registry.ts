import { Failure, nearestName } from '../../foundation/platform/index.ts'
import { attachFile } from './attach-file.ts'
import { changeModel, createModel, deleteModel, deleteVersion, describeVersion } from './change-model.ts'
import { readStored } from './files/read-file.ts'
import { objectName, storeContent } from './files/store-file.ts'
import { getHeldModel, getModel, resolveVersion } from './find-model.ts'
import { decide, deleteAlias, judge, moveAlias } from './move-alias.ts'
import { noteEvent } from './note-event.ts'
import { publishFiles, publishFolder } from './publish-version.ts'
import type { ModelRegistry } from './registry.ts'
import type { RegistryContext } from './registry-context.ts'
import { wasMeasured } from './rules/judge-move.ts'
import { listAliases } from './stores/alias-store.ts'
import { listAttachments, listDecisions } from './stores/decision-store.ts'
import { findModel } from './stores/model-store.ts'
import { findObject } from './stores/object-row-store.ts'
import { listServingsOfVersions } from './stores/serving-store.ts'
import { listVersions } from './stores/version-store.ts'

/** The registry over what the composition root supplies. */
export function createRegistry(context: RegistryContext): ModelRegistry {
  const { database } = context
  return {
    create: async (caller, model) => await createModel(context, caller, model),
    find: async (tenant, name) => await findModel(database, tenant, name),
    get: async (tenant, name) => await getModel(context, tenant, name),
    update: async (caller, name, change) => await changeModel(context, caller, name, change),
    delete: async (caller, name, reason) => await deleteModel(context, caller, name, reason),
    publishFolder: async options => await publishFolder(context, options),
    publishFiles: async options => await publishFiles(context, options),
    resolve: async (tenant, reference) => await resolveVersion(context, tenant, reference),
    listVersions: async (model, { before, limit }) =>
      await listVersions(database, model.id, { before, limit }),
    describeVersion: async (caller, model, number, change) =>
      await describeVersion(context, caller, model, number, change),
    deleteVersion: async (caller, model, number, reason) =>
      await deleteVersion(context, caller, model, number, reason),
    readFile: async (version, path) => {
      const file = version.manifest.files.find(one => one.path === path)
      if (file) return await readStored(context, version.tenant, file)
      const names = version.manifest.files.map(one => one.path)
      const nearest = nearestName(path, names)
      throw new Failure(
        'not_found',
        `Version ${version.number} of \`${version.model}\` has no file ${path.slice(0, 100)}.${nearest ? ` Did you mean ${nearest}?` : ''}`,
        { details: { parameter: 'path' } },
      )
    },
    storeContent: async (tenant, content, open) => await storeContent(context, tenant, content, open),
    findContent: async (tenant, sha256) =>
      await findObject(database, { tenant, object: objectName(sha256), now: new Date(context.now()) }),
    readContent: async (tenant, sha256) => await readStored(context, tenant, { path: sha256, sha256 }),
    notePush: async (caller, version, details) =>
      await database.transaction(async transaction => {
        const model = await getHeldModel(transaction, caller.tenant, version.model)
        const { number, digest } = version
        await noteEvent(context, transaction, caller, model, {
          kind: 'push',
          version: number,
          digest,
          details,
          after: details,
        })
      }),
    wasMeasured: async (version, run) =>
      wasMeasured(run, await listServingsOfVersions(database, [version.id])),
    attach: async options => await attachFile(context, options),
    listAttachments: async version => await listAttachments(database, version.id),
    readAttachment: async (version, { name, sha256 }) =>
      await readStored(context, version.tenant, { path: name, sha256 }),
    listAliases: async model => await listAliases(database, [model.id]),
    moveAlias: async options => await moveAlias(context, options),
    deleteAlias: async (caller, model, alias, options) =>
      await deleteAlias(context, caller, model, alias, options),
    judge: async (tenant, model, number, alias, evidence) =>
      await judge(context, tenant, model, number, alias, evidence),
    decide: async options => await decide(context, options),
    listDecisions: async version => await listDecisions(database, version.id),
  }
}
