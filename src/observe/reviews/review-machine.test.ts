import { describe, expect, it } from 'bun:test'
import { type ReviewAct, type ReviewMachine, type ReviewRefusal, takeAct } from './review-machine.ts'

const people = ['maker', 'ann', 'ben', 'cleo'] as const
const expiresAtMs = 100

/** A multiplicative generator: the same runs every time. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
}

function start(fourEyes: boolean): ReviewMachine {
  return {
    state: 'pending',
    fourEyes,
    maker: 'maker',
    version: 0,
    hash: 'hash-0',
    editor: undefined,
    approvals: [],
    expiresAtMs,
  }
}

function why(machine: ReviewMachine, act: ReviewAct): ReviewRefusal | undefined {
  const step = takeAct(machine, act)
  return step.kind === 'refused' ? step.why : undefined
}

function after(machine: ReviewMachine, ...acts: ReviewAct[]): ReviewMachine {
  return acts.reduce((before, act) => {
    const step = takeAct(before, act)
    if (step.kind === 'refused') throw new Error(step.why)
    return step.to
  }, machine)
}

const approve = (by: string, hash = 'hash-0', atMs = 1): ReviewAct => ({ kind: 'approve', by, hash, atMs })
const edit = (by: string, hash: string, newHash: string): ReviewAct => ({
  kind: 'edit',
  by,
  hash,
  newHash,
  atMs: 1,
})

describe('takeAct', () => {
  it('never lets anything out that the rules do not allow, whatever is tried in whatever order', () => {
    const random = randomOf(11)
    const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!
    const ends = new Map<string, number>()
    for (let run = 0; run < 3_000; run += 1) {
      let machine = start(run % 2 === 0)
      const written = new Map([['hash-0', undefined as string | undefined]])
      /** Who approved which content, as it truly happened. */
      const approved = new Map<string, Set<string>>()
      let atMs = 0
      for (let step = 0; step < 12; step += 1) {
        atMs += random() * 14
        const by = pick(people)
        const hash = random() < 0.8 ? machine.hash : pick([...written.keys()])
        const newHash = random() < 0.9 ? `hash-${written.size}` : machine.hash
        const act: ReviewAct = pick([
          { kind: 'approve', by, hash, atMs },
          { kind: 'approve', by, hash, atMs },
          { kind: 'edit', by, hash, newHash, atMs },
          { kind: 'expire', atMs },
          ...(random() < 0.3 ? [{ kind: 'reject', by, hash, atMs } as const] : []),
        ] as ReviewAct[])
        const before = machine
        const taken = takeAct(machine, act)
        if (before.state !== 'pending') {
          expect(taken).toEqual({ kind: 'refused', why: 'already_decided' })
          continue
        }
        if (taken.kind === 'refused') continue
        machine = taken.to
        if (act.kind === 'expire') expect(act.atMs).toBeGreaterThanOrEqual(expiresAtMs)
        else {
          expect(act.by).not.toBe('maker')
          expect(act.hash).toBe(before.hash)
          expect(act.atMs).toBeLessThan(expiresAtMs)
        }
        if (act.kind === 'edit') written.set(machine.hash, act.by)
        if (act.kind === 'approve') {
          approved.set(act.hash, (approved.get(act.hash) ?? new Set()).add(act.by))
          expect(written.get(act.hash)).not.toBe(act.by)
        }
        if (machine.state === 'approved' || machine.state === 'edited') {
          const writer = written.get(machine.hash)
          expect(machine.state).toBe(writer === undefined ? 'approved' : 'edited')
          const behind = new Set([...(approved.get(machine.hash) ?? []), ...(writer ? [writer] : [])])
          expect(behind.size).toBeGreaterThanOrEqual(machine.fourEyes || writer !== undefined ? 2 : 1)
        }
      }
      ends.set(machine.state, (ends.get(machine.state) ?? 0) + 1)
    }
    // every state was truly reached, or the rules above were never put to the test
    expect([...ends.keys()].sort()).toEqual(['approved', 'edited', 'expired', 'pending', 'rejected'])
  })

  it('wants two people under four eyes, and a writer is one of them', () => {
    const one = after(start(true), approve('ann'))
    expect(one.state).toBe('pending')
    expect(why(one, approve('ann'))).toBe('already_approved')
    expect(after(one, approve('ben')).state).toBe('approved')
    const edited = after(one, edit('ben', 'hash-0', 'hash-1'))
    expect(edited.approvals).toEqual([])
    expect(why(edited, approve('ben', 'hash-1'))).toBe('own_edit')
    expect(after(edited, approve('ann', 'hash-1')).state).toBe('edited')
  })

  it('says why it does not take an act', () => {
    expect(why(start(false), approve('maker'))).toBe('own_inference')
    expect(why(start(false), approve('ann', 'hash-9'))).toBe('content_changed')
    expect(why(start(false), approve('ann', 'hash-0', expiresAtMs))).toBe('expired')
    expect(why(start(false), { kind: 'expire', atMs: expiresAtMs - 1 })).toBe('not_expired')
    expect(why(start(false), edit('ann', 'hash-0', 'hash-0'))).toBe('nothing_changed')
  })
})
