import { useSyncExternalStore } from 'react'
import {
  chatBody,
  type ChatMessage,
  type ChatParameters,
  type ChatUsage,
  streamChat,
} from '../../api/chat.ts'

/** One question or answer, with what was measured here while it streamed. */
export interface Turn {
  readonly id: number
  readonly role: 'user' | 'assistant'
  readonly text: string
  readonly state: 'done' | 'waiting' | 'streaming' | 'stopped' | 'failed'
  readonly error?: unknown
  readonly service?: string
  readonly inferenceId?: string | undefined
  /** Milliseconds from sending, as this browser saw them. */
  readonly firstTokenMs?: number
  readonly totalMs?: number
  readonly usage?: ChatUsage
  readonly finishReason?: string
}

export interface Setup {
  readonly service: string
  readonly systemPrompt: string
  readonly parameters: ChatParameters
}

/** A fast model makes more tokens than a screen has frames. */
const showEveryMs = 32

/**
 * The conversation of this browser tab. It lives outside the page, so that following an answer to its trace and
 * coming back loses nothing, and an answer goes on streaming meanwhile.
 */
let turns: readonly Turn[] = []
let lastId = 0
let abort: AbortController | undefined
const listeners = new Set<() => void>()

function set(next: readonly Turn[]): void {
  turns = next
  for (const listener of listeners) listener()
}

function change(id: number, changes: Partial<Turn>): void {
  set(turns.map(turn => (turn.id === id ? { ...turn, ...changes } : turn)))
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function useConversation(): readonly Turn[] {
  return useSyncExternalStore(subscribe, () => turns)
}

export function isAnswering(conversation: readonly Turn[]): boolean {
  return conversation.some(turn => turn.state === 'waiting' || turn.state === 'streaming')
}

/** What is sent: the system prompt, then all that was really said. */
export function toMessages(systemPrompt: string, conversation: readonly Turn[]): ChatMessage[] {
  const said = conversation
    .filter(turn => turn.text !== '' && turn.state !== 'failed')
    .map(turn => ({ role: turn.role, content: turn.text }))
  return systemPrompt.trim() === '' ? said : [{ role: 'system', content: systemPrompt.trim() }, ...said]
}

export function clearConversation(): void {
  stopAnswer()
  set([])
}

/** Aborts the call; the gateway then aborts the upstream. */
export function stopAnswer(): void {
  abort?.abort()
}

export async function ask(text: string, setup: Setup): Promise<void> {
  set([...turns, { id: ++lastId, role: 'user', text, state: 'done' }])
  await answer(setup)
}

/** Takes the last answer back and asks for another. */
export async function askAgain(setup: Setup): Promise<void> {
  if (turns.at(-1)?.role === 'assistant') set(turns.slice(0, -1))
  await answer(setup)
}

async function answer(setup: Setup): Promise<void> {
  const body = chatBody(setup.service, toMessages(setup.systemPrompt, turns), setup.parameters)
  const id = ++lastId
  const controller = new AbortController()
  abort = controller
  set([...turns, { id, role: 'assistant', text: '', state: 'waiting', service: setup.service }])
  const startedAt = performance.now()
  const elapsed = () => performance.now() - startedAt
  let text = ''
  let firstTokenMs: number | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  const show = () => {
    timer = undefined
    if (firstTokenMs !== undefined) change(id, { text, state: 'streaming', firstTokenMs })
  }
  const end = (changes: Partial<Turn>) => {
    clearTimeout(timer)
    show()
    change(id, { ...changes, totalMs: elapsed() })
  }
  try {
    for await (const event of streamChat(body, controller.signal)) {
      if (event.kind === 'start') change(id, { inferenceId: event.inferenceId })
      if (event.kind === 'text') {
        firstTokenMs ??= elapsed()
        text += event.text
        timer ??= setTimeout(show, showEveryMs)
      }
      if (event.kind === 'finish') change(id, { finishReason: event.reason })
      if (event.kind === 'usage') change(id, { usage: event.usage })
    }
    end({ state: 'done' })
  } catch (error) {
    end(controller.signal.aborted ? { state: 'stopped' } : { state: 'failed', error })
  }
}
