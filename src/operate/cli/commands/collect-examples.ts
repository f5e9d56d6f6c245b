import { Command, Option } from 'commander'
import { z } from 'zod'

import { datasetTaskShape, publishedShape } from '../dataset-wire.ts'
import { parseMoment } from '../duration.ts'
import { openSession } from '../session.ts'
import type { Terminal } from '../terminal.ts'
import { followDatasetTask } from '../watch-dataset-task.ts'
import { usageError } from '../command-error.ts'

interface Options {
  readonly service?: readonly string[]
  readonly release?: string
  readonly outcome?: string
  readonly from?: string
  readonly since: string
  readonly until?: string
  readonly feedback?: string
  readonly label?: string
  readonly corrected?: true
  readonly score?: string
  readonly review?: string
  readonly sample?: string
  readonly each?: string
  readonly rate?: string
  readonly by?: string
  readonly salt?: string
  readonly preview?: true
  readonly branch?: string
  readonly message?: string
  readonly mode?: string
  readonly tenant?: string
}

const countsShape = z.looseObject({
  looked_at: z.number(),
  matched: z.number(),
  sampled: z.number(),
  left_out: z.array(z.looseObject({ why: z.string(), count: z.number() })),
  strata: z.array(z.looseObject({ stratum: z.string(), matched: z.number(), sampled: z.number() })),
})
const resultShape = z.looseObject({ counts: countsShape, published: publishedShape })

export function collectExamplesCommand(): Command {
  return new Command('collect')
    .description('Publish examples of traffic as a version: masked, and only of what may be used')
    .argument('<name>', 'the dataset; made where it is new')
    .option('--service <names...>', 'of these services (all)')
    .option('--release <name>', 'of this release')
    .addOption(new Option('--outcome <outcome>', 'how they ended').choices(['ok', 'error', 'aborted']))
    .addOption(
      new Option('--from <source>', 'only those with feedback, or with a review').choices([
        'inferences',
        'feedback',
        'reviews',
      ]),
    )
    .option('--since <when>', 'a span before now, or a time: 7d, 2026-01-31T00:00:00Z', '7d')
    .option('--until <when>', 'as --since (now)')
    .option('--feedback <range>', 'the score that users gave: 0.8.. or ..0.2 or 0.4..0.6')
    .option('--label <text>', 'a label that users gave')
    .option('--corrected', 'only where somebody said what the answer should have been')
    .option('--score <judge=range>', 'what a judge found: helpful=0.8..')
    .addOption(
      new Option('--review <decision>', 'what a person decided').choices(['approved', 'edited', 'rejected']),
    )
    .option('--sample <count>', 'so many of all strata together')
    .option('--each <count>', 'so many of each stratum')
    .option('--rate <share>', 'this share of each stratum, 0 to 1')
    .option('--by <columns>', 'what divides them into strata: service, release, outcome, label, review')
    .option('--salt <text>', 'another salt is another sample')
    .option('--preview', 'say how many there would be, and make nothing')
    .option('--branch <name>', 'where to publish it (main)')
    .option('--message <text>', 'what it is, for the history')
    .addOption(
      new Option('--mode <mode>', 'whether examples that are there already stay').choices(['upsert', 'all']),
    )
    .option('--tenant <id>', 'whose traffic and dataset')
    .action(async (name: string, options: Options, command: Command) => {
      const session = openSession(command)
      const { api, terminal } = session
      const query = { tenant: options.tenant }
      const body = bodyOf(options)
      if (options.preview === true) {
        const counts = await api.read('/api/dataset-collections/preview', countsShape, {
          method: 'POST',
          query,
          body,
        })
        return terminal.isJson ? terminal.printJson(counts) : printCounts(terminal, counts)
      }
      const { branch, message, mode } = options
      const started = await api.read(
        `/api/datasets/${encodeURIComponent(name)}/collections`,
        datasetTaskShape,
        {
          method: 'POST',
          query,
          body: { ...body, branch, message, mode },
        },
      )
      const result = resultShape.parse((await followDatasetTask(session, started.id)).result)
      if (terminal.isJson) return terminal.printJson(result)
      printCounts(terminal, result.counts)
      const { version, added, is_new: isNew } = result.published
      terminal.print(
        isNew
          ? `${terminal.style.green('✓')} ${name}@${version.number} · ${version.rows} rows, ${added} of them new`
          : `Nothing has changed: ${name} stays at version ${version.number}.`,
      )
    })
}

function bodyOf(options: Options): object {
  const [judge, range] = options.score?.split('=') ?? []
  const feedback = {
    ...(options.feedback !== undefined && rangeOf(options.feedback, '--feedback')),
    ...(options.label !== undefined && { label: options.label }),
    ...(options.corrected === true && { corrected: true }),
  }
  return {
    filter: {
      from: options.from,
      services: options.service,
      release: options.release,
      outcome: options.outcome,
      since: parseMoment(options.since, 'back'),
      until: options.until === undefined ? undefined : parseMoment(options.until, 'back'),
      feedback: Object.keys(feedback).length > 0 ? feedback : undefined,
      score:
        judge === undefined ? undefined : { judge, ...(range !== undefined && rangeOf(range, '--score')) },
      review: options.review,
    },
    sample: {
      by: options.by?.split(',').map(column => column.trim()),
      size: numberOf(options.sample),
      each: numberOf(options.each),
      rate: numberOf(options.rate),
      salt: options.salt,
    },
  }
}

function printCounts(terminal: Terminal, counts: z.output<typeof countsShape>): void {
  terminal.print(
    `${counts.looked_at} inferences looked at, ${counts.matched} match and may be used, ${counts.sampled} chosen.`,
  )
  for (const { why, count } of counts.left_out) terminal.print(`  ${count} left out: ${why}`)
  if (counts.strata.length > 1)
    for (const { stratum, matched, sampled } of counts.strata)
      terminal.print(`  ${stratum}: ${sampled} of ${matched}`)
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text)
}

function rangeOf(text: string, option: string): { least?: number; most?: number } {
  const [, least = '', most = ''] = /^([\d.]*?)\.\.([\d.]*)$/.exec(text) ?? []
  if (least === '' && most === '')
    throw usageError(`${option} is no range: ${text}`, 'Write 0.8.. or ..0.2 or 0.4..0.6.')
  return { ...(least !== '' && { least: Number(least) }), ...(most !== '' && { most: Number(most) }) }
}
