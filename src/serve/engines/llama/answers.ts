import type { Outcome, Piece } from './generate.ts'
import type { TokenLogProbability } from './log-probabilities.ts'

type Ending = Pick<Outcome, 'finishReason' | 'stop'>

/** How the parts of an answer look on the wire: one of these for chats, one for completions. */
export interface AnswerShape {
  /** The event that opens a choice; `undefined` where the dialect has none. */
  open(choice: number): object | undefined
  piece(choice: number, piece: Piece): object
  close(choice: number, ending: Ending): object
  usage(usage: object): object
  whole(choices: readonly WrittenChoice[], usage: object): object
}

export interface WrittenChoice {
  readonly pieces: readonly Piece[]
  readonly outcome: Outcome
}

interface Head {
  readonly id: string
  readonly created: number
  readonly model: string
}

export function chatShape(head: Head, isLogProbabilityWanted: boolean, isUsageWanted: boolean): AnswerShape {
  const { id, created, model } = head
  const chunk = (choices: readonly object[], usage?: object | null): object => ({
    id,
    object: 'chat.completion.chunk',
    created,
    model,
    choices,
    ...(isUsageWanted ? { usage: usage ?? null } : {}),
  })
  const log = (pieces: readonly Piece[]): object | null =>
    isLogProbabilityWanted
      ? { content: pieces.flatMap(piece => piece.logProbabilities), refusal: null }
      : null
  return {
    open: index =>
      chunk([{ index, delta: { role: 'assistant', content: '' }, logprobs: null, finish_reason: null }]),
    piece: (index, piece) =>
      chunk([{ index, delta: { content: piece.text }, logprobs: log([piece]), finish_reason: null }]),
    close: (index, ending) => chunk([{ index, delta: {}, logprobs: null, ...endOf(ending) }]),
    usage: usage => chunk([], usage),
    whole: (choices, usage) => ({
      id,
      object: 'chat.completion',
      created,
      model,
      choices: choices.map(({ pieces, outcome }, index) => ({
        index,
        message: { role: 'assistant', content: joined(pieces), refusal: null },
        logprobs: log(pieces),
        ...endOf(outcome),
      })),
      usage,
    }),
  }
}

/** `echoes` holds the text that each choice starts with. */
export function completionShape(
  head: Head,
  isLogProbabilityWanted: boolean,
  isUsageWanted: boolean,
  echoes: readonly string[],
): AnswerShape {
  const { id, created, model } = head
  const body = (choices: readonly object[], usage: object): object => ({
    id,
    object: 'text_completion',
    created,
    model,
    choices,
    ...usage,
  })
  const offsets = new Map<number, number>()
  const choice = (
    index: number,
    text: string,
    pieces: readonly Piece[],
    finishReason: string | null,
  ): object => {
    const offset = offsets.get(index) ?? echoes[index]?.length ?? 0
    const entries = pieces.flatMap(piece => piece.logProbabilities)
    offsets.set(index, offset + entries.reduce((sum, entry) => sum + entry.token.length, 0))
    const logprobs = isLogProbabilityWanted ? legacyLogProbabilities(entries, offset) : null
    return { text, index, logprobs, finish_reason: finishReason }
  }
  const usageField = (usage?: object): object => (isUsageWanted ? { usage: usage ?? null } : {})
  return {
    open: index => {
      const text = echoes[index] ?? ''
      return text === '' ? undefined : body([choice(index, text, [], null)], usageField())
    },
    piece: (index, piece) => body([choice(index, piece.text, [piece], null)], usageField()),
    close: (index, { finishReason }) => body([choice(index, '', [], finishReason)], usageField()),
    usage: usage => body([], { usage }),
    whole: (choices, usage) =>
      body(
        choices.map(({ pieces, outcome }, index) =>
          choice(index, (echoes[index] ?? '') + joined(pieces), pieces, outcome.finishReason),
        ),
        { usage },
      ),
  }
}

/** As vLLM does, `stop_reason` names the stop sequence, which OpenAI's clients are not told. */
function endOf({ finishReason, stop }: Ending): object {
  return { finish_reason: finishReason, ...(stop === undefined ? {} : { stop_reason: stop }) }
}

function joined(pieces: readonly Piece[]): string {
  return pieces.map(piece => piece.text).join('')
}

function legacyLogProbabilities(entries: readonly TokenLogProbability[], start: number): object {
  let offset = start
  return {
    tokens: entries.map(entry => entry.token),
    token_logprobs: entries.map(entry => entry.logprob),
    top_logprobs: entries.map(entry =>
      Object.fromEntries(entry.top_logprobs.map(({ token, logprob }) => [token, logprob])),
    ),
    text_offset: entries.map(entry => {
      const at = offset
      offset += entry.token.length
      return at
    }),
  }
}
