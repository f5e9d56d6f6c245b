/** The sizes of a Llama-architecture transformer with tied embeddings. */
export interface ModelShape {
  readonly vocabularySize: number
  /** Width of the residual stream; a multiple of `heads`. */
  readonly width: number
  readonly layers: number
  readonly heads: number
  /** Heads of keys and values, each shared by `heads / keyValueHeads` query heads. */
  readonly keyValueHeads: number
  /** Width inside the feed-forward network. */
  readonly hiddenWidth: number
  /** The longest sequence the model is meant for, in tokens. */
  readonly contextLength: number
  readonly ropeBase: number
  readonly normEpsilon: number
}

export interface ParameterShape {
  /** The tensor's name in a GGUF file. */
  readonly name: string
  /** Rows first: `[outputs, inputs]` for a matrix, `[width]` for a norm. */
  readonly dimensions: readonly number[]
}

export function headWidth(shape: ModelShape): number {
  return shape.width / shape.heads
}

/** Every parameter of the shape, in the order in which checkpoints and GGUF files hold them. */
export function parameterShapes(shape: ModelShape): ParameterShape[] {
  const { width, hiddenWidth } = shape
  const queryWidth = shape.heads * headWidth(shape)
  const keyWidth = shape.keyValueHeads * headWidth(shape)
  const layers = Array.from({ length: shape.layers }, (_, layer): ParameterShape[] => [
    { name: `blk.${layer}.attn_norm.weight`, dimensions: [width] },
    { name: `blk.${layer}.attn_q.weight`, dimensions: [queryWidth, width] },
    { name: `blk.${layer}.attn_k.weight`, dimensions: [keyWidth, width] },
    { name: `blk.${layer}.attn_v.weight`, dimensions: [keyWidth, width] },
    { name: `blk.${layer}.attn_output.weight`, dimensions: [width, queryWidth] },
    { name: `blk.${layer}.ffn_norm.weight`, dimensions: [width] },
    { name: `blk.${layer}.ffn_gate.weight`, dimensions: [hiddenWidth, width] },
    { name: `blk.${layer}.ffn_up.weight`, dimensions: [hiddenWidth, width] },
    { name: `blk.${layer}.ffn_down.weight`, dimensions: [width, hiddenWidth] },
  ])
  return [
    { name: 'token_embd.weight', dimensions: [shape.vocabularySize, width] },
    ...layers.flat(),
    { name: 'output_norm.weight', dimensions: [width] },
  ]
}

export function elementCount(dimensions: readonly number[]): number {
  return dimensions.reduce((product, dimension) => product * dimension, 1)
}
