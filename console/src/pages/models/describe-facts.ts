import type { ModelVersion } from '../../api/types.ts'
import { formatCount, none } from '../../format/number.ts'

/** `llama, 848.5K parameters, F32, context 256`. */
export function describeFacts(facts: ModelVersion['facts']): string {
  const parts = [
    facts.architecture,
    facts.parameters === null ? null : `${formatCount(facts.parameters)} parameters`,
    facts.quantization,
    facts.context_length === null ? null : `context ${formatCount(facts.context_length)}`,
  ].filter(part => part !== null)
  return parts.length === 0 ? none : parts.join(', ')
}
