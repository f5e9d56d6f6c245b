import { z } from 'zod'

import { formatBytes, formatTime } from '../figures.ts'
import type { Session } from '../session.ts'
import { printFields, printTable } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { listOf } from '../wire.ts'
import type { readModelReference } from './model-reference.ts'
import {
  modelShape,
  modelVersionShape,
  versionDetailShape,
  type WireModel,
  type WireModelVersion,
  type WireVersionDetail,
} from './model-wire.ts'

/** A model with its aliases and newest versions, or one version with all that is known of it. */
export async function printRegistered(
  { api, terminal }: Session,
  { at, modelPath, versionPath }: ReturnType<typeof readModelReference>,
  tenant: string | undefined,
): Promise<void> {
  const query = { tenant }
  if (at !== undefined) {
    const version = await api.read(versionPath, versionDetailShape, { query })
    return terminal.isJson ? terminal.printJson(version) : printVersion(terminal, version)
  }
  const model = await api.read(modelPath, modelShape, { query })
  const versions = await api.read(
    `${modelPath}/versions`,
    listOf(modelVersionShape).extend({ next_cursor: z.string().nullish() }),
    { query: { ...query, limit: 20 } },
  )
  if (terminal.isJson) return terminal.printJson({ ...model, versions: versions.data })
  printModel(terminal, model, versions.data, versions.next_cursor !== null)
}

function printModel(
  terminal: Terminal,
  model: WireModel,
  versions: readonly WireModelVersion[],
  hasMore: boolean,
): void {
  terminal.print(`${terminal.style.bold(model.name)}  ${model.description}\n`)
  const held = model.protected
  printTable(
    terminal,
    model.aliases,
    [
      { title: 'alias', value: alias => alias.name },
      { title: 'version', value: alias => String(alias.version), isNumber: true },
      { title: 'moved by', value: alias => alias.author },
      { title: 'since', value: alias => formatTime(alias.updated_at) },
      { title: '', value: alias => (held.includes(alias.name) ? 'protected' : '') },
    ],
    held.length > 0 ? `No alias yet; protected: ${held.join(', ')}.` : 'No alias yet.',
  )
  terminal.print('')
  printTable(
    terminal,
    versions,
    [
      { title: 'version', value: version => String(version.number), isNumber: true },
      { title: 'digest', value: version => version.digest.slice(0, 12) },
      { title: 'format', value: version => version.format },
      { title: 'size', value: version => formatBytes(version.bytes), isNumber: true },
      { title: 'what', value: whatOf },
      { title: 'by', value: version => version.author },
      { title: 'made', value: version => formatTime(version.created_at) },
    ],
    'No version yet.',
  )
  if (hasMore) terminal.note(terminal.style.dim('There are older ones.'))
}

function whatOf({ facts }: WireModelVersion): string {
  const { architecture, parameters, quantization } = facts
  const millions = parameters === null ? null : `${(parameters / 1e6).toFixed(parameters < 1e8 ? 1 : 0)} M`
  return [architecture, millions, quantization].filter(fact => fact !== null).join(' ')
}

function printVersion(terminal: Terminal, version: WireVersionDetail): void {
  const { lineage, facts } = version
  terminal.print(`${terminal.style.bold(`${version.model}@${version.number}`)}  ${version.description}\n`)
  printFields(terminal, [
    ['digest', version.digest],
    ['what', `${version.format}, ${formatBytes(version.bytes)}, ${whatOf(version)}`],
    ['context', facts.context_length === null ? undefined : facts.context_length.toLocaleString('en')],
    ['license', facts.license],
    ['made', `${formatTime(version.created_at)} by ${version.author}`],
    ['aliases', version.aliases.map(({ name }) => name).join(', ') || 'none'],
    [
      'trained on',
      joined(
        lineage.datasets.map(
          one =>
            `${one.name}@${one.number ?? one.version.slice(0, 12)}${one.split === null ? '' : `:${one.split}`} (${one.role})`,
        ),
      ),
    ],
    ['from models', joined(lineage.models.map(one => `${one.model}@${one.version} (${one.role})`))],
    ['from runs', joined(lineage.runs.map(({ kind, id }) => `${kind} ${id}`))],
    ['metrics', joined(Object.entries(version.metrics).map(([name, value]) => `${name} ${value}`))],
    ['tags', joined(Object.entries(version.tags).map(([name, value]) => `${name}=${value}`))],
    ['attachments', joined(version.attachments.map(({ kind, name }) => `${kind} ${name}`))],
  ])
  terminal.print('')
  printTable(
    terminal,
    version.files,
    [
      { title: 'file', value: file => file.path },
      { title: 'size', value: file => formatBytes(file.bytes), isNumber: true },
      { title: 'sha256', value: file => file.sha256 },
    ],
    'No file.',
  )
  if (version.decisions.length > 0) {
    terminal.print('')
    printTable(
      terminal,
      version.decisions,
      [
        { title: 'decision', value: one => `${one.decision} for ${one.alias}` },
        { title: 'by', value: one => one.actor_name },
        { title: 'at', value: one => formatTime(one.created_at) },
        { title: 'because', value: one => one.reason },
      ],
      '',
    )
  }
  if (version.servings.length > 0) {
    terminal.print('')
    printServings(terminal, version.servings, '')
  }
}

export function printServings(
  terminal: Terminal,
  servings: WireVersionDetail['servings'],
  emptyText: string,
): void {
  printTable(
    terminal,
    servings,
    [
      { title: 'engine', value: one => one.engine },
      { title: 'version', value: one => String(one.version), isNumber: true },
      { title: 'server', value: one => one.server },
      { title: 'releases', value: one => one.releases.join(', ') },
      { title: 'from', value: one => formatTime(one.started_at) },
      { title: 'until', value: one => (one.ended_at === null ? 'now' : formatTime(one.ended_at)) },
    ],
    emptyText,
  )
}

const joined = (texts: readonly string[]): string | undefined =>
  texts.length === 0 ? undefined : texts.join(', ')
