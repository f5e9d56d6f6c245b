import type { JsonObject } from '../../providers/index.ts'
import { type AnswerForm, type EventView, SlotFinder } from './event-view.ts'

/** Streams of APIs that have no form of their own here, such as transcriptions: every text in them is looked at. */
export class OtherForm implements AnswerForm {
  readonly scopes = 1

  read(name: string | undefined, data: string): readonly EventView[] {
    const isEnd = data.trim() === '[DONE]'
    const json = isEnd ? {} : (JSON.parse(data) as JsonObject)
    const finder = new SlotFinder()
    if (typeof json['type'] === 'string' && json['type'].endsWith('.done')) {
      finder.addUnknownWhole(json, `?${json['type']}`, 'output', [])
    } else finder.addUnknown(json, `?${String(json['type'])}`, 'output', [])
    return [{ name, json, slots: finder.slots, ends: isEnd ? [''] : [], waitsFor: [], tells: [], scope: '' }]
  }

  sent(): void {
    // nothing of it is told again
  }

  cutOff(): string {
    return `data: ${JSON.stringify({ error: { message: 'The content was filtered.', type: 'invalid_request_error', param: null, code: 'content_filter' } })}\n\n`
  }

  close(): string {
    return ''
  }

  write(view: EventView, json: JsonObject): string {
    const named = view.name === undefined ? '' : `event: ${view.name}\n`
    return `${named}data: ${JSON.stringify(json)}\n\n`
  }
}
