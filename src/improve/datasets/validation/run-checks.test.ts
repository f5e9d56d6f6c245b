import { describe, expect, it, setDefaultTimeout } from 'bun:test'
import { checkLines } from './check-lines.fixture.ts'

setDefaultTimeout(120_000)

const orders = Array.from({ length: 200 }, (_, at) => ({
  id: `o-${at}`,
  price: at % 50,
  currency: at % 2 === 0 ? 'EUR' : 'USD',
  text: `Order number ${at} is on its way to you and will be there soon.`,
}))
const with1 = (change: Readonly<Record<string, unknown>>, at = 7) =>
  orders.map((order, index) => (index === at ? { ...order, ...change } : order))

/** What a rule on a column says of clean rows, and of rows of which the eighth has been changed. */
async function faultOf(rule: string, change: Readonly<Record<string, unknown>>, columns = 'id: {}') {
  const yaml = `key: id\ncolumns:\n  ${columns}\nchecks:\n  - { name: it, ${rule} }\n`
  const clean = await checkLines(yaml, orders)
  expect(clean.result('it')).toMatchObject({ outcome: 'passed' })
  const result = (await checkLines(yaml, with1(change))).result('it')
  expect(result).toMatchObject({ outcome: 'failed', rows: 1 })
  expect(result.examples).toHaveLength(1)
  expect(result.examples[0]).toMatchObject({ row: 8 })
  return result
}

describe('rules on values', () => {
  it('name the row that is at fault by key and place, and say what it holds', async () => {
    const all = 'id: {}\n  price: {}\n  text: {}\n  currency: {}'
    const below = await faultOf('min: { column: price, is: 0 }', { price: -3 }, all)
    expect(below.examples[0]).toEqual({ key: '["o-7"]', row: 8, excerpt: '-3' })
    expect(below.message).toBe('1 of 200 rows are below 0.')
    await faultOf('max: { column: price, is: 49.5 }', { price: 50 }, all)
    await faultOf('nullable: { column: text, is: false }', { text: null }, all)
    await faultOf('nullable: { column: text, is: false }', { text: '  ' }, all)
    await faultOf('length: { column: text, max: 200 }', { text: 'x'.repeat(201) }, all)
    await faultOf('tokens: { column: text, max: 50 }', { text: 'x'.repeat(201) }, all)
    await faultOf('tokens: { column: text, max: 30, counter: words }', { text: 'x '.repeat(31) }, all)
    await faultOf(
      String.raw`pattern: { column: text, is: '^Order number \d+ ' }`,
      { text: 'Order number x ' },
      all,
    )
    await faultOf('type: { column: price, is: integer }', { price: 2.5 }, all)
    // what no column can hold beside the others is refused as it is read
    const mixed = checkLines('key: id\n', with1({ price: 'three' })).catch((error: unknown) => error)
    expect(String(await mixed)).toContain('Row 8 (byte 763): the column "price" holds a text here')
    const texts = orders.map(order => ({
      ...order,
      price: order.price === 7 ? 'seven' : String(order.price),
    }))
    const typed = await checkLines('key: id\ncolumns: { id: {}, price: { type: number } }\n', texts)
    expect(typed.result('type(price)')).toMatchObject({
      outcome: 'failed',
      rows: 4,
      examples: [{ row: 8, excerpt: 'seven' }, {}, {}, {}],
    })
    const label = await faultOf('values: { column: currency, are: [EUR, USD] }', { currency: 'EURO' }, all)
    expect(label.message).toContain('`EURO` (`EUR`?)')
  })

  it('count exactly where they name only the first', async () => {
    const { result } = await checkLines('key: id\ncolumns: { id: {}, price: { max: 9 } }\n', orders)
    expect(result('max(price)')).toMatchObject({ rows: 160, checked: 200 })
    expect(result('max(price)').examples.map(({ row }) => row)).toEqual(
      Array.from({ length: 20 }, (_, at) => at + 11),
    )
  })

  it('look at times as at numbers', async () => {
    const rows = [
      { id: 1, at: '2026-01-01T00:00:00Z' },
      { id: 2, at: '1970-01-01T00:00:00Z' },
    ]
    const { result } = await checkLines(
      'key: id\ncolumns: { id: {}, at: { type: timestamp, min: "2020-01-01" } }\n',
      rows,
    )
    expect(result('min(at)')).toMatchObject({ outcome: 'failed', rows: 1, examples: [{ row: 2 }] })
  })
})

describe('assert', () => {
  it('is any condition on the columns of a row', async () => {
    const rule = `assert: "currency = 'EUR' OR price < 100", when: "price > 2"`
    await faultOf(rule, { currency: 'USD', price: 100 }, 'id: {}\n  price: {}\n  currency: {}')
  })

  it('asks nothing but the row, says what cannot be evaluated, and holds up no other rule', async () => {
    const { report, result } = await checkLines(
      `key: id
columns: { id: {}, price: { max: 1000 } }
checks:
  - { name: other, assert: "price > (SELECT avg(price) FROM rows)" }
  - { name: file, assert: "price IN (SELECT 1 FROM read_csv('/etc/passwd'))" }
  - { name: two, assert: "price > 1) , (price > 2" }
  - { name: typo, assert: "prise > 1" }
  - { name: cast, assert: "CAST(currency AS INTEGER) > 1" }
`,
      orders,
    )
    expect(report.checks.map(({ outcome }) => outcome)).toEqual([
      'passed',
      ...Array.from({ length: 5 }, () => 'failed' as const),
    ])
    expect(result('other').message).toContain('a rule is about one row')
    expect(result('file').message).toContain('a rule is about one row')
    expect(result('typo').message).toContain('Did you mean `price`?')
    expect(result('cast').message).toContain('could not be worked out')
  })
})

describe('severity and tolerance', () => {
  it('let a warning pass, and a share of the rows', async () => {
    const rows = with1({ price: -1 })
    const of = async (more: string) =>
      (await checkLines(`key: id\nchecks:\n  - { min: { column: price, is: 0 }, ${more} }\n`, rows)).report
    expect((await of('severity: warn')).outcome).toBe('warned')
    expect((await of('tolerance: 0.004')).outcome).toBe('failed')
    expect(await of('tolerance: 0.005')).toMatchObject({
      outcome: 'passed',
      checks: [{ rows: 1, outcome: 'passed' }],
    })
  })
})

describe('rules on rows together', () => {
  it('find what is there twice, alone or together', async () => {
    const twice = with1({ id: 'o-3' })
    const { result } = await checkLines(
      'columns: { id: { unique: true } }\nchecks:\n  - unique: [price, currency]\n',
      twice,
    )
    expect(result('unique(id)')).toMatchObject({
      outcome: 'failed',
      rows: 1,
      examples: [{ row: 8, says: 'the same as row 4', excerpt: 'o-3' }],
    })
    expect(result('unique(price, currency)')).toMatchObject({ outcome: 'failed', rows: 150 })
  })

  it('hold counts and classes to bounds', async () => {
    const { result } = await checkLines(
      `checks:
  - rows: { min: 300 }
  - { name: rare, balance: { column: currency, minShare: 0.4 } }
  - { name: absent, balance: { column: currency, minRows: 1, values: [EUR, USD, CHF] } }
`,
      orders,
    )
    expect(result('rows').message).toBe('There are 200 rows; at least 300 are wanted.')
    expect(result('rare').outcome).toBe('passed')
    expect(result('absent')).toMatchObject({ outcome: 'failed' })
    expect(result('absent').message).toContain('`CHF` has 0 rows')
  })

  it('look values up in another dataset, and skip what was not given', async () => {
    const yaml = 'key: id\ncolumns: { id: {}, currency: { references: { dataset: currencies, to: code } } }\n'
    const others = { currencies: [{ code: 'EUR' }, { code: 'USD' }, { code: null }] }
    expect((await checkLines(yaml, orders, { others })).result('references(currency)').outcome).toBe('passed')
    const lost = (await checkLines(yaml, with1({ currency: 'XXX' }), { others })).result(
      'references(currency)',
    )
    expect(lost).toMatchObject({
      outcome: 'failed',
      rows: 1,
      examples: [{ key: '["o-7"]', row: 8, excerpt: 'XXX' }],
    })
    expect((await checkLines(yaml, orders)).result('references(currency)').outcome).toBe('skipped')
  })

  it('say that a declared column is not there once, with what it may be called now', async () => {
    const yaml =
      'columns: { prise: { type: number, min: 0 }, id: {}, currency: {}, text: {} }\nchecks: [{ only-columns: true }]\n'
    const { result } = await checkLines(yaml, orders)
    expect(result('type(prise)')).toMatchObject({
      outcome: 'failed',
      message: 'There is no column `prise`. Is it `price` now?',
    })
    expect(result('min(prise)').outcome).toBe('skipped')
    expect(result('only-columns').message).toBe('Not declared: `price`.')
  })
})

describe('rules on texts', () => {
  it('find personal data and secrets, and never show them', async () => {
    const rows = with1({ text: 'Write to ada.lovelace@example.org, my card is 4111 1111 1111 1111.' }).with(
      3,
      {
        ...orders[3],
        text: 'key AKIAJ5XNQW3MZ7TLP2KC here',
      } as never,
    )
    const { result, report } = await checkLines(
      'key: id\nchecks: [{ personal-data: {} }, { secrets: { columns: text } }, { length: { column: text, max: 10 } }]\n',
      rows,
    )
    expect(result('personal-data')).toMatchObject({
      outcome: 'failed',
      rows: 1,
      measured: { types: { EMAIL_ADDRESS: 1, CREDIT_CARD: 1 } },
    })
    expect(result('personal-data').examples[0]?.excerpt).toBe(
      'Write to <EMAIL_ADDRESS>, my card is <CREDIT_CARD>.',
    )
    expect(result('secrets(text)')).toMatchObject({ outcome: 'failed', rows: 1, examples: [{ row: 4 }] })
    expect(JSON.stringify(report)).not.toMatch(/lovelace|4111|AKIA/)
  })

  it('look at a share where that is declared, and say so', async () => {
    const { result } = await checkLines(
      'key: id\nchecks: [{ personal-data: { columns: text, sample: 50 } }]\n',
      orders,
    )
    const { sampled, checked, message } = result('personal-data(text)')
    expect(sampled).toEqual({ rows: checked, of: 200 })
    expect(checked).toBeGreaterThan(20)
    expect(checked).toBeLessThan(90)
    expect(message).toContain(`Looked at ${checked} of 200 rows.`)
  })

  it('tell languages apart', async () => {
    const rows = with1({
      text: 'Wo bleibt meine Bestellung? Ich warte schon seit zwei Wochen darauf und niemand antwortet mir.',
    })
    const { result } = await checkLines('key: id\ncolumns: { id: {}, text: { language: en } }\n', rows)
    expect(result('language(text)')).toMatchObject({ outcome: 'failed', rows: 1, examples: [{ row: 8 }] })
  })

  it('hold JSON to a schema and conversations to their form', async () => {
    const say = (...roles: string[]) => roles.map(role => ({ role, content: `${role} says something` }))
    const call = {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'c1', type: 'function', function: { name: 'find', arguments: '{}' } }],
    }
    const chats = [
      say('system', 'user', 'assistant'),
      {
        messages: [
          ...say('user'),
          call,
          { role: 'tool', tool_call_id: 'c1', content: '3' },
          ...say('assistant'),
        ],
      },
      say('user', 'user', 'assistant'),
      say('user', 'assistant', 'user'),
      [...say('user'), call, ...say('assistant')],
      say('user', 'asistant'),
      [...say('user'), { role: 'assistant', content: '' }],
      [],
    ]
    const rows = chats.map((messages, id) => ({ id, messages, meta: { n: id === 1 ? 'one' : id } }))
    const { result } = await checkLines(
      'key: id\ncolumns: { id: {}, messages: { chat: true }, meta: { schema: { type: object, properties: { n: { type: integer } } } } }\n',
      rows,
    )
    expect(result('chat(messages)').rows).toBe(6)
    expect(result('chat(messages)').examples.map(({ says }) => says)).toEqual([
      'message 2 is the second of `user` in a row',
      'the last message is of `user`, not of `assistant`',
      'the tool call `c1` has no answer before message 3',
      'message 2 has the role `asistant`, which there is not',
      'message 2 of `assistant` is empty',
      'it has no message',
    ])
    expect(result('schema(meta)')).toMatchObject({
      rows: 1,
      examples: [{ row: 2, says: '/n must be integer' }],
    })
  })
})

describe('rules on likeness', () => {
  const texts = (from: number, count: number) =>
    Array.from({ length: count }, (_, at) => ({
      id: from + at,
      text: Array.from({ length: 25 }, (__, word) =>
        ((from + at) * 7_919 + word * 104_729 + word ** 3).toString(36),
      ).join(' '),
      split: (from + at) % 4 === 0 ? 'test' : 'train',
    }))

  it('find what leaked from one split into another, in the same words and in nearly the same', async () => {
    const rows = texts(0, 100)
    const exact = { id: 200, text: rows[1]?.text, split: 'test' }
    const reworded = { id: 201, text: `${rows[2]?.text.slice(0, -6)} other`, split: 'test' }
    const yaml =
      'key: id\nchecks: [{ name: leak, leakage: { on: text, column: split, between: [train, test] } }]\n'
    expect((await checkLines(yaml, rows)).result('leak').outcome).toBe('passed')
    const leak = (await checkLines(yaml, [...rows, exact, reworded])).result('leak')
    expect(leak).toMatchObject({ outcome: 'failed', rows: 2 })
    expect(leak.examples.map(({ key, other }) => [key, other])).toEqual([
      ['[200]', '[1]'],
      ['[201]', '[2]'],
    ])
  })

  it('find rows of another dataset, and what is nearly there twice', async () => {
    const rows = texts(0, 60)
    const benchmark = [...texts(1_000, 40), { id: 5_000, text: rows[9]?.text }]
    const yaml =
      'key: id\nchecks: [{ name: leak, leakage: { on: text, against: bench } }, { name: again, near-duplicates: { on: text, similarity: 0.8 } }]\n'
    const { result } = await checkLines(yaml, [...rows, { ...rows[5], id: 99 }], {
      others: { bench: benchmark },
    })
    expect(result('leak')).toMatchObject({
      outcome: 'failed',
      rows: 1,
      examples: [{ key: '[9]', other: '41' }],
    })
    expect(result('again')).toMatchObject({
      outcome: 'failed',
      rows: 1,
      examples: [{ key: '[99]', other: '[5]' }],
    })
  })
})

describe('drift', () => {
  const draw = (count: number, shift: number, share: number) =>
    Array.from({ length: count }, (_, at) => ({
      id: at,
      score: ((at * 7_919) % 1_000) / 1_000 + shift,
      label: (at * 104_729) % 100 < share * 100 ? 'yes' : 'no',
      note: 'x'.repeat(30 + ((at * 31) % 20)),
    }))
  const yaml = 'key: id\nchecks: [{ drift: }]\n'

  it('needs both a test and a size of the difference, so that many rows alone never fail it', async () => {
    const parent = draw(20_000, 0, 0.5)
    const little = await checkLines(yaml, draw(20_000, 0.03, 0.53), { parent })
    expect(little.result('drift')).toMatchObject({ outcome: 'passed' })
    const measured = little.result('drift').measured?.['columns'] as {
      column: string
      adjusted: number
      isDrift: boolean
    }[]
    // certain, and small
    expect(measured.find(({ column }) => column === 'score')).toMatchObject({ isDrift: false })
    expect(measured.find(({ column }) => column === 'score')?.adjusted).toBeLessThan(0.001)
    const few = await checkLines(yaml, draw(8, 0.2, 0.5), { parent })
    expect(few.result('drift').outcome).toBe('passed')
  })

  it('says which column moved, and how far', async () => {
    const { result } = await checkLines(yaml, draw(2_000, 0.3, 0.9), { parent: draw(2_000, 0, 0.5) })
    expect(result('drift').outcome).toBe('failed')
    expect(result('drift').message).toMatch(
      /`score` has other values: mean 0\.4995 → 0\.7995, D 0\.30, moved by 1\.04 standard deviations/,
    )
    expect(result('drift').message).toMatch(/`label` has other shares of values: `yes` 50 % → 90 %/)
    expect(result('drift').message).not.toContain('note')
  })

  it('compares times where they are named', async () => {
    const at = (day: number) =>
      Array.from({ length: 300 }, (_, id) => ({
        id,
        at: new Date(Date.UTC(2026, 0, day + (id % 20))).toISOString(),
      }))
    const of = async (rule: string) =>
      (
        await checkLines(
          `key: id\ncolumns: { id: {}, at: { type: timestamp } }\nchecks: [{ name: it, drift: ${rule} }]\n`,
          at(15),
          { parent: at(1) },
        )
      ).result('it')
    expect((await of('')).outcome).toBe('passed')
    expect((await of('{ columns: at }')).outcome).toBe('failed')
  })

  it('is skipped for the first version', async () => {
    expect((await checkLines(yaml, draw(10, 0, 0.5))).result('drift').outcome).toBe('skipped')
  })
})
