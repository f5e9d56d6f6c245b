/** That somebody looked at the values of a conversation, as it is kept. */
export interface Unmasking {
  readonly id: string
  readonly at: Date
  readonly actor: string
  readonly actorName: string
  readonly tenant: string
  readonly conversation: string
  /** `undefined` where the values that every key has sent were asked for. */
  readonly keyId: string | undefined
  readonly reason: string
  readonly shown: number
}
