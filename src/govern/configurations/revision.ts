/** A configuration that was put in force for all replicas. */
export interface Revision {
  /** Counts from 1; the highest is in force. */
  readonly revision: number
  /** The SHA-256 of the canonical text. */
  readonly textHash: string
  readonly snapshotHash: string
  readonly publishedAt: Date
  /** The name of a key, or the host whose file it was. */
  readonly publishedBy: string
  readonly origin: RevisionOrigin
  /** The revision that a rollback has put in force again. */
  readonly restores: number | undefined
}

export interface WrittenRevision extends Revision {
  /** Canonical YAML, with references to secrets. */
  readonly text: string
}

export const revisionOrigins = ['file', 'api', 'rollback'] as const
export type RevisionOrigin = (typeof revisionOrigins)[number]

/** A server that follows the revisions, and how far it has come. */
export interface Replica {
  readonly id: string
  readonly name: string
  /** In force there; `undefined` where its file is, and no revision. */
  readonly revision: number | undefined
  /** The revision that it could not put in force, and why. */
  readonly refused: { readonly revision: number; readonly problems: string } | undefined
  readonly seenAt: Date
}
