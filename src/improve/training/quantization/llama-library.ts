import koffi from 'koffi'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The functions of the `libllama` that the engine ships, called directly: its package has no way to quantize. Structures are
 * those of `llama.h` and `ggml.h` at the version below and of no other, so another version is refused. For child processes only: native code may abort.
 */
const knownVersion = '0.5.0'

const pointer = 'void *'

koffi.struct('ModelParams', {
  devices: pointer,
  tensorBufferOverrides: pointer,
  gpuLayers: 'int32',
  splitMode: 'int32',
  loadMode: 'int32',
  lazyMode: 'int32',
  mainGpu: 'int32',
  tensorSplit: pointer,
  progressCallback: pointer,
  progressData: pointer,
  keyValueOverrides: pointer,
  vocabularyOnly: 'bool',
  checkTensors: 'bool',
  useExtraBuffers: 'bool',
  noHost: 'bool',
  noAllocation: 'bool',
  loadMtp: 'bool',
})

const tensor = koffi.struct('Tensor', {
  type: 'int32',
  buffer: pointer,
  extents: koffi.array('int64', 4),
  strides: koffi.array('size_t', 4),
  operation: 'int32',
  parameters: koffi.array('int32', 16),
  flags: 'int32',
  sources: koffi.array(pointer, 10),
  viewSource: pointer,
  viewOffset: 'size_t',
  data: pointer,
  name: koffi.array('char', 64),
  extra: pointer,
  padding: koffi.array('uint8', 8),
})

const sees = koffi.proto('bool Sees(void *tensor, bool isAsked, void *data)')

koffi.struct('ContextParams', {
  contextSize: 'uint32',
  batchSize: 'uint32',
  microBatchSize: 'uint32',
  mostSequences: 'uint32',
  recurrentSnapshots: 'uint32',
  mostOutputs: 'uint32',
  mostOutputsEach: 'uint32',
  threads: 'int32',
  batchThreads: 'int32',
  contextType: 'int32',
  ropeScaling: 'int32',
  pooling: 'int32',
  attention: 'int32',
  flashAttention: 'int32',
  ropeBase: 'float',
  ropeScale: 'float',
  yarnExtension: 'float',
  yarnAttention: 'float',
  yarnFast: 'float',
  yarnSlow: 'float',
  yarnContext: 'uint32',
  defragmentation: 'float',
  onTensor: koffi.pointer(sees),
  onTensorData: pointer,
  keyType: 'int32',
  valueType: 'int32',
  abortCallback: pointer,
  abortData: pointer,
  embeddings: 'bool',
  offload: 'bool',
  noTimings: 'bool',
  offloadOperations: 'bool',
  fullWindow: 'bool',
  unified: 'bool',
  samplers: pointer,
  samplerCount: 'size_t',
  other: pointer,
})

const importance = koffi.struct('Importance', { name: 'const char *', data: pointer, size: 'size_t' })

koffi.struct('QuantizeParams', {
  threads: 'int32',
  fileType: 'int32',
  outputType: 'int32',
  embeddingType: 'int32',
  requantize: 'bool',
  quantizeOutput: 'bool',
  onlyCopy: 'bool',
  pure: 'bool',
  keepSplit: 'bool',
  dryRun: 'bool',
  importance: pointer,
  keyValueOverrides: pointer,
  typeOverrides: pointer,
  prunedLayers: pointer,
  mostBytes: 'size_t',
})

koffi.struct('Batch', {
  count: 'int32',
  tokens: pointer,
  embeddings: pointer,
  positions: pointer,
  sequenceCounts: pointer,
  sequences: pointer,
  wanted: pointer,
})

/** A handle of the library: the address of something in it. */
export type Handle = NonNullable<unknown>

export interface SeenTensor {
  readonly operation: number
  readonly type: number
  readonly extents: readonly number[]
  readonly strides: readonly number[]
  readonly sources: readonly (Handle | null)[]
  readonly data: Handle
  readonly name: string
}

export type LlamaLibrary = ReturnType<typeof openLlamaLibrary>

export function openLlamaLibrary(folder: string) {
  const files = readdirSync(folder)
  const find = (name: string): string => {
    const file = files.find(one =>
      new RegExp(`^(?:lib)?${name}(?:\\.v[\\d.]+)?\\.(?:so|dylib|dll)$`).test(one),
    )
    if (file === undefined) throw new Error(`There is no ${name} in ${folder}.`)
    return join(folder, file)
  }
  koffi.load(find('ggml-base'), { global: true, lazy: true })
  const ggml = koffi.load(find('ggml'), { global: true })
  const llama = koffi.load(find('llama'))
  const version = llama.func('const char *llama_version()')() as string
  if (version.replace(/-dev$/, '') !== knownVersion) {
    throw new Error(`The engine is llama.cpp ${version}, and this is written for ${knownVersion}.`)
  }
  const silence = koffi.register(
    () => undefined,
    koffi.pointer(koffi.proto('void Logs(int level, const char *text, void *data)')),
  )
  llama.func('void llama_log_set(void *callback, void *data)')(silence, null)
  ggml.func('void ggml_backend_load_all_from_path(const char *folder)')(folder)
  llama.func('void llama_backend_init()')()
  return {
    modelParams: llama.func('ModelParams llama_model_default_params()'),
    contextParams: llama.func('ContextParams llama_context_default_params()'),
    quantizeParams: llama.func('QuantizeParams llama_model_quantize_default_params()'),
    quantize: llama.func(
      'uint32 llama_model_quantize(const char *from, const char *to, QuantizeParams *params)',
    ),
    loadModel: llama.func('void *llama_model_load_from_file(const char *file, ModelParams params)'),
    openContext: llama.func('void *llama_init_from_model(void *model, ContextParams params)'),
    memory: llama.func('void *llama_get_memory(void *context)'),
    clearMemory: llama.func('void llama_memory_clear(void *memory, bool data)'),
    vocabulary: llama.func('void *llama_model_get_vocab(void *model)'),
    vocabularySize: llama.func('int32 llama_vocab_n_tokens(void *vocabulary)'),
    trainedContext: llama.func('int32 llama_model_n_ctx_train(void *model)'),
    parameters: llama.func('uint64 llama_model_n_params(void *model)'),
    bytes: llama.func('uint64 llama_model_size(void *model)'),
    metadata: llama.func(
      'int32 llama_model_meta_val_str(void *model, const char *key, _Out_ uint8 *text, size_t size)',
    ),
    tokenize: llama.func(
      'int32 llama_tokenize(void *vocabulary, const char *text, int32 length, _Out_ int32 *tokens, int32 most, bool addSpecial, bool parseSpecial)',
    ),
    piece: llama.func(
      'int32 llama_token_to_piece(void *vocabulary, int32 token, _Out_ uint8 *text, int32 size, int32 strip, bool special)',
    ),
    isEnd: llama.func('bool llama_vocab_is_eog(void *vocabulary, int32 token)'),
    endToken: llama.func('int32 llama_vocab_eos(void *vocabulary)'),
    beginToken: llama.func('int32 llama_vocab_bos(void *vocabulary)'),
    tokenText: llama.func('const char *llama_vocab_get_text(void *vocabulary, int32 token)'),
    decode: llama.func('int32 llama_decode(void *context, Batch batch)'),
    logits: llama.func('float *llama_get_logits(void *context)'),
  }
}

/** Calls `see` with every tensor that is computed: first asked whether it wants its data, then with it. */
export function onTensors(see: (tensor: SeenTensor, isAsked: boolean) => boolean): Handle {
  return koffi.register((at: Handle, isAsked: boolean) => see(readTensor(at), isAsked), koffi.pointer(sees))
}

export function readTensor(at: Handle): SeenTensor {
  const found = koffi.decode(at, tensor) as Omit<SeenTensor, 'name' | 'extents' | 'strides'> & {
    name: string
    extents: ArrayLike<number | bigint>
    strides: ArrayLike<number | bigint>
  }
  return {
    ...found,
    extents: Array.from(found.extents, Number),
    strides: Array.from(found.strides, Number),
  }
}

/** Numbers that the library holds; valid until it is called again. */
export function floatsAt(at: Handle, count: number): Float32Array {
  return new Float32Array(koffi.view(at, count * 4), 0, count)
}

/** An importance matrix as the library takes it: the pointer, and what must live as long as the call. */
export function importanceList(entries: readonly { readonly name: string; readonly values: Float32Array }[]) {
  const list = koffi.alloc(importance, entries.length + 1)
  const kept = entries.map(({ name, values }, index) => {
    const data = koffi.alloc('float', values.length)
    koffi.encode(data, koffi.array('float', values.length), values)
    koffi.encode(list, index * koffi.sizeof(importance), importance, { name, data, size: values.length })
    return data
  })
  koffi.encode(list, entries.length * koffi.sizeof(importance), importance, {
    name: null,
    data: null,
    size: 0,
  })
  return { list, kept }
}
