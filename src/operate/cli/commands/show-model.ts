import { Command } from 'commander'
import { existsSync } from 'node:fs'
import path from 'node:path'

import type { ModelCard } from '../../../improve/training/index.ts'
import { formatBytes, formatDuration } from '../figures.ts'
import { readModelReference } from '../registry/model-reference.ts'
import { printRegistered } from '../registry/print-model.ts'
import { openSession } from '../session.ts'
import { printFields, printTable } from '../table.ts'
import type { Terminal } from '../terminal.ts'

export function showModelCommand(): Command {
  return new Command('show')
    .description('Show a model or a version of it; without a name, the card of the built-in model')
    .argument(
      '[model]',
      'NAME, NAME@3, NAME@ALIAS; or a folder in which a model was trained, whose card is shown',
    )
    .option('--tenant <id>', 'whose model')
    .action(async (word: string | undefined, { tenant }: { readonly tenant?: string }, command: Command) => {
      const session = openSession(command)
      const { terminal } = session
      if (word !== undefined && !isFolder(word))
        return await printRegistered(session, readModelReference(word), tenant)
      const { builtinModelDirectory, readModelCard } = await import('../../../improve/training/index.ts')
      const card = await readModelCard(word ?? builtinModelDirectory())
      if (terminal.isJson) return terminal.printJson(card)
      printCard(terminal, card)
    })
}

/** No name of a model holds a separator; a word alone is a folder where there is one with a card. */
function isFolder(word: string): boolean {
  return /[/\\]/.test(word) || existsSync(path.join(word, 'card.json'))
}

function printCard(terminal: Terminal, card: ModelCard): void {
  const { training, data } = card
  terminal.print(`${terminal.style.bold(card.name)}  ${card.description}\n`)
  printFields(terminal, [
    ['file', `${card.file}, ${formatBytes(card.bytes)}, ${card.license}`],
    ['sha256', card.sha256],
    ['parameters', card.parameters.toLocaleString('en')],
    [
      'shape',
      Object.entries(card.shape)
        .map(([name, value]) => `${name} ${value}`)
        .join(', '),
    ],
    [
      'training',
      `${training.steps} steps, ${training.tokensSeen.toLocaleString('en')} tokens, ${training.examples.toLocaleString('en')} examples, seed ${training.seed}, ${formatDuration(training.seconds)}, final loss ${training.finalLoss.toFixed(3)}`,
    ],
    [
      'data',
      `${data.products} products, ${data.intents} intents, ${data.styles} styles, seed ${data.seed}, ${percent(data.heldOutShare)} held out`,
    ],
    ['reproduce', card.reproduce],
  ])
  terminal.print('')
  const rows = [
    ...Object.entries(card.heldOut.scores).map(([name, score]) => ({ name, score })),
    ...Object.entries(card.heldOut.allFieldsByStyle).map(([style, score]) => ({
      name: `all fields, ${style}`,
      score,
    })),
  ]
  printTable(
    terminal,
    rows,
    [
      { title: `held out (${card.heldOut.messages} messages)`, value: row => row.name },
      { title: 'right', value: row => percent(row.score.share), isNumber: true },
      { title: '95 % interval', value: row => `${percent(row.score.low)} – ${percent(row.score.high)}` },
      { title: 'of', value: row => String(row.score.total), isNumber: true },
    ],
    'Nothing was measured.',
  )
  terminal.print('')
  for (const limit of card.limits) terminal.print(`- ${limit}`)
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}
