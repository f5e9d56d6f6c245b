import { z } from 'zod'

import type { ApiClient } from './api-client.ts'
import { readReference } from './dataset-reference.ts'
import { datasetRefShape, datasetVersionShape } from './dataset-wire.ts'
import { describeSource } from './describe-source.ts'
import { formatBytes, formatTime } from './figures.ts'
import { printFields } from './table.ts'
import type { Terminal } from './terminal.ts'

const shape = z.looseObject({
  version: datasetVersionShape.extend({ content_hash: z.string(), definition_hash: z.string() }),
  definition_text: z.string(),
  parents: z.array(z.looseObject({ id: z.string(), number: z.number() })),
  refs: z.array(datasetRefShape),
})
type Shown = z.output<typeof shape>

/** How a version was made, in one look, and what making it again takes. */
export async function showVersion(
  api: ApiClient,
  terminal: Terminal,
  text: string,
  options: { readonly tenant?: string; readonly definition?: true },
): Promise<void> {
  const { versionPath } = readReference(text)
  const shown = await api.read(versionPath, shape, { query: { tenant: options.tenant } })
  if (options.definition) return terminal.write(shown.definition_text)
  if (terminal.isJson) return terminal.printJson(shown)
  const { version, parents, refs } = shown
  printFields(terminal, [
    ['version', `${version.dataset}@${version.number}`],
    ['id', version.id],
    ['content', version.content_hash],
    ['at it', refs.map(({ name, kind }) => `${kind} ${name}`).join(', ') || undefined],
    ['rows', `${version.rows} in ${version.segments} segments · ${formatBytes(version.bytes)}`],
    ['key', version.key.join(', ') || 'none: rows are named by their content'],
    ['columns', version.columns.map(column => `${column.name} ${column.type}`).join(', ')],
    ['made of', parents.map(({ id, number }) => `${number} (${id.slice(0, 12)})`).join(' and ') || 'nothing'],
    ['by', `${version.author}, ${formatTime(version.created_at)}`],
    ['message', version.message || undefined],
    ['from', describeSource(version.source)],
    ...Object.entries(version.source)
      .filter(([name]) => name !== 'kind')
      .map(
        ([name, value]) => [`  ${name}`, typeof value === 'string' ? value : JSON.stringify(value)] as const,
      ),
    ['definition', version.definition_hash],
    [
      'checks',
      version.checks.map(({ check, outcome }) => `${check} ${outcome}`).join(', ') || 'none were declared',
    ],
  ])
  terminal.print('')
  for (const line of again(shown)) terminal.print(terminal.style.dim(line))
}

/** What it takes to make the version again, by what it was made of. */
function again({ version, parents }: Shown): string[] {
  const { dataset, number, source } = version
  const on = parents[0] ? ` on a branch at version ${parents[0].number}` : ''
  const check = `The same rows under the same schema have the same content hash.`
  const definition = `The definition that it was held to: slipway dataset show ${dataset}@${number} --definition`
  switch (source.kind) {
    case 'import':
      return [
        `Again: import the file with that SHA-256${on}, with its mode${'mode' in source ? '' : ' (not noted then)'}.`,
        definition,
        check,
      ]
    case 'merge':
      return [
        `Again: merge that version into one at version ${parents[0]?.number ?? '–'}.`,
        definition,
        check,
      ]
    case 'inferences':
    case 'feedback':
    case 'reviews':
      return [
        `Again: collect with that filter, sample, \`since\` and \`until\`${on}, as long as the traffic is kept and may still be used.`,
        definition,
        check,
      ]
    case 'derived':
      return [
        `Again: the step \`${String(source['by'])}\` on that version, with those parameters.`,
        definition,
        check,
      ]
    default:
      return [
        parents[0]
          ? `Again: the rows that were put in by hand are in slipway dataset diff ${dataset}@${parents[0].number} ${dataset}@${number}`
          : `Again: the rows that were put in by hand are in slipway dataset export ${dataset}@${number}`,
        definition,
        check,
      ]
  }
}
