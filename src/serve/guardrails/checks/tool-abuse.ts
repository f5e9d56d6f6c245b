import { z } from 'zod'
import type { CheckKind, Finding, Scan } from '../check.ts'
import { copiesFrom } from './copied-text.ts'
import { holdsPrivateAddress } from './private-address.ts'
import { JsonError, type Span, walkJson } from './walk-json.ts'

const toolNames = z
  .array(
    z
      .string()
      .regex(/^[\w.:/-]*\*?$/, 'must be the name of a tool, or the beginning of names with a * behind it'),
  )
  .max(1_000)

const parameters = z.strictObject({
  allowTools: toolNames
    .optional()
    .describe('The only tools that may be called; `search_*` stands for all that begin so.'),
  denyTools: toolNames.default([]).describe('Tools that may not be called.'),
  shell: z
    .boolean()
    .default(true)
    .describe('Whether to find commands of a shell where none belong, and dangerous ones anywhere.'),
  paths: z
    .boolean()
    .default(true)
    .describe('Whether to find paths that climb out of a folder or lead to credentials.'),
  network: z
    .boolean()
    .default(true)
    .describe('Whether to find addresses of private networks and cloud metadata, and schemes such as file:.'),
  allowHosts: z
    .array(z.string().min(1))
    .max(1_000)
    .default([])
    .describe('Private hosts that tools may be given.'),
  copiedCharacters: z
    .int()
    .min(20)
    .max(10_000)
    .optional()
    .describe(
      'Finds arguments that repeat so many characters of the documents or tool results; left out, nobody looks.',
    ),
})

type Parameters = z.infer<typeof parameters>

export const toolAbuseKind: CheckKind<Parameters> = {
  manifest: {
    name: 'tool-abuse',
    description:
      'Finds calls of tools that are not allowed, and arguments that run commands, leave a folder, reach into private networks or carry off what was retrieved.',
    stages: ['tool_call'],
    parameters,
    maxSpan: 'whole',
    cost: 'deterministic',
  },
  create(options) {
    const allowedHosts = new Set(options.allowHosts)
    return {
      scan(scan) {
        const wrong = judgeTool(scan, options)
        return wrong ? [wrong] : argumentsOf(scan.text).flatMap(judgeWith(scan, options, allowedHosts))
      },
    }
  },
}

function judgeTool({ text, tool }: Scan, { allowTools, denyTools }: Parameters): Finding | undefined {
  if (!allowTools && denyTools.length === 0) return undefined
  if (tool === undefined) throw new Error('the name of the tool is not known')
  const isNamed = (names: readonly string[]) =>
    names.some(name => (name.endsWith('*') ? tool.startsWith(name.slice(0, -1)) : tool === name))
  const isAllowed = (!allowTools || isNamed(allowTools)) && !isNamed(denyTools)
  return isAllowed
    ? undefined
    : { start: 0, end: Math.max(1, text.length), type: 'TOOL_NOT_ALLOWED', score: 1 }
}

interface Argument extends Span {
  readonly key: string | undefined
  readonly value: string
}

/** The strings of the arguments; what is no JSON is one. */
function argumentsOf(text: string): Argument[] {
  const found: Argument[] = []
  try {
    const { whole } = walkJson(text, 0, [], (key, { start, end }) => {
      const value = String(JSON.parse(text.slice(start, end)))
      if (value !== '') found.push({ key, value, start: start + 1, end: end - 1 })
    })
    if (text.slice(whole.end).trim() === '') return found
  } catch (error) {
    if (!(error instanceof JsonError)) throw error
  }
  return text === '' ? [] : [{ key: undefined, value: text, start: 0, end: text.length }]
}

function judgeWith(
  { text, documents }: Scan,
  { shell, paths, network, copiedCharacters }: Parameters,
  allowedHosts: ReadonlySet<string>,
): (argument: Argument, index: number, all: readonly Argument[]) => Finding[] {
  let copies: boolean[] | undefined
  return ({ key, value, start, end }, index, all) => {
    const finding = (type: string, score: number): Finding[] => [
      { start, end: Math.min(end, text.length), type, score },
    ]
    if (shell && dangerousCommand.test(value)) return finding('SHELL_COMMAND', 0.9)
    if (network && holdsPrivateAddress(value, allowedHosts)) return finding('PRIVATE_ADDRESS', 0.9)
    if (paths && leadsAstray(value)) return finding('PATH_TRAVERSAL', 0.85)
    if (shell && key !== undefined && plainKeys.test(key) && shellSigns.test(value))
      return finding('SHELL_COMMAND', 0.7)
    if (copiedCharacters === undefined || !documents) return []
    copies ??= copiesFrom(
      documents,
      all.map(each => each.value),
      copiedCharacters,
    )
    return copies[index] ? finding('COPIED_FROM_CONTEXT', 0.8) : []
  }
}

/** Commands that do harm or fetch what does, wherever they stand. */
const dangerousCommand = new RegExp(
  [
    String.raw`\brm\s{1,4}-(?:[a-z]{0,4}r[a-z]{0,4}f|[a-z]{0,4}f[a-z]{0,4}r)[a-z]{0,4}\s{1,4}(?:--no-preserve-root\s{1,4})?[/~*$.]`,
    String.raw`\b(?:curl|wget|iwr|fetch)\b[^\n|;&]{1,300}\|\s{0,4}(?:sudo\s{1,4})?(?:ba|z|da|k)?sh\b`,
    String.raw`\b(?:curl|wget)\b[^\n]{0,200}\s(?:-d|-F|-T|--data\S{0,16}|--upload-file|--post-file)\s?=?['"]?[@$]`,
    String.raw`\bbase64\s{1,4}(?:-d|--decode|-D)\b[^\n]{0,80}\|\s{0,4}(?:ba|z|da)?sh\b`,
    String.raw`\b(?:nc|ncat|netcat)\b[^\n]{0,80}\s-[a-z]{0,4}[ec]\b`,
    String.raw`/dev/(?:tcp|udp)/`,
    String.raw`\bpowershell(?:\.exe)?\b[^\n]{0,120}\s-(?:e|enc|encodedcommand)\b`,
    String.raw`\b(?:mkfs(?:\.\w{1,6})?|dd\s{1,4}if=[^\n]{1,60}of=/dev/)`,
    String.raw`:\(\)\s{0,3}\{\s{0,3}:\s{0,3}\|\s{0,3}:\s{0,3}&`,
    String.raw`\bchmod\s{1,4}(?:-R\s{1,4})?[0-7]?777\s{1,4}/`,
    String.raw`[;&|]\s{0,4}(?:rm|curl|wget|nc|bash|sh|python3?|perl|cat\s{1,4}/etc)\s`,
    String.raw`\$\([^)\n]{0,200}\b(?:cat|curl|wget|env|id|whoami|nslookup|dig|base64)\b`,
    '`[^`\\n]{0,200}\\b(?:cat|curl|wget|env|id|whoami|nslookup|dig|base64)\\b[^`\\n]{0,200}`',
    String.raw`\b(?:DROP|TRUNCATE)\s{1,4}(?:TABLE|DATABASE)\b|'\s{0,4}(?:;|OR\s{1,4}'?1'?\s{0,4}=\s{0,4}'?1)|\bUNION\s{1,4}(?:ALL\s{1,4})?SELECT\b`,
    String.raw`<\?php|\b(?:eval|exec|system|passthru|popen)\s{0,4}\(\s{0,4}(?:base64_decode|atob|request|input|\$_)`,
    String.raw`__import__\s{0,4}\(|\bos\.(?:system|popen)\s{0,4}\(|\bsubprocess\.(?:run|call|Popen|check_output)\s{0,4}\(`,
  ].join('|'),
  'i',
)

/** Arguments that are a word or a place, never a text or a command. */
const plainKeys =
  /^(?:.*[_-])?(?:path|file|filename|file_?name|dir|directory|folder|host|hostname|domain|ip|port|branch|ref|user|username|id|table|column|bucket|key|package|version|container|image|email|to|recipient)$/i
const shellSigns = /[;|`\n]|&&|\$[({]|>\s{0,2}[/\w]|<\(/

function leadsAstray(value: string): boolean {
  let path = value
  // twice, for what is encoded twice
  for (let pass = 0; pass < 2; pass += 1)
    path = path.replace(/%(2e|2f|5c|25|00)/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
  return path.includes('\0') || climbs.test(path) || sensitivePath.test(path)
}

/** Two steps up, or one at the beginning of an absolute or relative path that is not the program's own. */
const climbs =
  /(?:^|[\s"'=/\\])\.\.[/\\]{1,3}(?:[^\s"']{0,200}?[/\\])?\.\.(?:[/\\]|$)|^\.\.[/\\][^./\\]{0,40}[/\\](?:etc|proc|root|home|windows)\b|\.\.\.\.[/\\]{2}|%c0%ae|%252e/i
const sensitivePath =
  /(?:^|[\s"'=:@])(?:file:\/{2,3})?(?:\/(?:etc\/(?:passwd|shadow|sudoers|hosts|ssl\/private|kubernetes)|proc\/(?:self|\d+)\/(?:environ|cmdline|mem|maps|root)|root\/|var\/run\/(?:docker\.sock|secrets)|run\/secrets|dev\/(?:mem|kmem|sd[a-z]))|~?[\w/.\\-]{0,100}[/\\]?\.(?:ssh|aws|kube|gnupg|docker|netrc|pgpass|npmrc|git-credentials|env)(?:[/\\.]|$|\s)|[a-z]:\\(?:windows\\(?:system32|win\.ini)|users\\[^\\]{1,60}\\appdata))/i
