import { Command, Option } from 'commander'

import { openSession } from '../session.ts'
import { printTable } from '../table.ts'
import { knownAnswerShape, listOf, reviewerShape } from '../wire.ts'

export function listReviewersCommand(): Command {
  return new Command('reviewers')
    .description('List who was trained to decide, and until when that holds')
    .option('--tenant <id>', 'only those of a tenant')
    .action(async (options: { tenant?: string }, command: Command) => {
      const { api, terminal } = openSession(command)
      const page = await api.read('/api/reviews/reviewers', listOf(reviewerShape), { query: { ...options } })
      if (terminal.isJson) return terminal.printJson(page)
      printTable(
        terminal,
        page.data,
        [
          { title: 'key', value: row => row.key_id },
          { title: 'name', value: row => row.name },
          { title: 'until', value: row => `${row.trained_until}${row.is_trained ? '' : ' (over)'}` },
          { title: 'training', value: row => row.training },
        ],
        'Nobody’s training is recorded: `slipway reviews train KEY --until DATE --training …`.',
      )
    })
}

export function trainReviewerCommand(): Command {
  return new Command('train')
    .description('Record what the holder of a key was taught for reviews, and until when it holds')
    .argument('<key>', 'the id of the key, as `slipway key list` shows it')
    .requiredOption('--training <text>', 'what was taught, and by whom')
    .requiredOption('--until <date>', 'the last day on which it holds, as 2027-06-30')
    .action(async (key: string, options: { training: string; until: string }, command: Command) => {
      const { api, terminal } = openSession(command)
      const path = `/api/reviews/reviewers/${encodeURIComponent(key)}`
      const reviewer = await api.read(path, reviewerShape, {
        method: 'PUT',
        body: { training: options.training, trained_until: options.until },
      })
      if (terminal.isJson) return terminal.printJson(reviewer)
      terminal.print(
        `${terminal.style.green('✓')} ${reviewer.name} may decide until ${reviewer.trained_until}.`,
      )
    })
}

interface KnownOptions {
  readonly tenant?: string
  readonly service: string
  readonly prompt: string
  readonly answer: string
  readonly expected: string
  readonly because: string
}

export function listKnownAnswersCommand(): Command {
  return new Command('list')
    .description('List items whose right answer is known')
    .action(async (_options, command: Command) => {
      const { api, terminal } = openSession(command)
      const page = await api.read('/api/reviews/known-answers', listOf(knownAnswerShape))
      if (terminal.isJson) return terminal.printJson(page)
      printTable(
        terminal,
        page.data,
        [
          { title: 'id', value: item => item.id },
          { title: 'service', value: item => item.service },
          { title: 'right is', value: item => `${item.expected}${item.is_active ? '' : ' (retired)'}` },
          { title: 'given', value: item => String(item.given), isNumber: true },
          { title: 'right', value: item => String(item.right), isNumber: true },
          { title: 'answer', value: item => item.answer.slice(0, 60) },
        ],
        'There are none: add one with `slipway reviews known add`.',
      )
    })
}

export function addKnownAnswerCommand(): Command {
  return new Command('add')
    .description('Add an item whose right answer is known; no client ever gets it')
    .requiredOption('--service <name>', 'the service that it looks like')
    .requiredOption('--prompt <text>', 'what was asked')
    .requiredOption('--answer <text>', 'what is to be decided on')
    .addOption(
      new Option('--expected <verdict>', 'what is right')
        .choices(['approve', 'edit', 'reject'])
        .makeOptionMandatory(),
    )
    .requiredOption('--because <reason>', 'why; reviewers are told once they have decided')
    .option('--tenant <id>', 'whose reviewers get it')
    .action(async (options: KnownOptions, command: Command) => {
      const { api, terminal } = openSession(command)
      const { because, ...body } = options
      const item = await api.read('/api/reviews/known-answers', knownAnswerShape, {
        method: 'POST',
        body: { ...body, reason: because },
      })
      if (terminal.isJson) return terminal.printJson(item)
      terminal.print(`${terminal.style.green('✓')} ${item.id} is mixed in from now on.`)
    })
}

export function retireKnownAnswerCommand(): Command {
  return new Command('retire')
    .description('Give an item with a known answer to nobody any more')
    .argument('<id>', 'as `slipway reviews known list` shows it')
    .action(async (id: string, _options: object, command: Command) => {
      const { api, terminal } = openSession(command)
      await api.send(`/api/reviews/known-answers/${encodeURIComponent(id)}`, { method: 'DELETE' })
      if (terminal.isJson) return terminal.printJson({ id, is_active: false })
      terminal.print(`${terminal.style.green('✓')} ${id} is given to nobody any more.`)
    })
}
