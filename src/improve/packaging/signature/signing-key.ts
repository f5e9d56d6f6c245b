/** A key whose signatures count: an own one of the tenant, or a public one of somebody else. */
export interface SigningKey {
  /** SHA-256 of the public key as PEM, in hex: the hint of signatures. */
  readonly id: string
  readonly tenant: string
  readonly name: string
  readonly kind: 'own' | 'trusted'
  /** PEM, SubjectPublicKeyInfo. */
  readonly publicKey: string
  readonly author: string
  readonly createdAt: Date
  /** From when on another own key signs; what this one has signed stays good. */
  readonly retiredAt: Date | undefined
  /** From when on nothing that it has signed, at whatever time, counts any more. */
  readonly revokedAt: Date | undefined
  readonly revokedBy: string | undefined
  readonly reason: string | undefined
}
