/** The states of a review, and what moves it from one to the next. Pure: the store asks it under the lock of the row. */

export const reviewStates = ['pending', 'approved', 'edited', 'rejected', 'expired'] as const
export type ReviewState = (typeof reviewStates)[number]

export interface ReviewMachine {
  readonly state: ReviewState
  readonly fourEyes: boolean
  /** Who sent the inference. */
  readonly maker: string
  /** Counts the edits. */
  readonly version: number
  /** What would be released, by its SHA-256. */
  readonly hash: string
  /** Who wrote this version; `undefined` where nobody has edited. */
  readonly editor: string | undefined
  /** Who has approved this very version. */
  readonly approvals: readonly string[]
  readonly expiresAtMs: number
}

export type ReviewAct =
  | { readonly kind: 'approve'; readonly by: string; readonly hash: string; readonly atMs: number }
  | { readonly kind: 'reject'; readonly by: string; readonly hash: string; readonly atMs: number }
  | {
      readonly kind: 'edit'
      readonly by: string
      readonly hash: string
      readonly newHash: string
      readonly atMs: number
    }
  | { readonly kind: 'expire'; readonly atMs: number }

/** Why an act is not taken. */
export type ReviewRefusal =
  | 'already_decided'
  | 'expired'
  | 'not_expired'
  | 'content_changed'
  | 'own_inference'
  | 'own_edit'
  | 'already_approved'
  | 'nothing_changed'

export type ReviewStep =
  | { readonly kind: 'moved'; readonly to: ReviewMachine }
  | { readonly kind: 'refused'; readonly why: ReviewRefusal }

/**
 * One no is enough. An approval counts for the content that its hash names and for no other; an edit makes new
 * content, which somebody else than its writer has to approve. Under four eyes two different people stand behind
 * what is released: two who approve, or one who wrote it and one who approves.
 */
export function takeAct(machine: ReviewMachine, act: ReviewAct): ReviewStep {
  if (machine.state !== 'pending') return refuse('already_decided')
  const isPast = act.atMs >= machine.expiresAtMs
  if (act.kind === 'expire') return isPast ? move(machine, { state: 'expired' }) : refuse('not_expired')
  if (isPast) return refuse('expired')
  if (act.by === machine.maker) return refuse('own_inference')
  if (act.hash !== machine.hash) return refuse('content_changed')
  switch (act.kind) {
    case 'reject':
      return move(machine, { state: 'rejected' })
    case 'edit':
      if (act.newHash === machine.hash) return refuse('nothing_changed')
      return move(machine, {
        version: machine.version + 1,
        hash: act.newHash,
        editor: act.by,
        approvals: [],
      })
    case 'approve': {
      if (act.by === machine.editor) return refuse('own_edit')
      if (machine.approvals.includes(act.by)) return refuse('already_approved')
      const approvals = [...machine.approvals, act.by]
      const people = approvals.length + (machine.editor === undefined ? 0 : 1)
      if (machine.fourEyes && people < 2) return move(machine, { approvals })
      return move(machine, { approvals, state: machine.editor === undefined ? 'approved' : 'edited' })
    }
  }
}

function move(machine: ReviewMachine, change: Partial<ReviewMachine>): ReviewStep {
  return { kind: 'moved', to: { ...machine, ...change } }
}

function refuse(why: ReviewRefusal): ReviewStep {
  return { kind: 'refused', why }
}
