import type { JsonObject } from '../../providers/index.ts'
import { ChatForm } from './chat-form.ts'
import type { AnswerForm } from './event-view.ts'
import { MessagesForm } from './messages-form.ts'
import { OtherForm } from './other-form.ts'
import { ResponsesForm } from './responses-form.ts'

/** How the answer to a request is read, in the API that the client speaks. */
export function answerForm(operation: string, request: JsonObject): AnswerForm {
  if (operation === 'messages') return new MessagesForm()
  if (operation === 'responses') return new ResponsesForm()
  if (operation === 'chat' || operation === 'completion') return new ChatForm(request)
  return new OtherForm()
}
