import type { ProofKind } from '../../registry/index.ts'

export const proofStates = ['verified', 'refused', 'missing'] as const
export type ProofState = (typeof proofStates)[number]

/** What was found of the signature, the bill of materials or the card of a version. */
export interface Proof {
  readonly proof: ProofKind
  readonly state: ProofState
  /** For people: what was found, or what is wrong and how to mend it. */
  readonly reason: string
  /** Who attached it, and when. */
  readonly by: string | undefined
  readonly at: Date | undefined
  readonly attachment: { readonly id: string; readonly sha256: string } | undefined
  /** Of a signature: the key that made it, where that is known. */
  readonly key: { readonly id: string; readonly name: string; readonly kind: 'own' | 'trusted' } | undefined
  /** Of a bill of materials and a card: whether the signature covers it. */
  readonly isSigned: boolean | undefined
}

/** When all stored files were last read and hashed. */
export interface FileCheck {
  /** What was wrong, by path; `undefined` where nothing was. */
  readonly problem: string | undefined
  readonly by: string
  readonly at: Date
}

export interface Verification {
  readonly signature: Proof
  readonly bom: Proof
  readonly card: Proof
  /** `undefined` where the files have never been read as a whole. */
  readonly files: FileCheck | undefined
}
