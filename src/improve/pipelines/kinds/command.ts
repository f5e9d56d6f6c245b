import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat, mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { Failure } from '../../../foundation/platform/index.ts'
import { holdsExpression } from '../declaration/template.ts'
import { packFolder } from '../artifacts/folder-archive.ts'
import { type CommandEnd, type Executor, type FindExecutor, folderVariable } from '../executors/executor.ts'
import {
  type Artifact,
  type ArtifactType,
  artifactTypes,
  type NewArtifact,
  type StageContext,
  type StageKind,
  type StageProblem,
  type StageResult,
} from '../stage-kind.ts'
import { parseJson } from './parse-json.ts'
import { followMetrics } from './read-metrics.ts'

const word = z.union([z.string().max(100_000), z.number(), z.boolean()]).transform(String)
const outputName = z.string().regex(/^[a-z][a-z0-9_]*$/, 'Write it in lower-case letters, digits and _.')

export const commandParameters = z.strictObject({
  command: z
    .array(word)
    .min(1)
    .max(1_000)
    .describe('The program and its words. Nothing interprets them: write `[sh, -c, "…"]` for a shell.'),
  executor: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe('Where it runs: a name of `pipelines.executors`; this machine (`process`) where left out.'),
  image: z
    .string()
    .min(1)
    .max(500)
    .optional()
    .describe('Of its container. Name it by digest (`…@sha256:…`) where its result may be used again.'),
  environment: z
    .record(
      z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,100}$/, 'Write a name of letters, digits and _.'),
      word,
    )
    .default({})
    .describe('Variables for it, beside those of the contract.'),
  files: z
    .record(
      z
        .string()
        .max(200)
        .regex(/^(?!\/)(?!.*\.\.)[A-Za-z0-9._/-]+$/, 'Write a path below the folder: `train.py`.'),
      z.string().max(262_144),
    )
    .default({})
    .describe('Texts that are put into its folder, by path.'),
  code: z
    .array(z.string().regex(/^\//, 'Write an absolute path.'))
    .max(100)
    .default([])
    .describe('Files and folders of this machine that it runs: what they hold is part of the cache key.'),
  outputs: z
    .record(outputName, z.enum(artifactTypes))
    .default({})
    .describe('What it leaves under `outputs/`: files and folders by name, all else as `NAME.json`.'),
})

export type CommandParameters = z.output<typeof commandParameters>

/** Of sysexits.h: another attempt would end the same. */
const exitUsage = 64
const exitConfiguration = 78

const followMs = 500
const mostOutputBytes = 1_048_576

/** Any command, as a process under the contract of `docs/extend/stage.md`. */
export function createCommand(find: FindExecutor): StageKind<CommandParameters> {
  return {
    name: 'command',
    description: 'Runs a command: `spec.json` and inputs in, `outputs/` and `metrics.jsonl` out.',
    version: 1,
    parameters: commandParameters,
    inputs: 'any',
    outputs: declaredOutputs,
    isProcess: true,
    async cacheKey({ parameters }) {
      const { parts, ...more } = find(parameters.executor ?? 'process').cacheBasis(parameters.image)
      const code = await Promise.all(
        parameters.code.map(async place => [`code ${place}`, await digestOfPlace(place)] as const),
      )
      return { ...more, parts: { ...parts, ...Object.fromEntries(code) } }
    },
    whyNot: parameters => whyNot(find, parameters),
    takesPlace: ({ executor }) => !find(executor ?? 'process').isElsewhere,
    goesOnElsewhere: ({ executor }) => find(executor ?? 'process').isElsewhere,
    run: async context => await runCommand(context, find(context.parameters.executor ?? 'process')),
  }
}

/** An executor that is not there, and an image that it does not take. */
function whyNot(find: FindExecutor, { executor = 'process', image }: CommandParameters): StageProblem[] {
  // what an expression will give is not known yet
  if (holdsExpression(executor)) return []
  const at = (place: string, error: unknown): StageProblem[] => {
    if (!(error instanceof Failure)) throw error
    return [{ path: [place], message: error.message, mend: 'See `pipelines.executors` of slipway.yaml.' }]
  }
  let found: Executor
  try {
    found = find(executor)
  } catch (error) {
    return at('executor', error)
  }
  if (image !== undefined && holdsExpression(image)) return []
  if (image !== undefined && executor === 'process')
    return [
      {
        path: ['image'],
        message: 'A command of this machine runs in no container.',
        mend: 'Name an `executor` that runs containers, or remove the image.',
      },
    ]
  try {
    found.cacheBasis(image)
    return []
  } catch (error) {
    return at(image === undefined ? 'executor' : 'image', error)
  }
}

/** Also of parameters with expressions that have no value yet. */
function declaredOutputs(parameters: unknown): Readonly<Record<string, ArtifactType>> {
  const outputs = z.looseObject({ outputs: commandParameters.shape.outputs }).safeParse(parameters)
  return outputs.success ? outputs.data.outputs : {}
}

async function digestOfPlace(place: string): Promise<string> {
  const found = await lstat(place).catch(() => undefined)
  if (!found)
    throw new Failure('invalid_request', `There is no ${place} on this machine, which \`code\` names.`)
  const hash = createHash('sha256')
  const chunks = found.isDirectory() ? packFolder(place) : (createReadStream(place) as AsyncIterable<Buffer>)
  for await (const chunk of chunks) hash.update(chunk)
  return hash.digest('hex')
}

async function runCommand(
  context: StageContext<CommandParameters>,
  executor: Executor,
): Promise<StageResult> {
  const { parameters } = context
  context.progress(0, 'prepares')
  const folder = await context.folder()
  await prepare(context, folder)
  const reader = followMetrics(path.join(folder, 'metrics.jsonl'), {
    metric: context.metric,
    progress: context.progress,
  })
  let reading: Promise<void> | undefined
  const follow = (): void => {
    reading ??= reader.read().finally(() => {
      reading = undefined
    })
  }
  const timer = setInterval(follow, followMs)
  context.progress(0, 'runs')
  let end: CommandEnd
  const work = context.stableId('command')
  try {
    end = await executor.run({
      id: context.stableId(`attempt ${context.attempt}`),
      work,
      tenant: context.caller.tenant,
      about: { pipeline: context.pipeline, run: context.runId, stage: context.stage },
      image: parameters.image,
      command: parameters.command,
      environment: environmentOf(context, executor, folder),
      secrets: context.secrets,
      folder,
      limits: context.limits,
      onNote: text => context.log('system', text),
      onOutput: context.log,
      signal: context.signal,
    })
  } finally {
    clearInterval(timer)
  }
  await reading
  await reader.read()
  const failure = failureOf(end)
  if (failure) return failure
  try {
    return { kind: 'done', outputs: await collect(parameters, folder) }
  } catch (error) {
    await executor.forget?.(work)
    throw error
  }
}

async function prepare(context: StageContext<CommandParameters>, folder: string): Promise<void> {
  for (const name of ['inputs', 'outputs', 'tmp']) await mkdir(path.join(folder, name))
  for (const [name, text] of Object.entries(context.parameters.files)) {
    const file = path.join(folder, name)
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, text, { mode: text.startsWith('#!') ? 0o755 : 0o644 })
  }
  const place = async (artifact: Artifact, relative: string) => {
    const { type, digest, value } = artifact
    if (type === 'file' || type === 'folder') {
      await context.materialize(artifact, path.join(folder, relative))
      return { type, digest, path: relative }
    }
    await mkdir(path.dirname(path.join(folder, relative)), { recursive: true })
    await writeFile(path.join(folder, `${relative}.json`), `${JSON.stringify(value)}\n`)
    return { type, digest, path: `${relative}.json`, value }
  }
  const inputs: Record<string, unknown> = {}
  for (const [name, input] of Object.entries(context.inputs)) {
    if (!('each' in input)) {
      inputs[name] = await place(input, `inputs/${name}`)
      continue
    }
    const each: Record<string, unknown> = {}
    for (const [key, artifact] of Object.entries(input.each))
      each[key] = await place(artifact, `inputs/${name}/${key.replaceAll(/[^A-Za-z0-9._-]/g, '_')}`)
    inputs[name] = { each }
  }
  const { pipeline, runId, stage, attempt, parameters } = context
  const spec = {
    version: 1,
    pipeline,
    run: runId,
    stage,
    attempt,
    idempotency_key: context.stableId('effect'),
    inputs,
    outputs: parameters.outputs,
    limits: {
      timeout_seconds: context.limits.timeoutMs / 1_000,
      memory_bytes: context.limits.memoryBytes ?? null,
      cpu_seconds: context.limits.cpuSeconds ?? null,
      disk_bytes: context.limits.diskBytes ?? null,
    },
  }
  await writeFile(path.join(folder, 'spec.json'), `${JSON.stringify(spec, null, 2)}\n`)
}

/** What a command finds in its environment beside its secrets. */
export function environmentOf(
  context: Pick<StageContext<CommandParameters>, 'parameters' | 'runId' | 'stage' | 'stableId'>,
  executor: Pick<Executor, 'folderOf' | 'environment'>,
  localFolder: string,
): Readonly<Record<string, string>> {
  const folder = executor.folderOf(localFolder)
  return {
    ...executor.environment(),
    ...context.parameters.environment,
    HOME: folder,
    TMPDIR: path.join(folder, 'tmp'),
    [folderVariable]: folder,
    SLIPWAY_STAGE_SPEC: path.join(folder, 'spec.json'),
    SLIPWAY_RUN: context.runId,
    SLIPWAY_STAGE: context.stage,
    SLIPWAY_IDEMPOTENCY_KEY: context.stableId('effect'),
  }
}

function failureOf(end: CommandEnd): StageResult | undefined {
  switch (end.kind) {
    case 'exited':
      if (end.code === 0) return undefined
      return {
        kind: 'failed',
        code: 'exit_code',
        message: `The command ended with ${end.code}. Its log says why.`,
        isRetryable: end.code !== exitUsage && end.code !== exitConfiguration,
      }
    case 'killed':
      return {
        kind: 'interrupted',
        message: `The command was ended by ${end.signal}, and not by us: want of memory on this machine is likely.`,
      }
    case 'limit':
      return { kind: 'failed', code: `over_${end.what}`, message: end.message, isRetryable: false }
    case 'cut':
      return { kind: 'interrupted', message: end.message }
    case 'stopped':
      return { kind: 'interrupted', message: 'The command was told to end.' }
  }
}

async function collect(
  { outputs }: CommandParameters,
  folder: string,
): Promise<Readonly<Record<string, NewArtifact>>> {
  const made: Record<string, NewArtifact> = {}
  for (const [name, type] of Object.entries(outputs)) {
    const isBytes = type === 'file' || type === 'folder'
    const place = path.join(folder, 'outputs', isBytes ? name : `${name}.json`)
    const found = await lstat(place).catch(() => undefined)
    if (!found)
      throw new Failure(
        'invalid_request',
        `The command ended well and has not left outputs/${path.basename(place)}, which it declares.`,
      )
    if (isBytes) {
      made[name] = { type, path: place }
      continue
    }
    if (!found.isFile() || found.size > mostOutputBytes)
      throw new Failure(
        'invalid_request',
        `outputs/${name}.json is no file of at most ${mostOutputBytes} bytes. Leave it as a \`file\`.`,
      )
    const value = parseJson(await readFile(place, 'utf8'))
    if (value === undefined) throw new Failure('invalid_request', `outputs/${name}.json is no JSON.`)
    made[name] = { type, value }
  }
  return made
}
