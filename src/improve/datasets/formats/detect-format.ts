import { open } from 'node:fs/promises'
import { fileFault } from './file-fault.ts'
import type { DetectedFormat, FileFormat } from './format.ts'

const headBytes = 256 * 1024

/** What the beginning of an unpacked file is, by its content; its name decides only where that leaves it open. */
export async function detectFormat(file: string, name: string): Promise<DetectedFormat> {
  const { head, isWhole } = await readBeginning(file)
  if (head.length === 0)
    throw fileFault('the file is empty. Nothing was stored.', 'Send one that holds at least one row.', {
      row: 1,
      byte: 0,
    })
  if (head.subarray(0, 4).toString('latin1') === 'PAR1')
    return { format: 'parquet', why: 'it begins with the mark of Parquet', layout: 'parquet' }
  if (head[0] === 0x50 && head[1] === 0x4b && (head[2] ?? 0) < 9)
    throw fileFault(
      'the file is a ZIP archive (or an Office document). Nothing was stored.',
      'Unpack it, and import the file in it as JSONL, CSV or Parquet.',
    )
  const text = head.toString('utf8').replace(/^\uFEFF/, '')
  const start = text.trimStart()
  if (start === '')
    throw fileFault(
      'the file holds nothing but blanks. Nothing was stored.',
      'Send one that holds at least one row.',
      { row: 1, byte: 0 },
    )
  if (/^<(?:!doctype|html|\?xml)/i.test(start))
    throw fileFault(
      'the file is a page of HTML or XML, no data. Nothing was stored.',
      'Was an error page saved in place of the file? Download it again.',
    )
  if (start.startsWith('{')) return ofObjects(start, isWhole)
  if (start.startsWith('['))
    return /"(?:vars|assert)"\s*:/.test(text) && !/"messages"\s*:/.test(text)
      ? { format: 'promptfoo', why: 'it is a JSON list of tests with vars or assert', layout: 'document' }
      : { format: 'jsonl', why: 'it is a JSON list, whose entries are the rows', layout: 'document' }
  if (
    /\.ya?ml$/i.test(name.replace(/\.(?:gz|zst)$/i, '')) ||
    /^(?:tests|prompts|providers|defaultTest):|^- *(?:vars|description|assert):/m.test(text)
  )
    return { format: 'promptfoo', why: 'it is YAML with tests', layout: 'yaml' }
  return ofTable(text, name)
}

/** Holds what somebody says against what the content allows. Throws `invalid_request` where it cannot be so. */
export async function detectAs(
  asked: FileFormat | undefined,
  file: string,
  name: string,
): Promise<DetectedFormat> {
  const found = await detectFormat(file, name)
  if (asked === undefined || asked === found.format) return found
  const isText = found.layout !== 'parquet'
  if ((asked === 'csv' || asked === 'tsv') && isText)
    return { format: asked, why: 'it was asked for', layout: 'table' }
  const linesAsked = asked !== 'parquet' && asked !== 'csv' && asked !== 'tsv'
  if (
    linesAsked &&
    (found.layout === 'lines' || found.layout === 'document' || asked === 'promptfoo') &&
    isText
  )
    return { format: asked, why: 'it was asked for', layout: found.layout }
  if (linesAsked && found.layout === 'table')
    return { format: asked, why: 'it was asked for', layout: 'lines' }
  throw fileFault(
    `the file was to be read as ${asked}, and it is ${found.format}: ${found.why}. Nothing was stored.`,
    'Leave the format out, or send the other file.',
  )
}

async function readBeginning(file: string): Promise<{ head: Buffer; isWhole: boolean }> {
  const handle = await open(file)
  try {
    const buffer = Buffer.alloc(headBytes)
    const { bytesRead } = await handle.read(buffer, 0, headBytes, 0)
    return { head: buffer.subarray(0, bytesRead), isWhole: bytesRead < headBytes }
  } finally {
    await handle.close()
  }
}

function ofObjects(text: string, isWhole: boolean): DetectedFormat {
  const end = text.indexOf('\n')
  const first = end === -1 ? text : text.slice(0, end)
  const row = parseObject(first)
  if (row) return ofRow(row, /"tests"\s*:/.test(first))
  const whole = isWhole ? parseObject(text) : undefined
  if (whole && Object.hasOwn(whole, 'tests'))
    return { format: 'promptfoo', why: 'it is a JSON document with tests', layout: 'document' }
  // a document over several lines begins with a line that ends in the middle of an object
  if (/^\{\s*$/.test(first) || /^\{\s*"[^"]*"\s*:\s*[[{]?\s*$/.test(first))
    return { format: 'jsonl', why: 'it is one JSON document over several lines', layout: 'document' }
  return { format: 'jsonl', why: 'its lines begin as JSON objects', layout: 'lines' }
}

function ofRow(row: Readonly<Record<string, unknown>>, mayHaveTests: boolean): DetectedFormat {
  if (mayHaveTests && Array.isArray(row['tests']))
    return { format: 'promptfoo', why: 'it is a JSON document with tests', layout: 'document' }
  const has = (name: string): boolean => Object.hasOwn(row, name)
  const names = Object.keys(row)
  const chatMembers = new Set(['messages', 'tools', 'functions', 'parallel_tool_calls', 'weight'])
  if (has('messages') && names.every(name => chatMembers.has(name)))
    return { format: 'openai-chat', why: 'each line is an object of messages and tools', layout: 'lines' }
  if (has('preferred_output') && has('non_preferred_output') && has('input'))
    return {
      format: 'openai-preference',
      why: 'each line has input, preferred_output and non_preferred_output',
      layout: 'lines',
    }
  if (has('item') && names.every(name => name === 'item' || name === 'sample') && isObject(row['item']))
    return { format: 'openai-eval-items', why: 'each line is an item of an eval', layout: 'lines' }
  if (has('input') && has('ideal'))
    return { format: 'openai-evals', why: 'each line has input and ideal', layout: 'lines' }
  return { format: 'jsonl', why: 'each line is a JSON object', layout: 'lines' }
}

function ofTable(text: string, name: string): DetectedFormat {
  const header = text.slice(0, text.search(/\r?\n|$/))
  const plainName = name.replace(/\.(?:gz|zst)$/i, '')
  if (/(?:^|[,;\t])"?__expected\d*"?(?:[,;\t]|$)/.test(header))
    return { format: 'promptfoo', why: 'its header has __expected', layout: 'table' }
  const tabs = header.split('\t').length
  if (/\.tsv$/i.test(plainName) || tabs > header.split(',').length)
    return {
      format: 'tsv',
      why: /\.tsv$/i.test(plainName) ? 'its name says so' : 'its first line is divided by tabs',
      layout: 'table',
    }
  if (/\.(?:jsonl|ndjson)$/i.test(plainName))
    return { format: 'jsonl', why: 'its name says so', layout: 'lines' }
  return { format: 'csv', why: 'its first line is a header of columns', layout: 'table' }
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
