import { describe, expect, it } from 'bun:test'
import { clientDialects } from '../dialects/index.ts'
import { openGuarding, policyOf } from './__fixtures__/open-guarding.ts'
import type { Guarding } from './guarding.ts'
import { guardRequest } from './request/guard-request.ts'
import { answerForm } from './stream/answer-form.ts'
import { guardAnswer } from './stream/guard-answer.ts'
import { GuardedStream } from './stream/guarded-stream.ts'

/** What a check does wrong, and what is to be recorded of it. */
const faults = [
  { fault: 'throws', check: 'word-12', outcome: 'error', why: /it failed with TypeError/ },
  { fault: 'throws', check: 'word-whole-late', outcome: 'error', why: /it failed with TypeError/ },
  { fault: 'lies', check: 'word-30', outcome: 'error', why: /something outside of the text/ },
  { fault: 'lies', check: 'word-sentence-late', outcome: 'error', why: /something outside of the text/ },
  { fault: 'hangs', check: 'word-whole-late', outcome: 'timeout', why: /it took longer than 20 ms/ },
  { fault: 'hangs', check: 'word-12-late', outcome: 'timeout', why: /it took longer than 20 ms/ },
] as const
const followed = ['closed', 'open', 'fallback'] as const
const said = 'Nothing in this text is of any interest. It only goes on. '

function open(
  fault: (typeof faults)[number],
  follows: (typeof followed)[number],
  mode = 'enforce',
): Guarding {
  const reach = fault.check.includes('whole') ? 'whole' : fault.check.includes('sentence') ? 'sentence' : 12
  return openGuarding(
    policyOf([
      {
        check: fault.check,
        action: 'block',
        mode,
        timeoutMs: 20,
        [fault.outcome === 'error' ? 'onError' : 'onTimeout']: follows,
        parameters: { word: 'zebra', reach, fault: fault.fault },
      },
    ]),
  )
}

function expectVerdict(guarding: Guarding, fault: (typeof faults)[number], failed: string): void {
  const verdicts = guarding.verdicts()
  expect(verdicts.length).toBeGreaterThan(0)
  for (const verdict of verdicts) {
    expect(verdict).toMatchObject({ outcome: fault.outcome, failed, findings: [], scannedChars: 0 })
    expect(verdict.why).toMatch(fault.why)
    expect(JSON.stringify(verdict)).not.toContain('interest')
  }
}

const reply = {
  id: 'x',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: said }, finish_reason: 'stop' }],
}

async function stream(guarding: Guarding): Promise<{ out: string; stream: GuardedStream }> {
  const context = { inferenceId: 'a', request: {}, model: 'm', startedAtMs: 0 }
  const inner = clientDialects['/v1/chat/completions']!.openStream(context)
  const guarded = new GuardedStream(inner, answerForm('chat', {}), guarding)
  let out = ''
  for (const piece of said.match(/.{1,5}/g) ?? []) {
    const event = {
      id: 'x',
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta: { content: piece }, finish_reason: null }],
    }
    const bytes = await guarded.push(new TextEncoder().encode(`data: ${JSON.stringify(event)}\n\n`))
    if (bytes) out += Buffer.from(bytes).toString()
    if (guarded.earlyEnd) return { out, stream: guarded }
  }
  const rest = await guarded.end()
  return { out: out + Buffer.from(rest ?? new Uint8Array(0)).toString(), stream: guarded }
}

const textIn = (raw: string): string =>
  [...raw.matchAll(/"content":"([^"]*)"/g)].map(match => match[1]).join('')

describe('a check that fails', () => {
  for (const fault of faults) {
    for (const follows of followed) {
      it(`${fault.check} ${fault.fault}, ${follows}: what is declared is what is seen`, async () => {
        const atInput = open(fault, follows)
        const body = { messages: [{ role: 'user', content: said }] }
        const asked = await guardRequest(atInput, 'chat', body)
        expectVerdict(atInput, fault, follows)

        const whole = open(fault, follows)
        const answered = await guardAnswer(whole, 'chat', reply).catch((error: unknown) => error)
        expectVerdict(whole, fault, follows)

        const pieces = open(fault, follows)
        const streamed = await stream(pieces)
        expectVerdict(pieces, fault, follows)

        if (follows === 'open') {
          expect(asked).toEqual({ kind: 'go', body })
          expect(answered).toMatchObject({ kind: 'answer', cutBy: undefined, sent: reply })
          expect(textIn(streamed.out)).toBe(said)
          expect(streamed.stream.earlyEnd).toBeUndefined()
        } else if (follows === 'closed') {
          expect(asked).toEqual({ kind: 'closed', guard: 'g0' })
          expect(answered).toMatchObject({ code: 'guardrail_unavailable' })
          // nothing goes out that it has not looked at
          expect(textIn(streamed.out)).toBe('')
          expect(streamed.stream.earlyEnd).toMatchObject({
            kind: 'failed',
            failure: { code: 'guardrail_unavailable' },
          })
        } else {
          const act = { action: 'replace', guard: expect.objectContaining({ message: 'Something else.' }) }
          expect(asked).toMatchObject({ kind: 'act', action: act })
          expect(answered).toMatchObject({ kind: 'act', act })
          expect(streamed.out).toBe('')
          expect(streamed.stream.earlyEnd).toMatchObject({ kind: 'act', act })
        }
      })
    }

    it(`${fault.check} ${fault.fault}, in shadow: nothing follows, and it is no pass`, async () => {
      const guarding = open(fault, 'closed', 'shadow')
      const asked = await guardRequest(guarding, 'chat', { messages: [{ role: 'user', content: said }] })
      expect(asked.kind).toBe('go')
      if (!fault.check.endsWith('late')) {
        expect(guarding.verdicts()).toMatchObject([
          { outcome: fault.outcome, failed: 'open', mode: 'shadow' },
        ])
      }
    })
  }

  it('a place outside of the text is no place to hold a stream at', async () => {
    const guarding = openGuarding(
      policyOf([
        {
          check: 'word-12',
          action: 'mask',
          parameters: { word: 'zebra', reach: 12, opens: true, fault: 'opens outside' },
        },
      ]),
    )
    const { out, stream: guarded } = await stream(guarding)
    expect(textIn(out)).toBe('')
    expect(guarded.earlyEnd?.kind).toBe('failed')
  })

  it('an event that is no JSON ends the stream, and all that came before it is out', async () => {
    const guarding = openGuarding(
      policyOf([
        { check: 'word-12', action: 'block', parameters: { word: 'zebra', reach: 12, opens: true } },
      ]),
    )
    const context = { inferenceId: 'a', request: {}, model: 'm', startedAtMs: 0 }
    const inner = clientDialects['/v1/chat/completions']!.openStream(context)
    const guarded = new GuardedStream(inner, answerForm('chat', {}), guarding)
    const good = 'data: {"choices":[{"index":0,"delta":{"content":"good"},"finish_reason":null}]}\n\n'
    const bytes = await guarded.push(new TextEncoder().encode(`${good}data: {nonsense\n\n`))
    expect(Buffer.from(bytes ?? new Uint8Array(0)).toString()).toBe(good)
    expect(guarded.earlyEnd).toMatchObject({ kind: 'failed', failure: { code: 'guardrail_unavailable' } })
  })

  it('an event of which nothing is known is looked at in every text, and its pieces as one', async () => {
    const guarding = openGuarding(
      policyOf([{ check: 'word-12', action: 'mask', parameters: { word: 'zebra', reach: 12, opens: true } }]),
    )
    const context = { inferenceId: 'a', request: {}, model: 'm', startedAtMs: 0 }
    const inner = clientDialects['/v1/messages']!.openStream(context)
    const guarded = new GuardedStream(inner, answerForm('messages', {}), guarding)
    let out = ''
    for (const piece of ['a ze', 'bra', ' and no', 'thing']) {
      const bytes = await guarded.push(
        new TextEncoder().encode(
          `event: new_delta\ndata: ${JSON.stringify({ type: 'new_delta', thing: { words: [piece] } })}\n\n`,
        ),
      )
      if (bytes) out += Buffer.from(bytes).toString()
    }
    out += Buffer.from((await guarded.end()) ?? new Uint8Array(0)).toString()
    expect(out).not.toMatch(/ze"|"bra/)
    expect([...out.matchAll(/"words":\["([^"]*)"\]/g)].map(match => match[1]).join('')).toBe(
      'a [WORD] and nothing',
    )
  })
})
