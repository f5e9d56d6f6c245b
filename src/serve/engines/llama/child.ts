/**
 * The engine process. It reads its settings from the first line of standard input, loads the model, listens on a free
 * port of the loopback address and says so in a line of JSON on standard output. When standard input ends, the parent
 * is gone or wants it gone, and it ends too.
 */
import { createInterface } from 'node:readline'
import { createChatTemplate } from './chat-prompt.ts'
import type { Tokenizer } from './chat-prompt.ts'
import { createEmbedder } from './embedder.ts'
import { createGenerator } from './generate.ts'
import type { Counters } from './generate.ts'
import { LoadError, loadModel } from './load-model.ts'
import type { LoadedModel } from './load-model.ts'
import { asTokens, createSequencePool } from './sequence-pool.ts'
import { createEngineServer } from './server.ts'
import { settingsSchema } from './settings.ts'
import type { ChildEvent, ChildSettings } from './settings.ts'

const lines = createInterface({ input: process.stdin })
lines.once('line', line => {
  start(settingsSchema.parse(JSON.parse(line))).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error)
    say({ event: 'failed', reason, isRetryable: !(error instanceof LoadError) || error.isRetryable })
    process.exit(1)
  })
})
// nothing here is worth saving, and an orderly end could hang in native code
const end = (): void => void process.kill(process.pid, 'SIGKILL')
lines.once('close', end)
// Ctrl-C in a terminal reaches the whole group; the parent lets streams end first
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined)
const parent = process.ppid
setInterval(() => {
  if (process.ppid !== parent) end()
}, 1000).unref()

function say(event: ChildEvent): void {
  process.stdout.write(`${JSON.stringify(event)}\n`)
}

async function start(settings: ChildSettings): Promise<void> {
  const loaded = await loadModel(settings, say)
  const server = createServer(settings, loaded)
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('The server has no port.')
    say({
      event: 'ready',
      port: address.port,
      contextSize: loaded.contextSize,
      trainContextSize: loaded.model.trainContextSize,
      parallel: settings.parallel,
      threads: loaded.threads,
      gpu: loaded.llama.gpu === false ? 'none' : loaded.llama.gpu,
    })
  })
}

function createServer(settings: ChildSettings, loaded: LoadedModel): ReturnType<typeof createEngineServer> {
  const { native, llama, model, context, contextSize, threads } = loaded
  const { batchSize } = context
  const counters: Counters = { promptTokens: 0, cachedPromptTokens: 0, generatedTokens: 0, progressAt: 0 }
  const pool = createSequencePool(context, settings.queueLimit)
  const tokenizer = createTokenizer(loaded)
  return createEngineServer({
    token: settings.token,
    name: settings.name,
    vocabularySize: model.fileInfo.metadata.tokenizer.ggml.tokens.length,
    tokenizer,
    template: createChatTemplate(model.fileInfo.metadata.tokenizer.chat_template, tokenizer),
    generator: createGenerator({ native, llama, model, pool, contextSize, batchSize, counters }),
    embedder: settings.embeddings ? createEmbedder(model, contextSize, threads) : undefined,
    detokenize: tokens => model.detokenize(asTokens(tokens), true),
    health: () => ({
      status: 'ok',
      activeSequences: pool.activeCount,
      queueLength: pool.queueLength,
      cacheTokens: pool.heldTokens,
      cacheTokenLimit: contextSize * settings.parallel,
      promptTokens: counters.promptTokens,
      cachedPromptTokens: counters.cachedPromptTokens,
      generatedTokens: counters.generatedTokens,
      stalledMs: pool.activeCount === 0 ? 0 : performance.now() - counters.progressAt,
      residentBytes: process.memoryUsage.rss(),
    }),
  })
}

function createTokenizer({ model }: LoadedModel): Tokenizer {
  const { bos, bosString, eosString, shouldPrependBosToken } = model.tokens
  return {
    tokenize: (text, withSpecial) => model.tokenize(text, withSpecial),
    isSpecial: token => {
      const [known] = asTokens([token])
      return model.isSpecialToken(known)
    },
    begin: bos === null || bosString === null ? undefined : { token: bos, text: bosString },
    endText: eosString ?? undefined,
    isBeginPrepended: shouldPrependBosToken,
  }
}
