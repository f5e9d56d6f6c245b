type Json = Record<string, unknown>

/** A page to read an OpenAPI description on: no script, no network, printable. */
export function renderApiPage(description: Json): string {
  const info = description['info'] as { title: string; version: string; description: string }
  const paths = description['paths'] as Record<string, Record<string, Operation>>
  const groups = new Map<string, string[]>()
  for (const [path, operations] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const tag = operation.tags?.[0] ?? 'Other'
      groups.set(tag, [...(groups.get(tag) ?? []), renderOperation(method, path, operation, description)])
    }
  }
  const tags = [...groups.keys()]
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escape(info.title)}</title><style>${style}</style></head><body>
<nav aria-label="Groups"><h1>${escape(info.title)}</h1><p>${escape(info.version)} · <a href="/api/openapi.json">openapi.json</a></p>
${tags.map(tag => `<a href="#${slug(tag)}">${escape(tag)}</a>`).join('')}</nav>
<main><p class="lead">${escape(info.description)}</p>
${tags.map(tag => `<section id="${slug(tag)}"><h2>${escape(tag)}</h2>${(groups.get(tag) ?? []).join('')}</section>`).join('')}
</main></body></html>`
}

interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly tags?: readonly string[]
  readonly parameters?: readonly {
    name: string
    in: string
    required: boolean
    description?: string
    schema: Json
  }[]
  readonly requestBody?: { content: Record<string, { schema: Json }> }
  readonly responses: Record<string, { description: string; content?: Record<string, { schema: Json }> }>
  readonly 'x-permission'?: string
}

function renderOperation(method: string, path: string, operation: Operation, description: Json): string {
  const body = Object.values(operation.requestBody?.content ?? {})[0]?.schema
  const [status, success] = Object.entries(operation.responses)[0] ?? []
  const output = Object.values(success?.content ?? {})[0]?.schema
  const parameters = (operation.parameters ?? []).map(parameter => [
    parameter.name,
    `${typeOf(parameter.schema)} · in ${parameter.in}${parameter.required ? ' · required' : ''}`,
    parameter.description ?? '',
  ])
  return `<article id="${escape(operation.operationId)}"><h3><code class="${method}">${method.toUpperCase()}</code> <code>${escape(path)}</code></h3>
<p>${escape(operation.summary)}${operation['x-permission'] ? ` <small>needs <code>${escape(operation['x-permission'])}</code></small>` : ''}</p>
${renderTable('Parameters', parameters)}
${renderTable('Body', propertiesOf(body, description))}
${renderTable(`Answer ${status ?? ''}`, propertiesOf(output, description))}</article>`
}

function propertiesOf(schema: Json | undefined, description: Json): string[][] {
  const resolved = resolve(schema, description)
  const item = resolve(((resolved?.['properties'] as Json)?.['data'] as Json)?.['items'] as Json, description)
  const object = item?.['properties'] ? item : resolved
  const required = (object?.['required'] ?? []) as string[]
  return Object.entries((object?.['properties'] ?? {}) as Record<string, Json>).map(([name, property]) => [
    name,
    typeOf(property) + (required.includes(name) ? '' : ' · optional'),
    text(resolve(property, description)?.['description'], ''),
  ])
}

function resolve(schema: Json | undefined, description: Json): Json | undefined {
  const reference = schema?.['$ref']
  if (typeof reference !== 'string') return schema
  return reference
    .slice(2)
    .split('/')
    .reduce<unknown>((value, key) => (value as Json)?.[key], description) as Json | undefined
}

function typeOf(schema: Json): string {
  if (typeof schema['$ref'] === 'string') return schema['$ref'].split('/').at(-1) ?? ''
  if (Array.isArray(schema['anyOf'])) return (schema['anyOf'] as Json[]).map(typeOf).join(' or ')
  if (Array.isArray(schema['enum']))
    return (schema['enum'] as unknown[]).map(value => JSON.stringify(value)).join(' | ')
  if (schema['type'] === 'array') return `list of ${typeOf((schema['items'] ?? {}) as Json)}`
  return text(schema['format'] ?? schema['type'], 'any')
}

function renderTable(title: string, rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return ''
  const cells = rows.map(
    ([name, type, text]) =>
      `<tr><th scope="row"><code>${escape(name ?? '')}</code></th><td>${escape(type ?? '')}</td><td>${escape(text ?? '')}</td></tr>`,
  )
  return `<details open><summary>${escape(title)}</summary><table>${cells.join('')}</table></details>`
}

function text(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise
}

function slug(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

const style = `:root{color-scheme:light dark;--line:color-mix(in srgb,currentColor 15%,transparent)}
body{font:16px/1.55 system-ui,sans-serif;margin:0;display:grid;grid-template-columns:15rem minmax(0,60rem);gap:3rem}
nav{position:sticky;top:0;align-self:start;height:100vh;overflow:auto;padding:1.5rem;box-sizing:border-box;border-right:1px solid var(--line)}
nav h1{font-size:1.05rem}nav>a{display:block;padding:.2rem 0}main{padding:1.5rem 1.5rem 6rem}a{color:#0b62d6}
article{border-top:1px solid var(--line);padding:1rem 0}h3{font-size:1rem;margin:0}code{font:.92em ui-monospace,monospace;overflow-wrap:anywhere}
h3 code:first-child{font-weight:700}small{opacity:.75;margin-left:.5rem}table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0;border-top:1px solid var(--line)}th{font-weight:500;width:14rem}td:nth-child(2){width:14rem}
summary{cursor:pointer;font-size:.85rem;opacity:.75;padding:.4rem 0}
@media(prefers-color-scheme:dark){a{color:#7db2ff}}@media(max-width:50rem){body{display:block}nav{position:static;height:auto;border:0}th,td:nth-child(2){width:auto}}`
