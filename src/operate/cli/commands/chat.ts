import { Command } from 'commander'

import { ask } from '../chat/ask.ts'
import type { Answer, ChatMessage, Question } from '../chat/ask.ts'
import { chooseModel } from '../chat/choose-model.ts'
import { converse, printableLines } from '../chat/converse.ts'
import { renderFigures } from '../chat/render-figures.ts'
import { usageError } from '../command-error.ts'
import { exitCodes } from '../exit-codes.ts'
import { withInterrupt } from '../interrupt.ts'
import { decimal, wholeNumber } from '../options.ts'
import { openSession } from '../session.ts'
import type { Session } from '../session.ts'
import { readStandardInput } from '../standard-input.ts'

interface Options {
  readonly model?: string
  readonly system?: string
  readonly temperature?: number
  readonly maxTokens?: number
  readonly seed?: number
}

export function chatCommand(): Command {
  return new Command('chat')
    .description('Ask a service; without a message, talk with it')
    .argument('[message...]', 'the message; standard input where it is not a terminal')
    .option('-m, --model <service>', 'the service to ask (default: support, or the only one)')
    .option('--system <text>', 'a system prompt')
    .option('--temperature <number>', 'how freely it answers', decimal(0, 2))
    .option('--max-tokens <count>', 'the longest answer', wholeNumber(1, 1_000_000))
    .option('--seed <number>', 'the same answer again, where the model can', wholeNumber(0, 2_147_483_647))
    .action(async (words: string[], options: Options, command: Command) => {
      const session = openSession(command)
      const { api, terminal } = session
      const isConversation = words.length === 0 && terminal.isInteractive
      const message = isConversation ? '' : await findMessage(words)
      const model = await chooseModel(api, options.model)
      const question: Question = {
        model,
        messages: options.system === undefined ? [] : [{ role: 'system', content: options.system }],
        parameters: {
          ...(options.temperature !== undefined && { temperature: options.temperature }),
          ...(options.maxTokens !== undefined && { max_tokens: options.maxTokens }),
          ...(options.seed !== undefined && { seed: options.seed }),
        },
      }
      if (isConversation) return converse(api, terminal, question)
      await askOnce(session, question, { role: 'user', content: message })
    })
}

async function findMessage(words: readonly string[]): Promise<string> {
  const message = words.length > 0 ? words.join(' ') : process.stdin.isTTY ? '' : await readStandardInput()
  if (message.trim() !== '') return message.trimEnd()
  throw usageError('There is no message.', 'Write `slipway chat "Where is my parcel?"`, or pipe one in.')
}

async function askOnce({ api, terminal }: Session, question: Question, message: ChatMessage): Promise<void> {
  const messages = [...question.messages, message]
  const answer = await withInterrupt(signal =>
    ask(api, { ...question, messages }, signal, text => {
      if (!terminal.isJson) terminal.write(printableLines(text))
    }),
  )
  if (answer.isAborted) process.exitCode = exitCodes.interrupted
  if (terminal.isJson) return terminal.printJson(toJson(question.model, answer))
  terminal.print('')
  terminal.note(terminal.style.dim(renderFigures(answer)))
}

function toJson(model: string, answer: Answer): unknown {
  return {
    model,
    content: answer.content,
    finish_reason: answer.finishReason ?? null,
    usage:
      answer.usage === undefined
        ? null
        : { input_tokens: answer.usage.input, output_tokens: answer.usage.output },
    ttft_ms: answer.firstTokenMs ?? null,
    latency_ms: answer.latencyMs,
    is_aborted: answer.isAborted,
    request_id: answer.requestId ?? null,
    inference_id: answer.inferenceId ?? null,
  }
}
