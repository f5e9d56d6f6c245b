export type Random = () => number

export function randomFrom(seed: number): Random {
  let state = (Math.imul(seed, 2_654_435_761) >>> 0 || 1) % 2_147_483_647
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
}

export function pick<Item>(random: Random, items: readonly Item[]): Item {
  return items[Math.floor(random() * items.length)] as Item
}

export function randomBytes(random: Random, length: number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, () => Math.floor(random() * 256)))
}

/** JSON text in place of any value, of every type and none. */
const oddities: readonly string[] = [
  'null',
  'true',
  'false',
  '0',
  '-1',
  '1.5',
  '-0',
  '1e308',
  '1e400',
  '-1e400',
  '9007199254740993',
  '1e-400',
  `${'9'.repeat(400)}`,
  '""',
  '" "',
  '"x"',
  '"\\u0000"',
  '"\\ud800"',
  '"\\udc00\\ud800"',
  '"\\ufeff"',
  '"\u2028"',
  '"__proto__"',
  '"data: [DONE]\\n\\n"',
  '"\\r\\nset-cookie: a=b"',
  '[]',
  '{}',
  '[[]]',
  '[null]',
  '[{}]',
  '[{"type":"text"}]',
  '[{"type":null}]',
  '[{"type":"nonsense"}]',
  '{"type":"text"}',
  '{"type":"function"}',
  '{"__proto__":{"isAdmin":true}}',
  '{"constructor":{"prototype":1}}',
  '{"toString":1,"valueOf":1}',
  '{"length":1e9}',
  '{"0":"a","length":1}',
  '[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]',
  '"data:image/png;base64,!!!!"',
  '"data:;base64,"',
  '"http://127.0.0.1:9/x.png"',
  '"file:///etc/passwd"',
]

/** A value of JSON with one of its parts replaced, taken away, doubled, renamed or swollen; as text. */
export function mutateJson(value: unknown, random: Random): string {
  const places: { holder: Record<string, unknown>; name: string }[] = []
  const copy = structuredClone(value)
  const visit = (at: unknown): void => {
    if (at === null || typeof at !== 'object') return
    for (const name of Object.keys(at)) {
      places.push({ holder: at as Record<string, unknown>, name })
      visit((at as Record<string, unknown>)[name])
    }
  }
  visit(copy)
  const marker = '@@odd@@'
  let put = oddities[0] ?? ''
  for (let count = random() < 0.8 ? 1 : 3; count > 0 && places.length > 0; count -= 1) {
    const { holder, name } = pick(random, places)
    const kind = random()
    if (kind < 0.75) {
      holder[name] = marker
      put = random() < 0.02 ? swollen(random) : pick(random, oddities)
    } else if (kind < 0.87) {
      if (Array.isArray(holder)) holder.splice(Number(name), 1)
      else delete holder[name]
    } else if (Array.isArray(holder)) holder.push(...holder)
    else holder[`${name}_`] = holder[name]
  }
  const text = JSON.stringify(copy).replaceAll(`"${marker}"`, () => put)
  // the same name twice: who reads the first and who the last differ
  return random() < 0.05 ? text.replace(/^\{/, () => `{"model":"nobody","stream":"yes","messages":7,`) : text
}

function swollen(random: Random): string {
  return pick(random, [
    `"${'long '.repeat(20_000)}"`,
    `[${Array.from({ length: 5_000 }, () => 'null').join(',')}]`,
    `${'['.repeat(3_000)}${']'.repeat(3_000)}`,
    `${'{"content":'.repeat(3_000)}1${'}'.repeat(3_000)}`,
    `{${Array.from({ length: 5_000 }, (_, index) => `"k${index}":0`).join(',')}}`,
  ])
}

/** Text of JSON, damaged as text: cut, spliced, encoded otherwise, or nested until it hurts. */
export function damageText(text: string, random: Random): Buffer {
  const at = Math.floor(random() * text.length)
  const bytes = Buffer.from(text)
  const ways: readonly (() => Buffer)[] = [
    () => bytes.subarray(0, at),
    () => bytes.subarray(at),
    () =>
      Buffer.concat([
        bytes.subarray(0, at),
        randomBytes(random, 1 + Math.floor(random() * 8)),
        bytes.subarray(at),
      ]),
    () => Buffer.from(`\uFEFF${text}`),
    () => Buffer.from(`${text}\u0000`),
    () => Buffer.from(text, 'utf16le'),
    () => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]),
    () => Buffer.from(text.replaceAll('o', 'ö'), 'latin1'),
    () => Buffer.from(text + text),
    () => Buffer.from(text.replaceAll('"', "'")),
    () => Buffer.from(text.replace(/\}$/, ',}')),
    () => Buffer.from(`/* hello */ ${text}`),
    () => Buffer.from(text.replace(':', ':NaN,"x":')),
    () => Buffer.from(`)]}'\n${text}`),
    () =>
      Buffer.from(
        pick(random, ['', ' ', 'null', '[]', '"text"', '7', 'undefined', '{', '}', '\u0000', '{}']),
      ),
    () => randomBytes(random, Math.floor(random() * 300)),
  ]
  return pick(random, ways)()
}
