import { asList, asObject, type JsonObject } from '../loose-json.ts'
import { cacheControl, type Block } from './content.ts'
import { invalid, refuseOthers, unsupported } from './refuse.ts'

const toolFields = new Set(['type', 'function', 'cache_control'])
const functionFields = new Set(['name', 'description', 'parameters', 'strict'])

/** `tools`, `tool_choice` and `parallel_tool_calls` as Anthropic's `tools` and `tool_choice`. */
export function toTools(body: JsonObject): Block {
  const given = body['tools']
  const isParallel = body['parallel_tool_calls']
  if (given === undefined || given === null) {
    if (body['tool_choice'] !== undefined && body['tool_choice'] !== null) {
      throw invalid('tool_choice', '`tool_choice` is only allowed when `tools` are given.')
    }
    if (isParallel === false) {
      throw invalid('parallel_tool_calls', '`parallel_tool_calls` is only allowed when `tools` are given.')
    }
    return {}
  }
  const list = asList(given)
  if (!list) throw invalid('tools', '`tools` must be a list.')
  const choice = toToolChoice(body['tool_choice'], isParallel === false)
  return { tools: list.map(toTool), ...(choice ? { tool_choice: choice } : {}) }
}

function toTool(given: unknown, index: number): Block {
  const path = `tools[${index}]`
  const tool = asObject(given)
  const described = asObject(tool?.['function'])
  if (!tool || tool['type'] !== 'function' || !described) {
    throw unsupported(`${path}.type`, 'Only tools of type `function` can be sent to it.')
  }
  refuseOthers(tool, toolFields, path)
  refuseOthers(described, functionFields, `${path}.function`)
  const { description, strict } = described
  return {
    name: described['name'],
    ...(typeof description === 'string' ? { description } : {}),
    input_schema: described['parameters'] ?? { type: 'object', properties: {} },
    ...(strict === true ? { strict } : {}),
    ...cacheControl(tool),
  }
}

function toToolChoice(given: unknown, isSingle: boolean): Block | undefined {
  const single = isSingle ? { disable_parallel_tool_use: true } : {}
  if (given === undefined || given === null) return isSingle ? { type: 'auto', ...single } : undefined
  if (given === 'auto') return { type: 'auto', ...single }
  if (given === 'required') return { type: 'any', ...single }
  if (given === 'none') return { type: 'none' }
  const choice = asObject(given)
  const name = asObject(choice?.['function'])?.['name']
  if (choice?.['type'] === 'function' && typeof name === 'string') return { type: 'tool', name, ...single }
  throw unsupported('tool_choice', 'Use `auto`, `none`, `required` or the name of one function.')
}
