/** Where a value stands in a JSON value. */
export type Path = readonly (string | number)[]

/** The same with another value at a place that there is; what lies beside the way is shared with the original. */
export function withValue<Value>(tree: Value, path: Path, value: unknown): Value {
  const [key, ...rest] = path
  if (key === undefined) return value as Value
  const copy = (Array.isArray(tree) ? [...(tree as unknown[])] : { ...tree }) as Record<
    string | number,
    unknown
  >
  copy[key] = withValue(copy[key], rest, value)
  return copy as Value
}

/** Members that never hold words of anybody: names and kinds of things, what is encrypted or encoded, what we count. */
export const wordless: ReadonlySet<string> = new Set([
  'id',
  'type',
  'object',
  'role',
  'status',
  'index',
  'model',
  'phase',
  'call_id',
  'tool_call_id',
  'tool_use_id',
  'item_id',
  'file_id',
  'container_id',
  'expires_at',
  'image_url',
  'b64_json',
  'partial_image_b64',
  'file_data',
  'file_url',
  'media_type',
  'detail',
  'encrypted_content',
  'encrypted_index',
  'signature',
  'data',
  'cache_control',
  'input_audio',
  'usage',
  'logprobs',
  'obfuscation',
  'system_fingerprint',
  'service_tier',
  'provider',
  'stop_reason',
  'stop_sequence',
  'finish_reason',
  'native_finish_reason',
  'format',
  'caller',
])
