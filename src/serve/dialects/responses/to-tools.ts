import { asWords } from '../../../foundation/platform/index.ts'
import { asList, asObject, asText } from '../../providers/index.ts'
import type { Body } from '../client-dialect.ts'
import { invalid, isGiven, refuseOthers, unsupported } from './refuse.ts'

const functionFields = new Set(['type', 'name', 'description', 'parameters', 'strict'])

/** `tools`, `tool_choice` and `parallel_tool_calls` of a chat. */
export function toTools(body: Body): Body {
  const given = body['tools']
  const list = isGiven(given) ? asList(given) : []
  if (!list) throw invalid('tools', '`tools` must be a list.')
  const tools = list.map((tool, index) => toTool(tool, `tools[${index}]`))
  const { tool_choice: choice } = body
  if (tools.length === 0) {
    if (!isGiven(choice) || choice === 'auto' || choice === 'none') return {}
    throw invalid('tool_choice', '`tool_choice` is only allowed when `tools` are given.')
  }
  const parallel = body['parallel_tool_calls']
  return {
    tools,
    ...toChoice(choice, tools),
    ...(isGiven(parallel) ? { parallel_tool_calls: parallel } : {}),
  }
}

interface ChatTool {
  readonly type: 'function'
  readonly function: Body
}

function toTool(given: unknown, path: string): ChatTool {
  const tool = asObject(given)
  if (tool?.['type'] !== 'function') {
    const type = `\`${asWords(tool?.['type'])}\``
    throw unsupported(
      `${path}.type`,
      `It has no built-in tool ${type}: send functions, and run them yourself.`,
    )
  }
  const { defer_loading: isDeferred, ...rest } = tool
  if (isDeferred === true) throw unsupported(`${path}.defer_loading`, 'Leave it out.')
  refuseOthers(rest, functionFields, path)
  const { type: _, ...fields } = rest
  const described = Object.fromEntries(Object.entries(fields).filter(([, value]) => isGiven(value)))
  return { type: 'function', function: described }
}

function toChoice(given: unknown, tools: readonly ChatTool[]): Body {
  if (!isGiven(given)) return {}
  if (typeof given === 'string') return { tool_choice: given }
  const choice = asObject(given)
  const name = asText(choice?.['name'])
  if (choice?.['type'] === 'function' && name !== undefined) {
    return { tool_choice: { type: 'function', function: { name } } }
  }
  if (choice?.['type'] === 'allowed_tools') return toAllowed(choice, tools)
  throw unsupported('tool_choice', 'Use `auto`, `none`, `required`, one function or `allowed_tools`.')
}

/** The tools that are not allowed are not shown to the model: what every upstream understands. */
function toAllowed(choice: Body, tools: readonly ChatTool[]): Body {
  const names = (asList(choice['tools']) ?? []).map((entry, index) => {
    const tool = asObject(entry)
    const name = asText(tool?.['name'])
    if (tool?.['type'] === 'function' && name !== undefined) return name
    throw unsupported(`tool_choice.tools[${index}]`, 'Name functions of `tools`.')
  })
  const unknown = names.find(name => tools.every(tool => tool.function['name'] !== name))
  if (unknown !== undefined || names.length === 0) {
    throw invalid('tool_choice.tools', '`tool_choice.tools` must name functions of `tools`.')
  }
  return {
    tools: tools.filter(tool => names.includes(asWords(tool.function['name']))),
    tool_choice: choice['mode'] ?? 'auto',
  }
}
