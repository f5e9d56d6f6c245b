import { Failure } from '../../../foundation/platform/index.ts'
import type { JsonObject } from '../../providers/index.ts'
import { asList, asObject } from '../../providers/index.ts'
import type { Guarding } from '../guarding.ts'
import type { Act } from '../request/guard-request.ts'
import type { Cut, GuardedText } from '../text/guarded-text.ts'
import { guardWhole } from '../text/guard-whole.ts'
import { withValue } from '../tree.ts'
import { readChoice } from './chat-form.ts'
import { type EventView, SlotFinder, type TextSlot } from './event-view.ts'
import { actOf, closed } from './guarded-stream.ts'
import { readBlock, refusal } from './messages-form.ts'
import { readResponse } from './responses-form.ts'

export type GuardedAnswer =
  | {
      readonly kind: 'answer'
      /** For the client, and as it may be kept. */
      readonly sent: JsonObject
      readonly kept: JsonObject
      /** The guard that cut it. */
      readonly cutBy: string | undefined
      readonly texts: readonly { readonly raw: string; readonly kept: string }[]
    }
  | {
      readonly kind: 'act'
      readonly act: Act
      readonly texts: readonly { readonly raw: string; readonly kept: string }[]
    }

interface Scope {
  readonly slots: readonly TextSlot[]
  readonly tells: EventView['tells']
  /** The answer with what comes after a slot left out, and saying that it was cut. */
  cut(answer: JsonObject, at: TextSlot): JsonObject
}

/** Passes every text of a whole answer through the gates of its stage. Throws where a check could not tell and closes. */
export async function guardAnswer(
  guarding: Guarding,
  operation: string,
  answer: JsonObject,
): Promise<GuardedAnswer> {
  const scopes = scopesOf(operation, answer)
  const results = new Map<TextSlot, GuardedText>()
  for (const slot of scopes.flatMap(({ slots }) => slots)) {
    results.set(slot, await guardWhole(guarding, slot.text, slot.stage, slot.form, 'model', slot.tool))
  }
  const texts = [...results.values()].map(text => ({ raw: text.raw, kept: text.kept() }))
  if (guarding.policy.needsWholeAnswer) {
    const act = actOf(guarding)
    if (act instanceof Failure) throw act
    if (act) return { kind: 'act', act, texts }
  }
  let sent = answer
  let kept = answer
  let cutBy: Cut | undefined
  for (const scope of scopes) {
    for (const slot of scope.slots) {
      const text = results.get(slot)
      if (!text?.isChangedIn(0, slot.text.length)) continue
      const read = text.read(0, slot.text.length)
      sent = withValue(sent, slot.path, valueOf(slot, read, text.cut))
      kept = withValue(kept, slot.path, valueOf(slot, text.kept(), text.cut))
      for (const { channel, path, value } of scope.tells) {
        if (channel !== slot.channel) continue
        sent = withValue(sent, path, value)
        kept = withValue(kept, path, value)
      }
      if (!text.cut) continue
      if (text.cut.because !== 'finding') throw closed(text.cut.guard)
      cutBy ??= text.cut
      sent = scope.cut(sent, slot)
      kept = scope.cut(kept, slot)
      break
    }
  }
  return { kind: 'answer', sent, kept, cutBy: cutBy?.guard, texts }
}

function valueOf(slot: TextSlot, text: string, cut: Cut | undefined): unknown {
  return slot.isValue && !cut ? JSON.parse(text) : text
}

function scopesOf(operation: string, answer: JsonObject): readonly Scope[] {
  if (operation === 'messages') return [messageScope(answer)]
  if (operation === 'responses') return [responseScope(answer)]
  if (operation === 'chat' || operation === 'completion') {
    return (asList(answer['choices']) ?? []).map((choice, at) => choiceScope(asObject(choice) ?? {}, at))
  }
  return []
}

function choiceScope(choice: JsonObject, at: number): Scope {
  const finder = new SlotFinder()
  const tells: EventView['tells'][number][] = []
  const path = ['choices', at]
  readChoice(finder, choice, String(at), 'whole', path, { waitsFor: [], tells })
  const { slots } = finder
  return {
    slots,
    tells,
    cut: (answer, slot) => {
      const position = slots.indexOf(slot)
      let cut = answer
      for (const later of slots.slice(position + 1)) {
        cut = withValue(cut, later.path, later.path.at(-1) === 'content' ? null : '')
      }
      cut = withoutCalls(cut, at, slot)
      return withValue(
        withValue(cut, [...path, 'logprobs'], null),
        [...path, 'finish_reason'],
        'content_filter',
      )
    },
  }
}

/** Of the calls of a choice, those that were whole before the cut. */
function withoutCalls(answer: JsonObject, at: number, slot: TextSlot): JsonObject {
  const choice = asObject(asList(answer['choices'])?.[at])
  const message = asObject(choice?.['message'])
  const calls = asList(message?.['tool_calls'])
  if (!message || !choice || !calls) return answer
  const isCall = slot.path.includes('tool_calls')
  const kept = isCall ? calls.slice(0, Number(slot.path[slot.path.indexOf('tool_calls') + 1])) : []
  const { tool_calls: _, function_call: __, ...rest } = message
  const left = kept.length > 0 ? { ...rest, tool_calls: kept } : rest
  return withValue(answer, ['choices', at, 'message'], left)
}

function messageScope(answer: JsonObject): Scope {
  const finder = new SlotFinder()
  const tells: EventView['tells'][number][] = []
  asList(answer['content'])?.forEach((block, index) =>
    readBlock(finder, asObject(block) ?? {}, `${index}/`, 'whole', ['content', index], {
      waitsFor: [],
      tells,
    }),
  )
  return {
    slots: finder.slots,
    tells,
    cut: (cut, slot) => {
      const at = Number(slot.path[1])
      // a call that is not whole is none
      const left = asList(cut['content'])?.slice(0, slot.stage === 'tool_call' ? at : at + 1)
      return { ...cut, content: left, ...refusal }
    },
  }
}

function responseScope(answer: JsonObject): Scope {
  const finder = new SlotFinder()
  const tells: EventView['tells'][number][] = []
  readResponse(finder, answer, [], { waitsFor: [], tells })
  return {
    slots: finder.slots,
    tells,
    cut: (cut, slot) => {
      const at = Number(slot.path[1])
      const items = asList(cut['output']) ?? []
      const last = asObject(items[at]) ?? {}
      const key = String(slot.path[2])
      const upTo = { [key]: asList(last[key])?.slice(0, Number(slot.path[3]) + 1) }
      // a call that is not whole is none
      const left =
        last['type'] === 'message'
          ? [{ ...last, status: 'incomplete', ...upTo }]
          : last['type'] === 'reasoning'
            ? [{ ...last, ...upTo }]
            : []
      const { completed_at: _, ...rest } = cut
      return {
        ...rest,
        status: 'incomplete',
        incomplete_details: { reason: 'content_filter' },
        output: [...items.slice(0, at), ...left],
      }
    },
  }
}
