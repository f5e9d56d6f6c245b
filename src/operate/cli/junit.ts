/** One case of a JUnit report. */
export interface JunitCase {
  readonly group: string
  readonly name: string
  readonly seconds?: number | undefined
  readonly file?: string | undefined
  readonly line?: number | undefined
  /** What went wrong; the first line is the message. */
  readonly failure?: string | undefined
  readonly skipped?: string | undefined
  /** What was said although it passed. */
  readonly output?: string | undefined
}

/** A report in JUnit's XML, as the major CI systems read it. */
export function toJunit(suite: string, cases: readonly JunitCase[], seconds: number): string {
  const failures = cases.filter(({ failure }) => failure !== undefined).length
  const skipped = cases.filter(each => each.skipped !== undefined).length
  const counts = `tests="${cases.length}" failures="${failures}" errors="0" skipped="${skipped}" time="${seconds.toFixed(3)}"`
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${attribute(suite)}" ${counts}>`,
    `  <testsuite name="${attribute(suite)}" ${counts}>`,
    ...cases.map(toCase),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

function toCase({ group, name, seconds, file, line, failure, skipped, output }: JunitCase): string {
  const place = `${file === undefined ? '' : ` file="${attribute(file)}"`}${line === undefined ? '' : ` line="${line}"`}`
  const open = `    <testcase classname="${attribute(group)}" name="${attribute(name)}" time="${(seconds ?? 0).toFixed(3)}"${place}`
  const inner = [
    ...(failure === undefined
      ? []
      : [
          `      <failure message="${attribute(failure.split('\n')[0] ?? '')}">${content(failure)}</failure>`,
        ]),
    ...(skipped === undefined ? [] : [`      <skipped message="${attribute(skipped)}"/>`]),
    ...(output === undefined ? [] : [`      <system-out>${content(output)}</system-out>`]),
  ]
  return inner.length === 0 ? `${open}/>` : [`${open}>`, ...inner, '    </testcase>'].join('\n')
}

// eslint-disable-next-line no-control-regex
const notAllowed = /[\0-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g

function content(text: string): string {
  return text
    .replaceAll(notAllowed, '�')
    .toWellFormed()
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
}

function attribute(text: string): string {
  return content(text).replaceAll('"', '&quot;').replaceAll('\n', '&#10;').replaceAll('\t', '&#9;')
}
