/** Keys whose value is a secret wherever it is logged, in any spelling of case, `-` and `_`. */
const secretKey = [
  'authorization',
  'proxy[-_]?authorization',
  '(?:[a-z0-9]+[-_])*api[-_]?keys?',
  '(?:[a-z0-9]+[-_])*admin[-_]?key',
  '(?:[a-z0-9]+[-_])*secret(?:[-_]?access)?(?:[-_]?key)?',
  '(?:access|refresh|id|session|auth|bearer|security)[-_]?token',
  'token',
  'client[-_]?secret',
  '(?:[a-z0-9]+[-_])*password',
  'passphrase',
  'private[-_]?key',
  '(?:set[-_])?cookie',
  'credentials?',
].join('|')

/** Secrets that are known by their look, wherever they stand: in messages, URLs, stacks and causes. */
const patterns: readonly (readonly [RegExp, string])[] = [
  // "key": "value", also inside JSON that was quoted into a string
  [
    new RegExp(
      `((\\\\*)"(?:${secretKey})\\2"\\s*:\\s*)\\2"(?:(?!\\2")(?:\\\\.|[^\\\\])|\\\\(?!"))*\\2"`,
      'gi',
    ),
    '$1$2"[redacted]$2"',
  ],
  [
    new RegExp(`((\\\\*)"(?:${secretKey})\\2"\\s*:\\s*)(?:-?\\d[\\d.eE+-]*|\\[[^\\]]*\\])`, 'gi'),
    '$1$2"[redacted]$2"',
  ],
  // key=value and key: value in text and query strings
  [new RegExp(`\\b((?:${secretKey}|[a-z]+[-_]token|sig|signature)=)[^&\\s"'\\\\,;)]+`, 'gi'), '$1[redacted]'],
  [/\b((?:bearer|basic)\s+)[a-z0-9._~+/=-]{6,}/gi, '$1[redacted]'],
  [/\b((?:x-api-key|api-key)\s*:\s*)[^\s"'\\,;]+/gi, '$1[redacted]'],
  // user:password@host
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@"\\]*:)[^\s@"\\/]+@/gi, '$1[redacted]@'],
  // keys of OpenAI, Anthropic, Slipway, Stripe, Groq, GitHub, Slack, Google, Hugging Face, AWS; signed JSON web tokens
  // the first letters of our own, which the list of keys shows, are no secret
  [/\b(sk-slip-)[A-Za-z0-9]{20,}/g, '$1[redacted]'],
  [/\b(sk|rk|pk|gsk|hf|xai|pplx|nvapi)([-_])(?!slip-)[A-Za-z0-9_-]{12,}/g, '$1$2[redacted]'],
  [/\b(gh[pousr]_|github_pat_|xox[abeprs]-|glpat-)[A-Za-z0-9_-]{8,}/g, '$1[redacted]'],
  [/\bAIza[A-Za-z0-9_-]{30,}/g, 'AIza[redacted]'],
  [/\b(AKIA|ASIA)[A-Z0-9]{16}\b/g, '$1[redacted]'],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g, '[redacted]'],
]

/** Takes what looks like a secret out of a line of JSON or of any text; the line stays valid JSON. */
export function redact(text: string): string {
  let redacted = text
  for (const [pattern, replacement] of patterns) redacted = redacted.replace(pattern, replacement)
  return redacted
}
