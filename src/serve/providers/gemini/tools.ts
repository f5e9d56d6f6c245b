import { asList, asObject, type JsonObject } from '../loose-json.ts'
import { invalid, refuseOthers, unsupported } from './refuse.ts'

const toolFields = new Set(['type', 'function'])
const functionFields = new Set(['name', 'description', 'parameters', 'strict'])

/** `tools` and `tool_choice` as Gemini's `tools` and `toolConfig`. */
export function toTools(body: JsonObject): JsonObject {
  const given = body['tools']
  if (body['parallel_tool_calls'] === false) {
    throw unsupported('parallel_tool_calls', 'It calls several tools at once where it sees fit.')
  }
  if (given === undefined || given === null) {
    if (body['tool_choice'] !== undefined && body['tool_choice'] !== null) {
      throw invalid('tool_choice', '`tool_choice` is only allowed when `tools` are given.')
    }
    return {}
  }
  const list = asList(given)
  if (!list) throw invalid('tools', '`tools` must be a list.')
  if (list.length === 0) return {}
  const functionDeclarations = list.map(toDeclaration)
  const isStrict = list.some(tool => asObject(asObject(tool)?.['function'])?.['strict'] === true)
  const functionCallingConfig = toCallingConfig(body['tool_choice'], isStrict)
  return {
    tools: [{ functionDeclarations }],
    ...(functionCallingConfig ? { toolConfig: { functionCallingConfig } } : {}),
  }
}

function toDeclaration(given: unknown, index: number): JsonObject {
  const path = `tools[${index}]`
  const tool = asObject(given)
  const described = asObject(tool?.['function'])
  if (!tool || tool['type'] !== 'function' || !described) {
    throw unsupported(`${path}.type`, 'Only tools of type `function` can be sent to it.')
  }
  refuseOthers({ ...tool, cache_control: null }, toolFields, path)
  refuseOthers(described, functionFields, `${path}.function`)
  const { name, description, parameters } = described
  return {
    name,
    ...(typeof description === 'string' ? { description } : {}),
    ...(hasProperties(parameters) ? { parametersJsonSchema: parameters } : {}),
  }
}

/** A function without parameters has none to describe; Gemini refuses objects without properties. */
function hasProperties(schema: unknown): boolean {
  const object = asObject(schema)
  if (!object) return false
  const names = Object.keys(object).filter(name => name !== 'type' && name !== 'additionalProperties')
  if (names.some(name => name !== 'properties' && name !== 'required')) return true
  return Object.keys(asObject(object['properties']) ?? {}).length > 0
}

/** `VALIDATED` holds the model to the schemas, as `strict` asks, and leaves it free to call or not. */
function toCallingConfig(given: unknown, isStrict: boolean): JsonObject | undefined {
  if (given === undefined || given === null) return isStrict ? { mode: 'VALIDATED' } : undefined
  if (given === 'auto') return { mode: isStrict ? 'VALIDATED' : 'AUTO' }
  if (given === 'none') return { mode: 'NONE' }
  if (given === 'required') return { mode: 'ANY' }
  const choice = asObject(given)
  const name = asObject(choice?.['function'])?.['name']
  if (choice?.['type'] === 'function' && typeof name === 'string') {
    return { mode: 'ANY', allowedFunctionNames: [name] }
  }
  const allowed = asObject(choice?.['allowed_tools'])
  const names = asList(allowed?.['tools'])?.map(tool => asObject(asObject(tool)?.['function'])?.['name'])
  if (choice?.['type'] === 'allowed_tools' && names?.every(one => typeof one === 'string')) {
    return { mode: allowed?.['mode'] === 'required' ? 'ANY' : 'VALIDATED', allowedFunctionNames: names }
  }
  throw unsupported(
    'tool_choice',
    'Use `auto`, `none`, `required`, the name of one function or `allowed_tools`.',
  )
}
