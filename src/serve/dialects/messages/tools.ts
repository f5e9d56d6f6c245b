import { asList, asObject } from '../../providers/index.ts'
import { cacheControl } from './content.ts'
import { invalid, refuseOthers, unsupported } from './refuse.ts'

type Body = Readonly<Record<string, unknown>>

const toolFields = new Set([
  'type',
  'name',
  'description',
  'input_schema',
  'strict',
  'cache_control',
  // every chat streams the arguments as they come
  'eager_input_streaming',
])
const choiceFields = new Set(['type', 'name', 'disable_parallel_tool_use'])

/** `tools` and `tool_choice` as a chat's `tools`, `tool_choice` and `parallel_tool_calls`. */
export function toChatTools(body: Body): Body {
  const given = body['tools']
  const choice = body['tool_choice'] ?? undefined
  const list = asList(given ?? [])
  if (!list) throw invalid('tools', 'Input should be a valid list')
  if (list.length === 0) {
    if (choice !== undefined) throw invalid('tool_choice', 'it may only be given where `tools` are')
    return {}
  }
  return { tools: list.map(toTool), ...toChoice(choice) }
}

function toTool(given: unknown, index: number): Body {
  const path = `tools.${index}`
  const tool = asObject(given)
  if (!tool) throw invalid(path, 'Input should be an object')
  const { type, name, description, input_schema: schema, strict } = tool
  if (type !== undefined && type !== null && type !== 'custom') {
    throw unsupported(
      `${path}.type`,
      `Tools of type ${JSON.stringify(type)} run at Anthropic, or need its models.`,
    )
  }
  refuseOthers(tool, toolFields, path)
  if (typeof name !== 'string') throw invalid(`${path}.name`, 'Field required')
  const described = {
    name,
    ...(typeof description === 'string' ? { description } : {}),
    parameters: schema ?? { type: 'object', properties: {} },
    ...(strict === true ? { strict } : {}),
  }
  return { type: 'function', function: described, ...cacheControl(tool) }
}

function toChoice(given: unknown): Body {
  if (given === undefined) return {}
  const choice = asObject(given)
  if (!choice) throw invalid('tool_choice', 'Input should be an object')
  refuseOthers(choice, choiceFields, 'tool_choice')
  const single = choice['disable_parallel_tool_use'] === true ? { parallel_tool_calls: false } : {}
  const { type, name } = choice
  if (type === 'auto') return { tool_choice: 'auto', ...single }
  if (type === 'any') return { tool_choice: 'required', ...single }
  if (type === 'none') return { tool_choice: 'none' }
  if (type === 'tool' && typeof name === 'string') {
    return { tool_choice: { type: 'function', function: { name } }, ...single }
  }
  throw invalid('tool_choice.type', "Input should be 'auto', 'any', 'tool' with a `name`, or 'none'")
}
