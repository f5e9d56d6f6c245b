/** What stands where a secret will be, in lower case. */
const placeholderWords =
  /example|sample|placeholder|\byour|your[-_ ]|change[-_ ]?(?:me|it)|replace|insert|redacted|removed|hidden|dummy|foobar|fake|mock|lorem|xxxx|\*{3,}|\.{3}|…|todo|tbd|fixme|secret[-_]?here|here$|my[-_](?:secret|token|key|password|api)|enter[-_ ]|test[-_]?(?:key|token|secret|password)|notreal|not-real|deadbeef|abcdef|123456789012|0123456789|qwerty/
/** What is put in later, by a template, a shell or a program. */
const template =
  /^(?:[<{[$%@#&]|\$\(|process\.|os\.|env[.:[(]|import\.meta|secrets?[.:[]|vars?\.|config[.[]|settings[.[]|self\.|this\.|ctx\.|req\.|vault:|ref\+|op:\/\/|arn:|!ref|!sub)/
const code =
  /[(){}]|::|=>|\$\{|\[\d*\]|^(?:null|none|nil|undefined|true|false|yes|no|string|number|required|optional|bearer|basic|password|passwort|token|secret)$/

/** Whether it only holds the place of a secret. */
export function isPlaceholder(value: string): boolean {
  const lower = value.toLowerCase()
  return template.test(lower) || code.test(lower) || placeholderWords.test(lower) || isMonotonous(lower)
}

/** Few different characters, or one of them for most: `aaaa`, `00000000-0000`, `--------`. */
export function isMonotonous(value: string): boolean {
  const counts = new Map<string, number>()
  let most = 0
  let runs = 1
  for (let at = 0; at < value.length; at += 1) {
    const character = value.charAt(at)
    const count = (counts.get(character) ?? 0) + 1
    counts.set(character, count)
    most = Math.max(most, count)
    if (at > 0 && value.charCodeAt(at) - value.charCodeAt(at - 1) === 1) runs += 1
  }
  return counts.size <= 3 || most > value.length / 2 || (value.length >= 8 && runs > value.length * 0.6)
}
