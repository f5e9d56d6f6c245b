import { createInterface } from 'node:readline'

import type { ApiClient } from '../api-client.ts'
import { reportError } from '../report-error.ts'
import { printable } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { ask } from './ask.ts'
import type { ChatMessage, Question } from './ask.ts'
import { renderFigures } from './render-figures.ts'

const help = '/reset begins anew, /system TEXT sets the system prompt, /exit ends. Ctrl-C stops an answer.'

/** A conversation in the terminal, until `/exit`, Ctrl-D or Ctrl-C at the prompt. */
export async function converse(api: ApiClient, terminal: Terminal, first: Question): Promise<void> {
  const { style } = terminal
  let messages: readonly ChatMessage[] = first.messages
  let answering: AbortController | undefined
  const reader = createInterface({
    input: process.stdin,
    output: process.stdout,
    prompt: style.bold(style.cyan(`${first.model} › `)),
    historySize: 200,
  })
  reader.on('SIGINT', () => {
    if (answering === undefined) reader.close()
    else answering.abort()
  })
  terminal.print(style.dim(`${first.model} at ${api.url}. ${help}`))

  async function answer(text: string): Promise<void> {
    const asked = [...messages, { role: 'user', content: text } as const]
    answering = new AbortController()
    try {
      const reply = await ask(api, { ...first, messages: asked }, answering.signal, piece =>
        terminal.write(printableLines(piece)),
      )
      terminal.print('')
      terminal.print(style.dim(renderFigures(reply)))
      if (!reply.isAborted) messages = [...asked, { role: 'assistant', content: reply.content }]
    } catch (error) {
      terminal.print('')
      reportError(error, false)
    } finally {
      answering = undefined
    }
  }

  reader.prompt()
  for await (const line of reader) {
    const text = line.trim()
    const [command, ...rest] = text.split(' ')
    if (command === '/exit' || command === '/quit') break
    if (command === '/reset') {
      messages = first.messages
      terminal.print(style.dim('Forgotten.'))
    } else if (command === '/system') {
      messages = rest.length === 0 ? [] : [{ role: 'system', content: rest.join(' ') }]
      terminal.print(style.dim(rest.length === 0 ? 'No system prompt.' : 'The system prompt is set.'))
    } else if (text.startsWith('/')) terminal.print(style.dim(help))
    else if (text !== '') await answer(text)
    reader.prompt()
  }
  reader.close()
}

/** A model's text must not steer the terminal; line breaks and tabs are its right. */
export function printableLines(text: string): string {
  return text
    .split(/([\n\t])/)
    .map(part => (part === '\n' || part === '\t' ? part : printable(part)))
    .join('')
}
