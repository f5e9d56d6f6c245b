/** Code that makes a call outside the console; the key is read from the environment, never written out. */

const quoteForShell = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`

export function curlSnippet(origin: string, body: Readonly<Record<string, unknown>>): string {
  return [
    `curl ${origin}/v1/chat/completions \\`,
    `  -H "Authorization: Bearer $SLIPWAY_KEY" \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d ${quoteForShell(JSON.stringify(body, null, 2))}`,
  ].join('\n')
}

export function typescriptSnippet(origin: string, body: Readonly<Record<string, unknown>>): string {
  return `import OpenAI from 'openai'

const client = new OpenAI({
  baseURL: '${origin}/v1',
  apiKey: process.env.SLIPWAY_KEY,
})

const stream = await client.chat.completions.create(${JSON.stringify({ ...body, stream: true }, null, 2)})
for await (const chunk of stream) {
  process.stdout.write(chunk.choices[0]?.delta.content ?? '')
}`
}

export function pythonSnippet(origin: string, body: Readonly<Record<string, unknown>>): string {
  const parameters = Object.entries({ ...body, stream: true })
    .map(([name, value]) => `    ${name}=${toPython(value, 4)},`)
    .join('\n')
  return `import os
from openai import OpenAI

client = OpenAI(base_url="${origin}/v1", api_key=os.environ["SLIPWAY_KEY"])

stream = client.chat.completions.create(
${parameters}
)
for chunk in stream:
    if chunk.choices:
        print(chunk.choices[0].delta.content or "", end="")`
}

/** A JSON value as a Python literal; JSON's strings are Python's. */
export function toPython(value: unknown, indent = 0): string {
  if (value === null) return 'None'
  if (value === true) return 'True'
  if (value === false) return 'False'
  const pad = ' '.repeat(indent + 4)
  const end = ' '.repeat(indent)
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]'
    return `[\n${value.map(item => `${pad}${toPython(item, indent + 4)},`).join('\n')}\n${end}]`
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(
      ([name, item]) => `${JSON.stringify(name)}: ${toPython(item, indent + 4)}`,
    )
    return `{${entries.join(', ')}}`
  }
  return JSON.stringify(value)
}
