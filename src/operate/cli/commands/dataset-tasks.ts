import { Command } from 'commander'

import { datasetTaskShape, type WireDatasetTask } from '../dataset-wire.ts'
import { formatTime } from '../figures.ts'
import { wholeNumber } from '../options.ts'
import { openSession } from '../session.ts'
import { printFields, printTable } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { followDatasetTask } from '../watch-dataset-task.ts'
import { listOf } from '../wire.ts'

interface ListOptions {
  readonly dataset?: string
  readonly tenant?: string
  readonly open?: true
  readonly limit: number
  readonly cursor?: string
}

function listTasksCommand(): Command {
  return new Command('list')
    .description('List long operations on datasets, the newest first')
    .option('--dataset <name>', 'only those of a dataset')
    .option('--tenant <id>', 'only those of a tenant')
    .option('--open', 'only those that have not ended')
    .option('--limit <count>', 'how many', wholeNumber(1, 200), 20)
    .option('--cursor <cursor>', 'go on where an earlier list ended')
    .action(async ({ open, ...options }: ListOptions, command: Command) => {
      const { api, terminal } = openSession(command)
      const page = await api.read('/api/dataset-tasks', listOf(datasetTaskShape), {
        query: { ...options, ...(open && { open: 'true' }) },
      })
      if (terminal.isJson) return terminal.printJson(page)
      printTable(
        terminal,
        page.data,
        [
          { title: 'id', value: task => task.id },
          { title: 'kind', value: task => task.kind },
          { title: 'dataset', value: task => task.dataset ?? '–' },
          { title: 'state', value: task => task.state },
          { title: 'done', value: task => `${Math.floor(task.progress * 100)} %`, isNumber: true },
          { title: 'step', value: task => task.error?.code ?? task.step },
          { title: 'by', value: task => task.author },
          { title: 'begun', value: task => formatTime(task.created_at) },
        ],
        'There are no tasks.',
      )
      if (typeof page.next_cursor === 'string')
        terminal.note(terminal.style.dim(`More: add --cursor ${page.next_cursor}`))
    })
}

function showTaskCommand(): Command {
  return new Command('show')
    .description('Show a long operation: how far it is, or what came of it')
    .argument('<id>')
    .action(async (id: string, _options: object, command: Command) => {
      const { api, terminal } = openSession(command)
      printTask(terminal, await api.read(`/api/dataset-tasks/${encodeURIComponent(id)}`, datasetTaskShape))
    })
}

function watchTaskCommand(): Command {
  return new Command('watch')
    .description('Follow a long operation until its end; Ctrl-C leaves it running')
    .argument('<id>')
    .action(async (id: string, _options: object, command: Command) => {
      const session = openSession(command)
      printTask(session.terminal, await followDatasetTask(session, id))
    })
}

function cancelTaskCommand(): Command {
  return new Command('cancel')
    .description('Cancel a long operation; nothing of it is published')
    .argument('<id>')
    .action(async (id: string, _options: object, command: Command) => {
      const { api, terminal } = openSession(command)
      const task = await api.read(`/api/dataset-tasks/${encodeURIComponent(id)}/cancel`, datasetTaskShape, {
        method: 'POST',
      })
      if (terminal.isJson) return terminal.printJson(task)
      terminal.print(
        `${terminal.style.green('✓')} The task ${id} ${task.state === 'cancelled' ? 'is cancelled' : 'is being cancelled'}.`,
      )
    })
}

function printTask(terminal: Terminal, task: WireDatasetTask): void {
  if (terminal.isJson) return terminal.printJson(task)
  printFields(terminal, [
    ['id', task.id],
    ['kind', task.kind],
    ['dataset', task.dataset],
    ['state', task.state],
    ['done', `${Math.floor(task.progress * 100)} %${task.state === 'running' ? `, ${task.step}` : ''}`],
    ['by', `${task.author}, ${formatTime(task.created_at)}`],
    ['begun', task.attempts > 1 ? `${task.attempts} times` : undefined],
    ['error', task.error?.message],
    ['result', task.result === null || task.result === undefined ? undefined : JSON.stringify(task.result)],
  ])
}

/** `slipway dataset task …`. */
export function datasetTaskCommands(): Command {
  const parent = new Command('task')
    .description('Long operations: see, follow and cancel them')
    .helpCommand(false)
  for (const command of [listTasksCommand(), showTaskCommand(), watchTaskCommand(), cancelTaskCommand()])
    parent.addCommand(command)
  return parent
}
