import { asList, asObject, type JsonObject } from '../loose-json.ts'
import { cachePoint, type Block } from './content.ts'
import type { Conversation } from './messages.ts'
import { invalid, refuseOthers, unsupported } from './refuse.ts'

const toolFields = new Set(['type', 'function', 'cache_control'])
const functionFields = new Set(['name', 'description', 'parameters', 'strict'])

/** `tools` and `tool_choice` as `toolConfig`; Converse has no word for `none` and none for one call at a time. */
export function toToolConfig(body: JsonObject, conversation: Conversation): Block {
  const given = body['tools']
  const choice = body['tool_choice']
  if (given === undefined || given === null) {
    if (choice !== undefined && choice !== null) {
      throw invalid('tool_choice', '`tool_choice` is only allowed when `tools` are given.')
    }
    return {}
  }
  const list = asList(given)
  if (!list) throw invalid('tools', '`tools` must be a list.')
  if (body['parallel_tool_calls'] === false) throw unsupported('parallel_tool_calls')
  if (choice === 'none') {
    if (!hasToolBlocks(conversation)) return {}
    throw unsupported('tool_choice', 'It cannot forbid tools to a conversation in which some were called.')
  }
  const toolChoice = toToolChoice(choice)
  return {
    toolConfig: {
      tools: list.flatMap((tool, index) => toTool(tool, `tools[${index}]`)),
      ...(toolChoice ? { toolChoice } : {}),
    },
  }
}

function hasToolBlocks({ messages }: Conversation): boolean {
  return messages.some(({ content }) => content.some(block => 'toolUse' in block || 'toolResult' in block))
}

function toTool(given: unknown, path: string): Block[] {
  const tool = asObject(given)
  const described = asObject(tool?.['function'])
  if (!tool || tool['type'] !== 'function' || !described) {
    throw unsupported(`${path}.type`, 'Only tools of type `function` can be sent to it.')
  }
  refuseOthers(tool, toolFields, path)
  refuseOthers(described, functionFields, `${path}.function`)
  const { name, description, parameters, strict } = described
  const toolSpec = {
    name,
    ...(typeof description === 'string' && description !== '' ? { description } : {}),
    inputSchema: { json: parameters ?? { type: 'object', properties: {} } },
    ...(strict === true ? { strict } : {}),
  }
  return [{ toolSpec }, ...cachePoint(tool)]
}

function toToolChoice(given: unknown): Block | undefined {
  if (given === undefined || given === null) return undefined
  if (given === 'auto') return { auto: {} }
  if (given === 'required') return { any: {} }
  const choice = asObject(given)
  const name = asObject(choice?.['function'])?.['name']
  if (choice?.['type'] === 'function' && typeof name === 'string') return { tool: { name } }
  throw unsupported('tool_choice', 'Use `auto`, `none`, `required` or the name of one function.')
}
