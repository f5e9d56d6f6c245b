/** The part of GGUF version 3 (ggml's model file) that a dense model in floats needs. */
export type GgufValue =
  | { readonly type: 'uint32'; readonly value: number }
  | { readonly type: 'float32'; readonly value: number }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'int32s'; readonly value: readonly number[] }

export interface GgufTensor {
  readonly name: string
  /** Rows first, as everywhere in the trainer; the file has them the other way round. */
  readonly dimensions: readonly number[]
  readonly values: Float32Array<ArrayBuffer>
}

export interface GgufFile {
  readonly metadata: ReadonlyMap<string, GgufValue>
  readonly tensors: readonly GgufTensor[]
}

export const ggufMagic = 'GGUF'
export const ggufVersion = 3
/** Tensors start at multiples of this many bytes. */
export const ggufAlignment = 32

/** Codes of value types; an array is `array`, the code of its elements, their count, the elements. */
export const valueCodes = { int32: 5, uint32: 4, float32: 6, bool: 7, string: 8, array: 9 } as const
/** Codes of tensor types. */
export const tensorCodes = { float32: 0, float16: 1 } as const
