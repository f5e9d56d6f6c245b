import { Failure, timeOfId } from '../../foundation/platform/index.ts'
import { homeTenant, type Principal } from '../../govern/access/index.ts'
import {
  readItemId,
  readResponseId,
  sealedFor,
  type AnswerMemory,
  type Body,
  type KeptAnswer,
  type MemoryCaller,
  type ResolvedRequest,
} from '../dialects/index.ts'
import { listInputItems } from './list-input-items.ts'
import type { ResponseArchive } from './response-archive.ts'
import { continueFrom, outputOf, toItems, type StoredResponse } from './stored-response.ts'

export interface MemoryOptions {
  readonly archive: ResponseArchive
  readonly mayCall: (principal: Principal, service: string) => boolean
}

/** Lets a request go on from a response that is kept, and keeps the next. */
export function createResponseMemory(options: MemoryOptions): AnswerMemory {
  return {
    resolve: (body, caller) => {
      const request = { ...body, store: mayStore(body, caller) }
      const items = toItems(body['input'])
      const previous = body['previous_response_id']
      const isWhole = typeof previous !== 'string' && !items.some(isReference)
      return isWhole ? pinned(request, items, undefined) : expand(request, items, caller, options)
    },
    keep: answer => {
      if (answer.asked['store'] === true) options.archive.add(toStored(answer))
    },
  }
}

/** Keeps where the service keeps content, unless the client wants otherwise. */
function mayStore(body: Body, { service, storesContent }: MemoryCaller): boolean {
  const { store } = body
  if (store !== true || storesContent) return store !== false && storesContent
  const message = `The service ${service} keeps no content, so its responses cannot be stored. Send \`store: false\` or leave it out, and send the conversation with each request; or set \`storeContent: masked\` (or \`true\`) for the service.`
  throw new Failure('unsupported_parameter', message, { details: { parameter: 'store' } })
}

async function expand(
  request: Body,
  items: readonly Body[],
  { principal, targets }: MemoryCaller,
  options: MemoryOptions,
): Promise<ResolvedRequest> {
  const previousId = request['previous_response_id']
  const previous =
    typeof previousId === 'string' ? await findPrevious(previousId, principal, options) : undefined
  const input: Body[] = previous ? continueFrom(previous).filter(item => isReadableBy(targets, item)) : []
  for (const [index, item] of items.entries()) {
    input.push(isReference(item) ? await findItem(item['id'], index, previous, principal, options) : item)
  }
  return pinned({ ...request, input }, input, previous)
}

/**
 * Whether one of the targets can read the item. A service may have gone over to another model since: the conversation
 * then goes on without what only the former one could read.
 */
function isReadableBy(targets: readonly string[], item: Body): boolean {
  const target = sealedFor([item])
  return target === undefined || targets.includes(target)
}

function pinned(body: Body, items: readonly Body[], previous: StoredResponse | undefined): ResolvedRequest {
  const targetKey = sealedFor(items)
  const conversationId = previous?.conversationId
  if (targetKey === undefined) return { body, conversationId }
  const upstreamResponseId = previous?.target === targetKey ? previous.upstreamId : undefined
  return { body, conversationId, pin: { targetKey, upstreamResponseId } }
}

/** A response that the caller may see; `undefined` for all others, whether they exist or not. */
export async function findVisible(
  id: string,
  principal: Principal,
  { archive, mayCall }: MemoryOptions,
): Promise<StoredResponse | undefined> {
  const inferenceId = readResponseId(id)
  const stored = inferenceId === undefined ? undefined : await archive.find(inferenceId)
  const isVisible = stored?.tenant === homeTenant(principal) && mayCall(principal, stored?.service ?? '')
  return isVisible ? stored : undefined
}

async function findPrevious(
  id: string,
  principal: Principal,
  options: MemoryOptions,
): Promise<StoredResponse> {
  const stored = await findVisible(id, principal, options)
  if (stored) return stored
  const message = `Previous response with id '${id}' not found. It was deleted, is past retention, or was never stored: only services with \`storeContent\` keep responses.`
  throw new Failure('invalid_request', message, {
    details: { parameter: 'previous_response_id', openAiCode: 'previous_response_not_found' },
  })
}

function isReference(item: Body): boolean {
  const { type } = item
  return type === 'item_reference' || ((type === undefined || type === null) && item['role'] === undefined)
}

async function findItem(
  id: unknown,
  index: number,
  previous: StoredResponse | undefined,
  principal: Principal,
  options: MemoryOptions,
): Promise<Body> {
  const wanted = typeof id === 'string' ? id : ''
  const known = previous && itemOf(previous, wanted)
  if (known) return known
  const inferenceId = readItemId(wanted)
  const stored =
    inferenceId && (await findVisible(`resp_${inferenceId.replaceAll('-', '')}`, principal, options))
  const item = stored && itemOf(stored, wanted)
  if (item) return item
  throw new Failure('invalid_request', `Item with id '${wanted}' not found.`, {
    details: { parameter: `input[${index}].id` },
  })
}

function itemOf(stored: StoredResponse, id: string): Body | undefined {
  const listed = listInputItems(stored).findIndex(item => item['id'] === id)
  return listed < 0 ? outputOf(stored).find(item => item['id'] === id) : stored.input[listed]
}

function toStored(answer: KeptAnswer): StoredResponse {
  return {
    id: answer.inferenceId,
    tenant: homeTenant(answer.principal),
    service: answer.service,
    target: answer.target,
    upstreamId: answer.upstreamId,
    conversationId: answer.conversationId,
    input: toItems(answer.asked['input']),
    response: answer.answer,
    createdAt: new Date(timeOfId(answer.inferenceId) ?? Date.now()),
  }
}
