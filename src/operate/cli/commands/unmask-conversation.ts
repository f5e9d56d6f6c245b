import { Command } from 'commander'

import { usageError } from '../command-error.ts'
import { formatTime } from '../figures.ts'
import { openSession } from '../session.ts'
import { printTable } from '../table.ts'
import { listOf, unmaskedInferenceShape, unmaskedValueShape } from '../wire.ts'

interface Options {
  readonly reason: string
  readonly tenant?: string
  readonly conversation?: string
}

export function unmaskConversationCommand(): Command {
  return new Command('unmask')
    .description('Show the values behind the placeholders of a conversation; who did and why is kept')
    .argument('[inference]', 'an inference of the conversation')
    .requiredOption('--reason <text>', 'why, in ten characters or more; kept with your name')
    .option('--conversation <id>', 'the conversation, in place of an inference')
    .option('--tenant <id>', 'whose conversation it is', 'default')
    .action(async (inference: string | undefined, options: Options, command: Command) => {
      const { api, terminal } = openSession(command)
      if ((inference === undefined) === (options.conversation === undefined))
        throw usageError(
          'Nothing says which conversation.',
          'Name an inference of it, or the conversation with --conversation.',
        )
      const found =
        inference === undefined
          ? undefined
          : await api.read(`/api/inferences/${encodeURIComponent(inference)}`, unmaskedInferenceShape)
      const values = await api.read('/api/privacy/unmaskings', listOf(unmaskedValueShape), {
        method: 'POST',
        body: {
          tenant: found?.tenant ?? options.tenant,
          conversation: found ? (found.conversation_id ?? found.id) : options.conversation,
          reason: options.reason,
          ...(found && { key_id: found.key_id }),
        },
      })
      if (terminal.isJson) return terminal.printJson(values)
      printTable(
        terminal,
        values.data,
        [
          { title: 'placeholder', value: one => one.placeholder },
          { title: 'value', value: one => one.value ?? 'lost with its key' },
          { title: 'since', value: one => formatTime(one.created_at) },
        ],
        'Nothing of this conversation was masked, or it is past retention.',
      )
    })
}
