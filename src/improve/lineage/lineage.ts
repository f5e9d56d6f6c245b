/** What came of what: data, what learned from it, what was measured, what was in service and what it answered. */

export const lineageKinds = [
  /** A version of a dataset. */
  'dataset',
  /** A training job. */
  'training',
  /** A run of a pipeline. */
  'pipeline',
  /** A run that an MLflow client tracked. */
  'tracking',
  /** A version of a model. */
  'model',
  /** An engine that had a version of a model for a while. */
  'serving',
  /** A run of a suite. */
  'evaluation',
  /** All inferences of one release that a serving answered, as a number. */
  'inferences',
  'inference',
] as const
export type LineageKind = (typeof lineageKinds)[number]

export interface LineageNode {
  readonly kind: LineageKind
  /** Unique among those of its kind. */
  readonly id: string
  readonly tenant: string
  /** For people: `tickets@12`. */
  readonly label: string
  /** When it was made, or began. */
  readonly at: Date | undefined
  /** `succeeded`, `live` … */
  readonly state: string | undefined
  /** JSON, by kind: the number of a version, the aliases of a model. */
  readonly details: Readonly<Record<string, unknown>>
}

/** A neighbour, and what it is to the node that was asked. */
export interface LineageStep {
  readonly node: LineageNode
  /** What the earlier one was for the later: `training`, `base`, `answered`. */
  readonly role: string
  /** `false` where several could have been it. */
  readonly isCertain?: boolean | undefined
}

/** What may be seen on a walk. */
export interface LineageScope {
  /** `undefined` sees all. */
  readonly tenant: string | undefined
  /** Of inferences, only those of these services; `undefined`: of all. */
  readonly services: readonly string[] | undefined
}

type Steps = (node: LineageNode, scope: LineageScope, limit: number) => Promise<readonly LineageStep[]>

/** What one domain knows. Everything that it gives is within the scope, the newest first and `limit` at most. */
export interface LineageSource {
  /** How nodes of a kind are found: by id, or as people name them. `tenant` is whose the name is. */
  readonly find: Partial<
    Record<
      LineageKind,
      (reference: string, tenant: string, scope: LineageScope) => Promise<LineageNode | undefined>
    >
  >
  /** What nodes of a kind come from. */
  readonly up: Partial<Record<LineageKind, Steps>>
  /** What came of them. */
  readonly down: Partial<Record<LineageKind, Steps>>
}

export type LineageDirection = 'up' | 'down' | 'both'

export interface LineageEdge {
  /** KIND:ID of the earlier one. */
  readonly from: string
  readonly to: string
  readonly role: string
  readonly isCertain: boolean
}

export interface LineageGraph {
  /** KIND:ID of where the walk began. */
  readonly of: string
  /** In the order in which they were found. `hasMore`: not all of its neighbours are here. */
  readonly nodes: readonly (LineageNode & { readonly hasMore: boolean })[]
  readonly edges: readonly LineageEdge[]
}
