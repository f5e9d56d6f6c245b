import type { DuckDBConnection } from '@duckdb/node-api'
import type { ChatProfile } from './profile.ts'

/** Whether most of some values are conversations. */
export function looksLikeChat(values: readonly string[]): boolean {
  const chats = values.filter(value => /^\s*(?:\[|\{\s*"messages"\s*:\s*\[)\s*\{[^}]*"role"\s*:/.test(value))
  return values.length > 0 && chats.length * 2 > values.length
}

/** The roles of a conversation in their order, and the tools that it calls. */
export function chatFacts(cell: string): string[] {
  const all = (path: string): string => {
    const listed = `json_extract_string(${cell}, '$[*].${path}')`
    const held = `json_extract_string(${cell}, '$.messages[*].${path}')`
    // a list has no members, and an object no entries: what cannot be there is not looked for
    return `CASE ascii(${cell}) WHEN 91 THEN ${listed} WHEN 123 THEN ${held} ELSE list_concat(${listed}, ${held}) END`
  }
  // an escape may spell it otherwise
  const mayCall = `contains(${cell}, 'tool_calls') OR contains(${cell}, '\\u')`
  const tools = `list_filter(${all('tool_calls[*].function.name')}, x -> x IS NOT NULL)`
  return [
    `${all('role')} AS _roles`,
    `CASE WHEN ${mayCall} THEN ${tools} WHEN ${cell} IS NOT NULL THEN [] END AS _tools`,
  ]
}

/** Turns, roles and tool calls of a column of conversations, from their facts. */
export async function profileChat(duckdb: DuckDBConnection, facts: string): Promise<ChatProfile> {
  await duckdb.run(
    `CREATE OR REPLACE TEMP TABLE "chat shapes" AS SELECT _roles AS roles, _tools AS tools, count(*) AS rows FROM ${facts} WHERE _hash IS NOT NULL GROUP BY ALL`,
  )
  const reader = await duckdb.runAndReadAll(
    `SELECT coalesce(sum(rows), 0), coalesce(sum(len(roles) * rows) / sum(rows) FILTER (roles IS NOT NULL), 0), coalesce(max(len(roles)), 0), coalesce(sum(rows) FILTER (WHERE roles[1] IN ('system', 'developer')), 0), coalesce(sum(rows) FILTER (WHERE roles[-1] = 'assistant'), 0), coalesce(sum(len(tools) * rows), 0) FROM "chat shapes"`,
  )
  const [conversations = 0, mean = 0, max = 0, withSystem = 0, lastByAssistant = 0, toolCalls = 0] = (
    reader.getRows()[0] ?? []
  ).map(Number)
  const counted = async (list: string) => {
    const found = await duckdb.runAndReadAll(
      `SELECT name, sum(rows) FROM (SELECT unnest(${list}) AS name, rows FROM "chat shapes") GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20`,
    )
    return found.getRows().map(([name, count]) => ({
      name: String(name).slice(0, 100),
      count: Number(count),
    }))
  }
  const turns = await duckdb.runAndReadAll(
    `SELECT least(len(roles), 30) AS turns, sum(rows) FROM "chat shapes" WHERE roles IS NOT NULL GROUP BY 1`,
  )
  const counts = Array.from({ length: Math.min(max, 30) + 1 }, () => 0)
  for (const [turn, count] of turns.getRows()) counts[Number(turn)] = Number(count)
  const roles = await counted('roles')
  const tools = toolCalls === 0 ? [] : await counted('tools')
  await duckdb.run('DROP TABLE "chat shapes"')
  return {
    conversations,
    turns: {
      mean,
      max,
      ...(conversations > 0 ? { histogram: { from: 0, to: counts.length, counts } } : {}),
    },
    roles: roles.map(({ name, count }) => ({ role: name, messages: count })),
    withSystem,
    lastByAssistant,
    toolCalls,
    tools: tools.map(({ name, count }) => ({ name, calls: count })),
  }
}
