import type { Block } from './content.ts'
import { unsupported } from './refuse.ts'

/**
 * `reasoning_effort` in the words of the model: Converse has none of its own. Claude takes an effort (`none` disables
 * thinking), OpenAI's open models take the parameter itself, Nova three levels; no other model on Bedrock has one.
 */
export function reasoningFields(effort: unknown, model: string): Block {
  if (effort === undefined || effort === null) return {}
  if (model.includes('anthropic.claude')) {
    if (effort === 'none') return { thinking: { type: 'disabled' } }
    if (effort !== 'minimal') return { output_config: { effort } }
    throw unsupported('reasoning_effort', 'Its efforts are `none`, `low`, `medium`, `high`, `xhigh`, `max`.')
  }
  if (model.includes('openai.gpt-oss')) return { reasoning_effort: effort }
  if (model.includes('amazon.nova')) {
    if (effort === 'none') return { reasoningConfig: { type: 'disabled' } }
    if (effort === 'low' || effort === 'medium' || effort === 'high') {
      return { reasoningConfig: { type: 'enabled', maxReasoningEffort: effort } }
    }
    throw unsupported('reasoning_effort', 'Its efforts are `none`, `low`, `medium` and `high`.')
  }
  throw unsupported(
    'reasoning_effort',
    'This model has none; what it has goes into `additionalModelRequestFields`.',
  )
}
