import { Command } from 'commander'
import { z } from 'zod'

import { formatMs, formatTime, formatUsd } from '../figures.ts'
import { inferenceColumns } from '../inference-columns.ts'
import { openSession } from '../session.ts'
import { type Column, printFields, printTable } from '../table.ts'
import { inferenceShape } from '../wire.ts'
import { conversationShape } from './list-conversations.ts'

const turnShape = inferenceShape.extend({
  verdicts: z.array(z.looseObject({ guard: z.string(), outcome: z.string() })),
  scores: z.array(
    z.looseObject({ name: z.string(), value: z.number().nullish(), label: z.string().nullish() }),
  ),
  feedback: z.array(z.looseObject({ score: z.number().nullish(), label: z.string().nullish() })),
})
const detailShape = conversationShape.extend({ inferences: z.array(turnShape), is_truncated: z.boolean() })
type Turn = z.output<typeof turnShape>

export function showConversationCommand(): Command {
  return new Command('show')
    .description('Show the turns of a conversation in their order')
    .argument('<id>', 'its id, as inferences have it')
    .option('--tenant <id>', 'whose it is')
    .action(async (id: string, options: { tenant?: string }, command: Command) => {
      const { api, terminal } = openSession(command)
      const path = `/api/conversations/${encodeURIComponent(id)}`
      const conversation = await api.read(path, detailShape, { query: { tenant: options.tenant } })
      if (terminal.isJson) return terminal.printJson(conversation)
      printFields(terminal, [
        ['conversation', conversation.id],
        ['tenant', conversation.tenant],
        ['began', formatTime(conversation.started_at)],
        ['turns', String(conversation.turns)],
        ['cost', formatUsd(conversation.cost_nano_usd)],
      ])
      const told: Column<Turn>[] = [
        {
          title: 'checks',
          value: ({ verdicts }) =>
            verdicts.map(({ guard, outcome }) => `${guard} ${outcome}`).join(', ') || '–',
        },
        {
          title: 'scores',
          value: ({ scores }) =>
            scores.map(({ name, value, label }) => `${name} ${label ?? value ?? ''}`).join(', ') || '–',
        },
        {
          title: 'feedback',
          value: ({ feedback }) => feedback.map(({ score, label }) => label ?? score ?? '').join(', ') || '–',
        },
      ]
      const own = ['started', 'id', 'service', 'outcome', 'tokens', 'cost']
      const columns = inferenceColumns().filter(({ title }) => own.includes(title))
      const latency: Column<Turn> = {
        title: 'latency',
        value: turn => formatMs(turn.latency_ms),
        isNumber: true,
      }
      printTable(terminal, conversation.inferences, [...columns, latency, ...told], 'It has no turns.')
      if (conversation.is_truncated) terminal.note(terminal.style.dim('It has more turns than are shown.'))
    })
}
