/** A version on its way to or from another registry. */
export const transferStates = ['waiting', 'running', 'done', 'failed', 'cancelled'] as const
export type TransferState = (typeof transferStates)[number]

export interface Transfer {
  readonly id: string
  readonly tenant: string
  readonly direction: 'push' | 'pull'
  readonly state: TransferState
  readonly model: string
  /** Of a pull once it has made one. */
  readonly version: number | undefined
  readonly registry: string
  readonly repository: string
  readonly reference: string
  readonly allowsUnverified: boolean
  /** Of the manifest, once it is known: `sha256:…`. */
  readonly digest: string | undefined
  readonly doneBytes: number
  readonly totalBytes: number | undefined
  readonly error: { readonly code: string; readonly message: string } | undefined
  readonly author: string
  readonly keyId: string | undefined
  readonly requestId: string | undefined
  readonly createdAt: Date
  readonly endedAt: Date | undefined
}

export interface TransferFilter {
  readonly tenant: string | undefined
  readonly limit: number
}
