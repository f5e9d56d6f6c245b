import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { Failure } from '../../foundation/platform/index.ts'
import type { Decisions, PolicyTexts } from './decide.ts'
import { relations } from './decision-table.ts'
import type { DecisionTable } from './decision-table.ts'
import { keep, readKept, stampOf, usualKeptFile } from './kept-decisions.ts'
import { roles } from './principal.ts'

const builtIn = path.join(import.meta.dirname, 'policies')
const longestMs = 60_000
const loaded = new Map<string, Promise<DecisionTable>>()

/**
 * Validates the policies and works out every decision, in a child process that is gone afterwards. `directory`
 * holds more `.cedar` files, added to the built-in ones; they can allow more and forbid more, but not open the
 * walls. Within one process the same policies are worked out once; those of the built-in ones are kept in `keptFile` for
 * the next process. Throws `invalid_configuration` that names the file and what is wrong in it.
 */
export async function loadPolicies(
  directory?: string,
  keptFile: string | undefined = directory === undefined ? usualKeptFile : undefined,
): Promise<DecisionTable> {
  const texts: PolicyTexts = {
    schema: await readFile(path.join(builtIn, 'slipway.cedarschema'), 'utf8'),
    files: { ...(await readPolicies(builtIn)), ...(directory ? await readPolicies(directory) : {}) },
  }
  const input = JSON.stringify(texts)
  const name = `${keptFile} ${input}`
  const known = loaded.get(name)
  if (known) return known
  const table = (keptFile === undefined ? workOut(input) : readOrWorkOut(input, keptFile)).then(toTable)
  loaded.set(name, table)
  table.catch(() => loaded.delete(name))
  return table
}

async function readPolicies(directory: string): Promise<Record<string, string>> {
  let names: string[]
  try {
    names = (await readdir(directory)).filter(name => name.endsWith('.cedar')).sort()
  } catch (cause) {
    throw new Failure('invalid_configuration', `The folder of access policies ${directory} cannot be read.`, {
      cause,
    })
  }
  const files = names.map(name => path.join(directory, name))
  return Object.fromEntries(
    await Promise.all(
      files.map(async file => [path.relative('.', file), await readFile(file, 'utf8')] as const),
    ),
  )
}

async function readOrWorkOut(input: string, file: string): Promise<Decisions> {
  const stamp = await stampOf(input)
  const kept = await readKept(file, stamp)
  if (kept) return kept
  const decisions = await workOut(input)
  if (!decisions.problems) await keep(file, { stamp, decisions })
  return decisions
}

async function workOut(input: string): Promise<Decisions> {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'decide-child.ts')], {
    stdio: ['pipe', 'pipe', 'pipe'],
    // the child needs none of our settings, and secrets may be among them
    env: { PATH: process.env['PATH'] },
    timeout: longestMs,
  })
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const [output, complaint, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ])
  if (status !== 0) throw new Error(`Working out the access policies failed (${status}): ${complaint}`)
  return JSON.parse(output) as Decisions
}

function toTable(decisions: Decisions): DecisionTable {
  if (decisions.problems)
    throw new Failure(
      'invalid_configuration',
      `The access policies are not valid:\n${decisions.problems.join('\n')}`,
      { details: { problems: decisions.problems } },
    )
  const allowed = Object.fromEntries(
    roles.map(role => [
      role,
      Object.fromEntries(
        relations.map(relation => {
          const { listed, unlisted } = decisions.allowed[role][relation]
          return [relation, { listed: new Set(listed), unlisted: new Set(unlisted) }]
        }),
      ),
    ]),
  ) as unknown as DecisionTable['allowed']
  return { actions: new Set(decisions.actions), allowed }
}
