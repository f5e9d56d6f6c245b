import type { Random } from '../../../src/foundation/statistics/index.ts'
import type { Tickets } from './clean-data.ts'

/** Something that is wrong with data, planted into clean data. */
export interface Fault {
  readonly kind: string
  readonly what: string
  plant(rows: Tickets, random: Random): Tickets
}

type Cells = Readonly<Record<string, unknown>>
const fault = (kind: string, what: string, plant: Fault['plant']): Fault => ({ kind, what, plant })

/** Changes one row, of those of a split where it is said. */
function inOne(change: (row: Cells, rows: Tickets, random: Random) => Cells, split?: string): Fault['plant'] {
  return (rows, random) => {
    const places = rows.flatMap((row, at) => (split === undefined || row['split'] === split ? [at] : []))
    const place = places[Math.floor(random.next() * places.length)] ?? 0
    return rows.map((row, at) => (at === place ? { ...row, ...change(row, rows, random) } : row))
  }
}

/** Changes a share of the rows. */
function inSome(share: number, change: (row: Cells, random: Random) => Cells): Fault['plant'] {
  return (rows, random) => rows.map(row => (random.next() < share ? { ...row, ...change(row, random) } : row))
}

/** Adds a row like another one. */
function again(change: (row: Cells, random: Random) => Cells, from = 'train'): Fault['plant'] {
  return (rows, random) => {
    const of = rows.filter(row => row['split'] === from)
    const row = of[Math.floor(random.next() * of.length)] ?? {}
    return [...rows, { ...row, id: `9${Math.floor(random.next() * 1e6)}-1`, ...change(row, random) }]
  }
}

const textOf = (row: Cells, name = 'message') => String(row[name])
const say = (text: string) => inOne(row => ({ message: `${textOf(row)} ${text}` }))
const answer = (text: string) => inOne(row => ({ reply: `${textOf(row, 'reply')} ${text}` }))
const set = (cells: Cells) => inOne(() => cells)
const chat = (change: (messages: readonly unknown[]) => unknown) =>
  inOne(row => ({ messages: change(row['messages'] as readonly unknown[]) }))

const wrongTypes: Fault[] = [
  fault('wrong type', 'a price in words', set({ price: 'twelve' })),
  fault('wrong type', 'a price with its currency', set({ price: '12.50 EUR' })),
  fault('wrong type', 'half an article', set({ quantity: 1.5 })),
  fault('wrong type', 'a day that is none', set({ created_at: '2026-02-31T00:00:00Z' })),
  fault('wrong type', 'a day in words', set({ created_at: 'yesterday' })),
  fault('wrong type', 'all prices as text, one with a comma', rows =>
    rows.map((row, at) => ({ ...row, price: at === 3 ? '1,5' : String(row['price']) })),
  ),
  fault('wrong type', 'messages as text', set({ messages: 'user: hello' })),
  fault('wrong type', 'a total that is yes', set({ total: true })),
]
const missing: Fault[] = [
  ...['message', 'intent', 'reply', 'price', 'created_at', 'messages'].map(name =>
    fault('missing value', `no ${name}`, set({ [name]: null })),
  ),
  fault('missing value', 'an empty reply', set({ reply: '' })),
  fault('missing value', 'a reply of spaces', set({ reply: '   ' })),
]
const ranges: Fault[] = [
  fault(
    'out of range',
    'a negative price',
    inOne(row => ({ price: -Number(row['price']), total: -Number(row['total']) })),
  ),
  fault('out of range', 'a price of 0', set({ price: 0, total: 0 })),
  fault(
    'out of range',
    'a price in cents',
    inOne(row => ({ price: Number(row['price']) * 1_000, total: Number(row['total']) * 1_000 })),
  ),
  fault('out of range', '0 articles', set({ quantity: 0, total: 0 })),
  fault('out of range', 'a ticket of 1970', set({ created_at: '1970-01-01T00:00:00Z' })),
  fault('out of range', 'a ticket of 2062', set({ created_at: '2062-05-05T00:00:00Z' })),
]
const lengths: Fault[] = [
  fault('length', 'a message of three letters', set({ message: 'hm?' })),
  fault(
    'length',
    'a reply that was cut',
    inOne(row => ({ reply: textOf(row, 'reply').slice(0, 12) })),
  ),
  fault(
    'length',
    'a message of a page',
    inOne(row => ({ message: Array.from({ length: 12 }, () => textOf(row)).join(' ') })),
  ),
  fault(
    'length',
    'a message of 100 tokens',
    inOne(row => ({
      message: `${textOf(row)} ${'It is about the same order as before. '.repeat(9)}`.slice(0, 395),
    })),
  ),
  fault(
    'length',
    'a reply that was cut in its middle',
    inOne(row => ({ reply: textOf(row, 'reply').slice(0, Math.max(21, textOf(row, 'reply').length / 2)) })),
  ),
]
const patterns: Fault[] = [
  fault('pattern', 'an id of another system', set({ id: 'b1946ac9' })),
  fault(
    'pattern',
    'an SKU in lower case',
    inOne(row => ({ sku: (row['sku'] === null ? 'SKU-1000' : textOf(row, 'sku')).toLowerCase() })),
  ),
  fault('pattern', 'an SKU with a space behind it', set({ sku: 'SKU-1000 ' })),
  fault('pattern', 'an SKU with a letter O', set({ sku: 'SKU-1O00' })),
]
const labels: Fault[] = [
  fault('unknown label', 'misspelt', set({ intent: 'refnud' })),
  fault('unknown label', 'in capitals', set({ intent: 'Refund' })),
  fault('unknown label', 'with a space behind it', set({ intent: 'refund ' })),
  fault('unknown label', 'with another dash', set({ intent: 'order-status' })),
  fault('unknown label', 'one that has been given up', set({ intent: 'warranty' })),
  fault('unknown label', 'an urgency of 2', set({ urgency: '2' })),
  fault('unknown label', 'a split of none', set({ split: 'validation' })),
]
const keys: Fault[] = [
  fault('repeated key', 'the same row twice', rows => [...rows, rows[17] ?? {}]),
  fault(
    'repeated key',
    'a key that was given twice',
    inOne((_, rows) => ({ id: rows[40]?.['id'] })),
  ),
  fault('repeated key', 'an import that ran twice for 1 %', rows => [
    ...rows,
    ...rows.slice(0, rows.length / 100),
  ]),
]
const references: Fault[] = [
  fault('broken reference', 'an SKU that is sold no more', set({ sku: 'SKU-9999' })),
  fault('broken reference', 'an SKU next to one', set({ sku: 'SKU-1001' })),
  fault(
    'broken reference',
    '2 % of the SKUs',
    inSome(0.02, () => ({ sku: 'SKU-4711' })),
  ),
]
const columns: Fault[] = [
  fault('columns', 'one renamed', rows => rows.map(({ urgency, ...row }) => ({ ...row, priority: urgency }))),
  fault('columns', 'one gone', rows =>
    rows.map(row => Object.fromEntries(Object.entries(row).filter(([name]) => name !== 'reply'))),
  ),
  fault('columns', 'one new', rows => rows.map(row => ({ ...row, agent: 'x' }))),
  fault('columns', 'one with a space in its name', rows =>
    rows.map(({ price, ...row }) => ({ ...row, 'price ': price })),
  ),
]
const drifts: Fault[] = [
  fault(
    'drifted numbers',
    'prices a fifth higher',
    inSome(1, row => scaled(row, 1.2)),
  ),
  fault(
    'drifted numbers',
    'prices half as high',
    inSome(1, row => scaled(row, 0.5)),
  ),
  fault(
    'drifted numbers',
    'a fifth of the prices in cents, of those below 10',
    inSome(0.2, row => scaled(row, Number(row['price']) < 9 ? 100 : 1)),
  ),
  fault(
    'drifted numbers',
    'prices rounded to tens',
    inSome(1, row => scaled(row, (Math.round(Number(row['price']) / 10) * 10 || 10) / Number(row['price']))),
  ),
  fault(
    'drifted numbers',
    'quantities all 1',
    inSome(1, row => ({ quantity: 1, total: row['price'] })),
  ),
  fault(
    'drifted numbers',
    'prices 2 % higher',
    inSome(1, row => scaled(row, 1.02)),
  ),
  fault(
    'drifted values',
    'two labels of five in one',
    inSome(0.4, () => ({ intent: 'billing' })),
  ),
  fault(
    'drifted values',
    'a label that is gone',
    inSome(1, row => (row['intent'] === 'praise' ? { intent: 'other' } : {})),
  ),
  fault(
    'drifted values',
    'urgencies all high in half',
    inSome(0.5, () => ({ urgency: 'high' })),
  ),
  fault(
    'drifted values',
    'one label twice as often',
    inSome(0.08, () => ({ intent: 'refund' })),
  ),
  fault(
    'drifted values',
    'a new product in 12 %',
    inSome(0.12, () => ({ product: 'hoverboard' })),
  ),
  fault(
    'drifted values',
    'SKUs of one shelf',
    inSome(0.7, (_, random) => ({ sku: random.pick(['SKU-1000', 'SKU-1007', 'SKU-1014']) })),
  ),
  fault(
    'drifted values',
    'no SKU in 15 %',
    inSome(0.15, () => ({ sku: null })),
  ),
  fault(
    'drifted values',
    'no SKU in 5 %',
    inSome(0.05, () => ({ sku: null })),
  ),
  fault(
    'drifted texts',
    'replies with a disclaimer',
    inSome(1, row => ({ reply: `${textOf(row, 'reply')} This is no legal advice.` })),
  ),
  fault(
    'drifted texts',
    'messages cut at 60 characters',
    inSome(1, row => ({ message: textOf(row).slice(0, 60) })),
  ),
  fault(
    'drifted texts',
    'messages in lower case',
    inSome(1, row => ({ message: textOf(row).toLowerCase() })),
  ),
]
const sizes: Fault[] = [
  fault('size', 'half of the rows gone', rows => rows.filter((_, at) => at % 2 === 0)),
  fault('size', 'the rows twice, with new keys', rows => [
    ...rows,
    ...rows.map((row, at) => ({ ...row, id: `8-${at}` })),
  ]),
  fault('balance', 'a label in 1 of 200', rows =>
    rows.filter((row, at) => row['intent'] !== 'billing' || at % 16 === 0),
  ),
  fault(
    'balance',
    'a label in a third',
    inSome(0.28, () => ({ intent: 'order_status' })),
  ),
]
const leaks: Fault[] = [
  ...[1, 2, 3, 4].map(number =>
    fault(
      'leak, the same words',
      `copy ${number}`,
      again(() => ({ split: 'test' })),
    ),
  ),
  fault(
    'leak, the same words',
    'in capitals',
    again(row => ({ split: 'test', message: textOf(row).toUpperCase() })),
  ),
  fault(
    'leak, the same words',
    'without marks',
    again(row => ({ split: 'test', message: textOf(row).replaceAll(/[^\w\s]/g, '') })),
  ),
  fault(
    'leak, the same words',
    'with blanks',
    again(row => ({ split: 'test', message: `  ${textOf(row).replaceAll(' ', '  ')}\n` })),
  ),
  fault(
    'leak, the same words',
    'from test into training',
    again(() => ({ split: 'train' }), 'test'),
  ),
  ...[1, 2, 3].map(number =>
    fault(
      'leak, one slip',
      `slip ${number}`,
      again((row, random) => ({ split: 'test', message: slip(textOf(row), random) })),
    ),
  ),
  fault(
    'leak, a few words',
    'with thanks',
    again(row => ({ split: 'test', message: `${textOf(row)} Thanks.` })),
  ),
  fault(
    'leak, a few words',
    'with a greeting',
    again(row => ({ split: 'test', message: `Hi there. ${textOf(row)}` })),
  ),
  fault(
    'leak, a few words',
    'one word less',
    again(row => ({ split: 'test', message: textOf(row).split(' ').slice(1).join(' ') })),
  ),
  ...[1, 2, 3, 4].map(number =>
    fault(
      'leak, in other words',
      `rewording ${number}`,
      again(row => ({ split: 'test', message: reword(textOf(row)) })),
    ),
  ),
]
const duplicates: Fault[] = [
  fault(
    'near-duplicate',
    'with another mark',
    again(row => ({ message: `${textOf(row)}!!` })),
  ),
  ...[1, 2, 3].map(number =>
    fault(
      'near-duplicate',
      `with a slip, ${number}`,
      again((row, random) => ({ message: slip(textOf(row), random) })),
    ),
  ),
  fault(
    'near-duplicate',
    'a word more',
    again(row => ({ message: `${textOf(row)} Bye` })),
  ),
  fault(
    'near-duplicate',
    'with another answer',
    again(row => ({ intent: row['intent'] === 'refund' ? 'praise' : 'refund' })),
  ),
  fault(
    'near-duplicate',
    'half of it the same',
    again(row => ({
      message: `${textOf(row).slice(0, textOf(row).length / 2)} and now something else entirely`,
    })),
  ),
  fault('near-duplicate', '3 % of the rows', rows => [
    ...rows,
    ...rows
      .filter((_, at) => at % 33 === 0)
      .map((row, at) => ({ ...row, id: `7-${at}`, message: `${textOf(row)} ok` })),
  ]),
]
const personal: Fault[] = [
  fault('card number', 'in the message', say('My card is 4532 0151 1283 0366.')),
  fault('card number', 'without blanks', say('card 5425233430109903 exp 04/29')),
  fault('card number', 'with dashes', answer('We charged 3782-822463-10005.')),
  fault(
    'card number',
    'in the conversation',
    chat(list => list.with(1, { role: 'user', content: 'Charge 4916338506082832 please, I want my order.' })),
  ),
  fault('bank account', 'German', say('My account is DE89 3704 0044 0532 0130 00.')),
  fault('bank account', 'British', say('IBAN GB33BUKB20201555555555')),
  fault('national id', 'of the USA', say('My SSN is 219-09-4521.')),
  fault('national id', 'of Spain', say('Mi DNI es 12345678Z, I mean my id.')),
  fault('national id', 'of Germany', say('My tax id is 86 095 742 719.')),
  fault('national id', 'of Brazil', say('My CPF is 529.982.247-25.')),
  fault('national id', 'of the UK', say('My NI number is AB 12 34 56 C.')),
  fault('national id', 'of the Netherlands', say('My BSN is 111222333.')),
  fault('e-mail', 'plain', say('Write to maria.keller@posteo.de.')),
  fault('e-mail', 'in the reply', answer('I wrote to j.doe1984@gmail.com.')),
  fault('e-mail', 'spelt out', say('Write to maria.keller (at) posteo (dot) de.')),
  fault('telephone', 'international', say('Call +49 30 901820 after six.')),
  fault('telephone', 'American', say('Call me at (415) 555-2671.')),
  fault('telephone', 'in words', say('Call me at four one five, five five five, two six seven one.')),
  fault('address', 'American', say('I live at 1600 Pennsylvania Avenue NW, Washington, DC 20500.')),
  fault('address', 'German', say('Send it to Lindenstraße 14, 10969 Berlin.')),
  fault('name', 'whole', say('My name is Margaret Thornbury.')),
  fault('name', 'a nickname', say('People call me Bibbles.')),
  fault('birthday', 'of somebody', say('I was born on 14 March 1984.')),
  fault('network address', 'of somebody', say('My router is at 203.0.113.77.')),
]
const secrets: Fault[] = [
  fault('secret', 'a key of AWS', say('Use AKIAJ5XNQW3MZ7TLP2KC.')),
  fault('secret', 'a token of GitHub', say('token ghp_x7Kq2mVbN8sTzR4wLpJ6dYcF3hGeA1uQoX9i')),
  fault('secret', 'a key of Stripe', answer(['sk', 'live', '4eC39HqLyjWDarjtT1zdp7dcXm2Pq8Rs'].join('_'))),
  fault('secret', 'a password', say('My password is kR7!vQz2#nBt.')),
  fault('secret', 'a connection', answer('postgres://shop:Xy7pQm2vLw@db.internal:5432/orders')),
  fault(
    'secret',
    'a web token',
    chat(list =>
      list.with(1, {
        role: 'user',
        content:
          'It says eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U',
      }),
    ),
  ),
  fault('secret', 'a password that is a word', say('Just log in with sunflower.')),
]
const languages: Fault[] = [
  fault(
    'language',
    'German',
    set({
      message: 'Wo bleibt meine Bestellung? Ich warte seit zwei Wochen auf das Paket und niemand antwortet.',
    }),
  ),
  fault(
    'language',
    'French',
    set({ message: 'Bonjour, je voudrais retourner ma commande parce que le produit est arrivé cassé.' }),
  ),
  fault(
    'language',
    'Spanish',
    set({ message: 'Hola, quiero devolver el artículo que compré porque llegó roto la semana pasada.' }),
  ),
  fault(
    'language',
    'Chinese',
    set({ message: '你好，我的订单还没有到，请问什么时候可以送达？已经等了两个星期了。' }),
  ),
  fault(
    'language',
    'Russian',
    set({ message: 'Здравствуйте, мой заказ до сих пор не пришёл, когда его доставят?' }),
  ),
  fault(
    'language',
    'a sentence of Italian behind English',
    say('Vorrei anche sapere quando arriva il mio pacco.'),
  ),
  fault('language', 'German in five words', set({ message: 'Wo ist mein Paket jetzt?' })),
]
const chats: Fault[] = [
  fault(
    'conversation',
    'two turns of the user',
    chat(list => [...list.slice(0, 2), list[1], ...list.slice(2)]),
  ),
  fault(
    'conversation',
    'no answer',
    chat(list => list.slice(0, 2)),
  ),
  fault(
    'conversation',
    'no system message',
    chat(list => list.slice(1)),
  ),
  fault(
    'conversation',
    'a role that there is not',
    chat(list => list.with(2, { role: 'bot', content: 'Hello, what can I do for you?' })),
  ),
  fault(
    'conversation',
    'an empty answer',
    chat(list => list.with(2, { role: 'assistant', content: '' })),
  ),
  fault(
    'conversation',
    'a tool call without an answer',
    chat(list =>
      list.toSpliced(2, 0, {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'find', arguments: '{}' } }],
      }),
    ),
  ),
  fault(
    'conversation',
    'an answer to no tool call',
    chat(list => list.toSpliced(2, 0, { role: 'tool', tool_call_id: 'c9', content: '{}' })),
  ),
  fault(
    'conversation',
    'arguments that are no JSON',
    chat(list =>
      list.toSpliced(
        2,
        0,
        { role: 'assistant', tool_calls: [{ id: 'c1', function: { name: 'find', arguments: '{id: 1' } }] },
        { role: 'tool', tool_call_id: 'c1', content: '{}' },
      ),
    ),
  ),
  fault(
    'conversation',
    'no message',
    chat(() => []),
  ),
  fault(
    'conversation',
    'a user who is answered by the question',
    chat(list => list.with(2, { role: 'assistant', content: (list[1] as { content: string }).content })),
  ),
]
const shapes: Fault[] = [
  fault('JSON', 'a key that is missing', set({ meta: { channel: 'mail' } })),
  fault('JSON', 'a key too many', set({ meta: { channel: 'mail', attempts: 1, note: '' } })),
  fault('JSON', 'a value of another type', set({ meta: { channel: 'mail', attempts: '1' } })),
  fault('JSON', 'a value that is not in the list', set({ meta: { channel: 'fax', attempts: 1 } })),
  fault('JSON', 'a list where an object should be', set({ meta: [1] })),
]
const together: Fault[] = [
  fault(
    'columns that disagree',
    'a total that is not quantity times price',
    inOne(row => ({ total: Number(row['total']) + 1 })),
  ),
  fault(
    'columns that disagree',
    'quantity and price exchanged',
    inOne(row => ({ quantity: Math.max(2, Math.round(Number(row['price']))) % 50 || 7 })),
  ),
  fault(
    'columns that disagree',
    'message and reply exchanged',
    inOne(row => ({ message: row['reply'], reply: row['message'] })),
  ),
  fault(
    'columns that disagree',
    'the reply of another ticket',
    inOne((row, rows) => ({ reply: rows.find(other => other['intent'] !== row['intent'])?.['reply'] })),
  ),
]
const characters: Fault[] = [
  fault(
    'damaged text',
    'a character that could not be read',
    inOne(row => ({ message: textOf(row).replace('e', '�') })),
  ),
  fault('damaged text', 'UTF-8 read as Latin 1', say('The cafÃ© is closed.')),
  fault('damaged text', 'entities of HTML', answer('Terms &amp; conditions apply.')),
  fault(
    'damaged text',
    'tags of HTML',
    inOne(row => ({ reply: `<p>${textOf(row, 'reply')}</p>` })),
  ),
  fault(
    'damaged text',
    'letters that only look Latin',
    inOne(row => ({ message: textOf(row).replaceAll('o', 'о').replaceAll('e', 'е').replaceAll('a', 'а') })),
  ),
  fault('damaged text', 'a placeholder that was not filled', answer('Dear {first_name}, bye.')),
]
const flips: Fault[] = [0.01, 0.03, 0.05, 0.1].map(share =>
  fault(
    'flipped labels',
    `${share * 100} %`,
    inSome(share, (row, random) => ({
      intent: random.pick(intents.filter(intent => intent !== row['intent'])),
    })),
  ),
)

const more: Fault[] = [
  fault(
    'drifted numbers',
    'the same mean, three times the spread',
    inSome(1, row =>
      scaled(
        row,
        Math.max(0.05, 1 + 2 * (Number(row['price']) / 100 - 1)) / Math.max(0.05, Number(row['price']) / 100),
      ),
    ),
  ),
  fault(
    'drifted numbers',
    '1 % of the prices at 999',
    inSome(0.01, row => scaled(row, 999 / Number(row['price']))),
  ),
  fault(
    'drifted numbers',
    'tickets of the last month alone',
    inSome(1, row => ({
      created_at: new Date(
        Date.UTC(2026, 7, 8) + (Date.parse(textOf(row, 'created_at')) % 2_592_000_000),
      ).toISOString(),
    })),
  ),
  fault(
    'drifted numbers',
    'times an hour off',
    inSome(1, row => ({
      created_at: new Date(Date.parse(textOf(row, 'created_at')) + 3_600_000).toISOString(),
    })),
  ),
  fault(
    'drifted values',
    'urgencies with two exchanged',
    inSome(1, row => ({
      urgency: row['urgency'] === 'low' ? 'normal' : row['urgency'] === 'normal' ? 'low' : 'high',
    })),
  ),
  fault(
    'drifted values',
    'labels drawn by lot',
    inSome(1, (_, random) => ({ intent: random.pick(intents) })),
  ),
  fault(
    'drifted texts',
    'messages twice as long',
    inSome(1, row => ({ message: `${textOf(row)} ${textOf(row)}` })),
  ),
  fault(
    'drifted texts',
    'one reply for a third',
    inSome(0.33, () => ({ reply: 'I can help with orders, deliveries, refunds, returns and accounts.' })),
  ),
  fault('shifted columns', 'labels one row further', rows =>
    rows.map((row, at) => ({ ...row, intent: rows[(at + 1) % rows.length]?.['intent'] })),
  ),
  fault('shifted columns', 'replies one row further', rows =>
    rows.map((row, at) => ({ ...row, reply: rows[(at + 1) % rows.length]?.['reply'] })),
  ),
  fault('shifted columns', 'prices one row further', rows =>
    rows.map((row, at) => ({ ...row, price: rows[(at + 1) % rows.length]?.['price'] })),
  ),
  fault('shifted columns', 'SKUs one row further', rows =>
    rows.map((row, at) => ({ ...row, sku: rows[(at + 1) % rows.length]?.['sku'] })),
  ),
  fault(
    'flipped labels',
    'a third of one label as another',
    inSome(1, (row, random) =>
      row['intent'] === 'refund' && random.next() < 0.33 ? { intent: 'billing' } : {},
    ),
  ),
  fault(
    'flipped labels',
    'one row',
    inOne((row, _, random) => ({ intent: random.pick(intents.filter(intent => intent !== row['intent'])) })),
  ),
  fault('flipped labels', 'ten rows', rows =>
    rows.map((row, at) =>
      at % 200 === 5 ? { ...row, intent: row['intent'] === 'refund' ? 'how_to' : 'refund' } : row,
    ),
  ),
  fault(
    'near-duplicate',
    'sentences in another order',
    again(row => ({
      message: textOf(row)
        .split(/(?<=[.?!]) /)
        .toReversed()
        .join(' '),
    })),
  ),
  fault(
    'near-duplicate',
    'in other words',
    again(row => ({ message: reword(textOf(row)) })),
  ),
  fault(
    'near-duplicate',
    'with another number of the order',
    again(row => ({ message: `${textOf(row).replaceAll(/\d+/g, '')} 48213` })),
  ),
  fault(
    'leak, one slip',
    'two slips',
    again((row, random) => ({ split: 'test', message: slip(slip(textOf(row), random), random) })),
  ),
  fault(
    'leak, a few words',
    'in the middle of another text',
    again((row, random) => ({
      split: 'test',
      message: `I wrote before and got no answer. ${textOf(row)} It is the third time that I ask, ${String(random.below(1_000))}.`,
    })),
  ),
  fault('leak, the same words', 'half of the test rows', rows => [
    ...rows,
    ...rows
      .filter(row => row['split'] === 'test')
      .slice(0, 200)
      .map((row, at) => ({ ...row, id: `6-${at}`, split: 'train' })),
  ]),
  fault(
    'damaged text',
    'a zero-width blank in a word',
    inOne(row => ({ message: textOf(row).replace(/(\w\w)(\w\w)/, '$1\u200B$2') })),
  ),
  fault(
    'damaged text',
    'a control character',
    inOne(row => ({ message: `${textOf(row)}\u0000` })),
  ),
  fault(
    'damaged text',
    'an override of the direction',
    inOne(row => ({ message: `${textOf(row)}\u202E` })),
  ),
  fault('card number', 'in digits of full width', say('My card is ４５３２０１５１１２８３０３６６.')),
  fault('card number', 'over two lines', say('My card is 4532 0151\n1283 0366.')),
  fault('card number', 'with a digit too few', say('My card is 4532 0151 1283 036.')),
  fault('e-mail', 'with a zero-width blank', say('Write to maria\u200B.keller@posteo.de.')),
  fault(
    'e-mail',
    'in 10 % of the rows',
    inSome(0.1, (row, random) => ({ message: `${textOf(row)} maria${random.below(1_000)}@posteo.de` })),
  ),
  fault('telephone', 'French', say('Call me at 06 12 34 56 78.')),
  fault('national id', 'of France', say('My number is 2 69 05 49 588 157 80.')),
  fault('national id', 'of India', say('My Aadhaar is 2345 6789 0124.')),
  fault('document', 'a passport', say('My passport number is C01X00T47.')),
  fault('document', 'a licence plate', say('My car is B-MW 1234.')),
  fault(
    'secret',
    'a key of OpenAI',
    say(`key ${['sk', 'proj', 'Zk3vT9qLmN4xRb7YwC2dHf8JpS6uGa1EoViXsKt5QyBn'].join('-')}`),
  ),
  fault(
    'secret',
    'a token of Slack',
    answer(['xoxb', '2345678901', '2345678901234', 'AbCdEfGhIjKlMnOpQrStUvWx'].join('-')),
  ),
  fault('secret', 'a key of Google', say(`AIza${'SyD4kQ9mXw2LpR7vTzB3nYc6HfJ1sGaEoUq'}`)),
  fault(
    'secret',
    'the beginning of a private key',
    say('-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7bq3Kf9xLw2ZtQmVn8RyPdS4hGcJ1uXoEaTi6kBvCsWlNzY5'),
  ),
  fault(
    'conversation',
    'the user of another ticket',
    inOne((row, rows) => ({
      messages: (row['messages'] as unknown[]).with(
        1,
        (rows[77]?.['messages'] as unknown[] | undefined)?.[1],
      ),
    })),
  ),
  fault(
    'conversation',
    'a system message at the end',
    chat(list => [...list.slice(1), list[0]]),
  ),
  fault('JSON', 'a number that is no whole one', set({ meta: { channel: 'mail', attempts: 1.5 } })),
  fault(
    'columns that disagree',
    'a high urgency of which the reply knows nothing',
    inOne(row => ({ urgency: row['urgency'] === 'high' ? 'low' : 'high' })),
  ),
]

/** All of them, in the order of the report. */
export const faults: readonly Fault[] = [
  ...wrongTypes,
  ...missing,
  ...ranges,
  ...lengths,
  ...patterns,
  ...labels,
  ...keys,
  ...references,
  ...columns,
  ...drifts,
  ...sizes,
  ...leaks,
  ...duplicates,
  ...personal,
  ...secrets,
  ...languages,
  ...chats,
  ...shapes,
  ...together,
  ...characters,
  ...flips,
  ...more,
]

const intents = [
  'order_status',
  'refund',
  'cancel_order',
  'return_item',
  'damaged_item',
  'wrong_item',
  'billing',
  'how_to',
]

function scaled(row: Cells, by: number): Cells {
  const price = Math.round(Number(row['price']) * by * 100) / 100
  return { price, total: Math.round(price * Number(row['quantity']) * 100) / 100 }
}

/** Two letters exchanged. */
function slip(text: string, random: Random): string {
  const at = 1 + Math.floor(random.next() * (text.length - 3))
  return text.slice(0, at) + (text[at + 1] ?? '') + (text[at] ?? '') + text.slice(at + 2)
}

const otherWords: readonly (readonly [RegExp, string])[] = [
  [/\bwhere (?:is|are)\b/gi, 'what happened to'],
  [/\bmy\b/gi, 'the one that I bought,'],
  [/\bI (?:want|would like) to\b/gi, 'it would suit me to'],
  [/\bplease\b/gi, 'kindly'],
  [/\b(?:can|could) (?:you|I)\b/gi, 'is there a way to'],
  [/\border\b/gi, 'purchase'],
  [/\bhas not arrived\b/gi, 'never came'],
  [/\bhelp\b/gi, 'assist'],
  [/\bI\b/g, 'your customer'],
]

/** The same meaning in other words, as far as a list can. */
function reword(text: string): string {
  const other = otherWords.reduce((said, [from, to]) => said.replaceAll(from, to), text)
  return `${other
    .split(/(?<=[.?!]) /)
    .toReversed()
    .join(' ')} That is all.`
}
