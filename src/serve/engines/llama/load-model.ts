import { open, stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type * as Native from 'node-llama-cpp'
import type { Llama, LlamaContext, LlamaModel } from 'node-llama-cpp'
import type { ChildEvent, ChildSettings } from './settings.ts'

export interface LoadedModel {
  readonly native: NativePackage
  readonly llama: Llama
  readonly model: LlamaModel
  readonly context: LlamaContext
  /** Tokens a sequence may hold, prompt and answer together. */
  readonly contextSize: number
  readonly threads: number
}

/** Why an engine cannot start: said once, with the mend, instead of a loop of restarts. */
export class LoadError extends Error {
  override readonly name = 'LoadError'
  readonly isRetryable: boolean

  constructor(reason: string, options: { isRetryable?: boolean; cause?: unknown } = {}) {
    super(reason, options.cause === undefined ? undefined : { cause: options.cause })
    this.isRetryable = options.isRetryable ?? false
  }
}

type NativePackage = typeof Native

/** More context than this only where it is asked for: each sequence pays for it in memory from the start. */
const defaultContextLimit = 4096
/**
 * Below this size of the file, a second thread only adds waiting: the threads of llama.cpp meet after every operation,
 * and where cores are shared that took 1,450 tokens/s down to 75. Larger models leave one core to the server.
 */
const singleThreadBytes = 64 * 1024 * 1024

export async function loadModel(
  settings: ChildSettings,
  log: (event: ChildEvent) => void,
): Promise<LoadedModel> {
  const bytes = await checkFile(settings.modelPath)
  const threads =
    settings.threads ?? (bytes < singleThreadBytes ? 1 : Math.max(1, availableParallelism() - 1))
  const native = await importNative(settings.binariesDirectory)
  const complaints: string[] = []
  const llama = await startLlama(native, settings, threads, (level, message) => {
    if (level === 'error' || level === 'fatal') complaints.push(message.trim())
    log({
      event: 'log',
      level: level === 'fatal' ? 'error' : level === 'warn' || level === 'error' ? level : 'debug',
      message: message.trim(),
    })
  })
  const model = await llama.loadModel({ modelPath: settings.modelPath }).catch((cause: unknown) => {
    throw new LoadError(
      `${settings.modelPath} cannot be loaded: ${complaints[0] ?? text(cause)}. The file is damaged, not complete, or ` +
        `of an architecture that this version of llama.cpp does not know. Fetch it again, or use another model.`,
      { cause, isRetryable: /memory/i.test(text(cause)) },
    )
  })
  const contextSize = settings.contextSize ?? Math.min(model.trainContextSize, defaultContextLimit)
  const context = await model
    .createContext({ sequences: settings.parallel, contextSize, threads, ...cacheOptions(settings.kvCache) })
    .catch((cause: unknown) => {
      const isSmall = settings.kvCache !== 'f16'
      throw new LoadError(
        `There is not enough memory for ${settings.parallel} sequences of ${contextSize} tokens${isSmall ? `, or the model cannot keep them as ${settings.kvCache}` : ''}: ${text(cause)}. ` +
          `Lower contextSize or parallel of the engine${isSmall ? ', or set kvCache to f16' : ''}.`,
        { cause, isRetryable: true },
      )
    })
  return { native, llama, model, context, contextSize: Math.min(contextSize, context.contextSize), threads }
}

/** llama.cpp reads values that are not floats in flash attention only. */
function cacheOptions(type: ChildSettings['kvCache']) {
  if (type === 'f16') return {}
  const kind = type === 'q8_0' ? 'Q8_0' : 'Q4_0'
  return {
    flashAttention: true,
    experimentalKvCacheKeyType: kind,
    experimentalKvCacheValueType: kind,
  } as const
}

async function checkFile(path: string): Promise<number> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new LoadError(
      `There is no model at ${path}. Put the GGUF file there, or correct the engine's model.`,
      { cause },
    )
  })
  if (!found.isFile()) throw new LoadError(`${path} is not a file. Name the GGUF file itself.`)
  const file = await open(path).catch((cause: unknown) => {
    throw new LoadError(`${path} cannot be read: ${text(cause)}. Give this user the right to read it.`, {
      cause,
    })
  })
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0)
    if (bytesRead < 4 || buffer.toString('latin1') !== 'GGUF') {
      throw new LoadError(
        `${path} is not a GGUF file. Convert the model to GGUF, or name a file that is one.`,
      )
    }
  } finally {
    await file.close()
  }
  return found.size
}

/** The package itself, or the installation with GPU binaries beside it. */
async function importNative(directory: string | undefined): Promise<NativePackage> {
  if (directory === undefined) return import('node-llama-cpp')
  const entry = pathToFileURL(join(directory, 'node_modules', 'node-llama-cpp', 'dist', 'index.js')).href
  return import(entry).catch((cause: unknown) => {
    throw new LoadError(
      `The engine binaries in ${directory} cannot be loaded: ${text(cause)}. Run \`slipway engine install\` again, or remove the folder.`,
      { cause },
    )
  })
}

async function startLlama(
  native: NativePackage,
  settings: ChildSettings,
  threads: number,
  logger: (level: string, message: string) => void,
): Promise<Llama> {
  const { gpu } = settings
  try {
    return await native.getLlama({
      gpu: gpu === 'off' ? false : gpu,
      build: 'never',
      skipDownload: true,
      progressLogs: false,
      maxThreads: threads,
      logLevel: native.LlamaLogLevel.warn,
      logger,
    })
  } catch (cause) {
    const mend =
      gpu === 'cuda' || gpu === 'vulkan'
        ? `Run \`slipway engine install ${gpu}\` and see to the driver, or set gpu to auto.`
        : gpu === 'metal'
          ? 'Metal needs a Mac; set gpu to auto.'
          : 'Reinstall the packages, with optional ones, on this machine.'
    throw new LoadError(`llama.cpp has no binary that works here for gpu: ${gpu}. ${mend} (${text(cause)})`, {
      cause,
    })
  }
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
