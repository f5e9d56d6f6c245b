import { Command, Option } from 'commander'

import { usageError } from '../command-error.ts'
import { formatBytes } from '../figures.ts'
import { withInterrupt } from '../interrupt.ts'
import { collect } from '../options.ts'
import { importBuiltin } from '../registry/import-builtin.ts'
import { listModelFiles } from '../registry/list-model-files.ts'
import { readEvidence, readModelReference } from '../registry/model-reference.ts'
import { modelAliasShape, publishedShape } from '../registry/model-wire.ts'
import { sendModelFiles } from '../registry/send-model-files.ts'
import { retrying } from '../send-parts.ts'
import { openSession } from '../session.ts'

const builtinName = 'slipway-support'

interface Options {
  readonly name?: string
  readonly builtin?: true
  readonly alias?: string
  readonly dataset?: readonly string[]
  readonly base?: readonly string[]
  readonly metric?: readonly string[]
  readonly tag?: readonly string[]
  readonly evidence?: readonly string[]
  readonly format?: string
  readonly description?: string
  readonly because?: string
  readonly tenant?: string
}

export function importModelCommand(): Command {
  return new Command('import')
    .description('Register a GGUF file, or a folder as transformers writes it, as a version of a model')
    .argument('[path]', 'a GGUF file or a folder; what the server has of it is not sent again')
    .option('--name <model>', 'the model; made where it is new')
    .option('--builtin', `the model that comes with Slipway, with its corpus and card (as ${builtinName})`)
    .option('--alias <alias>', 'moves to the version, where its rules allow')
    .option('--dataset <reference>', 'the version that it was trained on: NAME@12; again for more', collect)
    .option('--base <model>', 'the model that it was trained from: NAME@3; again for more', collect)
    .option('--metric <name=value>', 'what was measured of it; again for more', collect)
    .option('--tag <name=value>', 'again for more', collect)
    .option('--evidence <kind:id>', 'what the alias is moved on: evaluation:ID; again for more', collect)
    .addOption(
      new Option('--format <format>', 'where its files do not say it').choices([
        'gguf',
        'huggingface',
        'mlflow',
        'other',
      ]),
    )
    .option('--description <text>', 'of the version')
    .option('--because <reason>', 'why, for the history')
    .option('--tenant <id>', 'whose model')
    .action(async (place: string | undefined, options: Options, command: Command) => {
      const session = openSession(command)
      const { api, terminal } = session
      const { name, at, modelPath } = readModelReference(nameOf(place, options))
      if (at !== undefined)
        throw usageError('Versions get their numbers themselves.', `Write --name ${name}.`)
      const query = { tenant: options.tenant }
      const metrics = pairsOf(options.metric, '--metric')
      const evidence = readEvidence(options.evidence)
      const published = await withInterrupt(async signal => {
        if (place === undefined)
          return await importBuiltin(
            session,
            { modelPath, tenant: options.tenant, reason: options.because },
            signal,
          )
        const files = await listModelFiles(place)
        const sent = await sendModelFiles(session, files, options.tenant, signal)
        // the same again gives the same version
        const answer = await retrying(
          signal,
          tries => terminal.note(`The server is not reached; tries again (${tries})`),
          () =>
            api.read(`${modelPath}/versions`, publishedShape, {
              method: 'POST',
              query,
              body: {
                files: sent.files,
                format: options.format,
                description: options.description,
                reason: options.because,
                tags: pairsOf(options.tag, '--tag'),
                metrics:
                  metrics &&
                  Object.fromEntries(
                    Object.entries(metrics).map(([key, value]) => [key, numberOf(key, value)]),
                  ),
                lineage: {
                  datasets: options.dataset?.map(reference => ({ reference })),
                  models: options.base?.map(reference => ({ reference, role: 'base' })),
                },
              },
              signal,
            }),
        )
        return { ...answer, sentBytes: sent.sentBytes }
      })
      const { version } = published
      if (options.alias !== undefined)
        await api.read(`${modelPath}/aliases/${encodeURIComponent(options.alias)}`, modelAliasShape, {
          method: 'PUT',
          query,
          body: { version: version.number, reason: options.because, evidence },
        })
      if (terminal.isJson) return terminal.printJson(published)
      terminal.print(
        `${terminal.style.green('✓')} ${name}@${version.number}${published.is_new ? '' : ' was there already'}: ${version.format}, ${version.files.length} ${version.files.length === 1 ? 'file' : 'files'}, ${formatBytes(version.bytes)} (${published.sentBytes === 0 ? 'nothing had to be sent' : `${formatBytes(published.sentBytes)} sent`}), ${version.digest.slice(0, 12)}.`,
      )
      if (options.alias !== undefined)
        terminal.print(`${terminal.style.green('✓')} ${name}@${options.alias} is version ${version.number}.`)
    })
}

function nameOf(place: string | undefined, { name, builtin }: Options): string {
  if ((place === undefined) !== (builtin === true))
    throw usageError('What is imported is one thing.', 'Name a file or a folder, or write --builtin.')
  if (name !== undefined) return name
  if (builtin === true) return builtinName
  throw usageError('The model has no name.', 'Add --name NAME.')
}

/** NAME=VALUE, each. */
function pairsOf(texts: readonly string[] | undefined, option: string): Record<string, string> | undefined {
  return (
    texts &&
    Object.fromEntries(
      texts.map(text => {
        const at = text.indexOf('=')
        if (at < 1) throw usageError(`${option} ${text} has no value.`, `Write ${option} NAME=VALUE.`)
        return [text.slice(0, at), text.slice(at + 1)]
      }),
    )
  )
}

function numberOf(name: string, text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isFinite(value)) return value
  throw usageError(`The metric ${name} is no number.`, `Write --metric ${name}=0.93.`)
}
