import type { CheckCatalogue } from '../../foundation/config/index.ts'
import type { Check, CheckManifest } from './check.ts'
import { contentKinds } from './checks/content-kinds.ts'
import { dataKinds } from './checks/data-kinds.ts'
import { groundingCheckKinds, modelCheckKinds } from './model-check-kinds.ts'

/** A kind of check whatever its parameters and ports are; `create` is only given what its own schema has parsed. */
export interface AnyCheckKind {
  readonly manifest: CheckManifest
  create(parameters: never, ports: never): Check
}

/** Every kind of check that a policy can name. */
export const checkKinds: readonly AnyCheckKind[] = [
  ...dataKinds,
  ...contentKinds,
  ...groundingCheckKinds,
  ...modelCheckKinds,
]

export const checkKindsByName: ReadonlyMap<string, AnyCheckKind> = new Map(
  checkKinds.map(kind => [kind.manifest.name, kind]),
)

/** What the configuration has to know of them. */
export const checkCatalogue: CheckCatalogue = new Map(
  checkKinds.map(({ manifest }) => [manifest.name, manifest]),
)
