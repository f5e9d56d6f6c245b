import { priorities, type Priority } from '../../../foundation/config/index.ts'
import { Failure } from '../../../foundation/platform/index.ts'

export const priorityHeader = 'slipway-priority'

/** The priority of a call: that of its service, or a lower one that the client asks for in `slipway-priority`. */
export function lowerPriority(ofService: Priority, asked: string | null): Priority {
  if (asked === null) return ofService
  const index = priorities.findIndex(priority => priority === asked)
  if (index < 0) {
    const message = `The header ${priorityHeader} names no priority. Use one of ${priorities.join(', ')}.`
    throw new Failure('invalid_request', message, { details: { parameter: priorityHeader } })
  }
  return priorities[Math.max(index, priorities.indexOf(ofService))] ?? ofService
}
