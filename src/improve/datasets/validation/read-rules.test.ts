import { describe, expect, it } from 'bun:test'
import { textDetectors } from '../../../serve/guardrails/index.ts'
import { readDefinition } from '../definition.ts'
import { readRules } from './read-rules.ts'

function problemsOf(text: string): string[] {
  const read = readDefinition(
    text,
    'dataset.yaml',
    definition => readRules(definition, textDetectors).problems,
  )
  return 'problems' in read
    ? read.problems.map(({ line, column, message, mend }) => `${line}:${column} ${message} ${mend}`)
    : []
}

describe('readRules', () => {
  it('says where what is misspelt stands, and what was meant', () => {
    expect(
      problemsOf(`key: id
columns:
  id: { type: string, patern: "^a" }
  price: { min: zero }
  label: { values: yes, severity: eror }
checks:
  - uniqe: [id]
  - rows: { mim: 1 }
  - { rows: { min: 1 }, severty: warn }
  - leakage: { on: lable }
  - pattern: { column: id, is: "(?=a)" }
  - personal-data: { entities: [EMAIL] }
  - { rows: { min: 1 }, unique: id }
  - balance: { column: label }
  - hello
`),
    ).toEqual([
      '3:23 `patern` is not a key that is known here. Did you mean `pattern`?',
      expect.stringMatching(/^4:17 `zero` is neither a number nor a time\./),
      '5:35 `eror` is not allowed here. Did you mean `error`?',
      '7:5 `uniqe` is not a key that is known here. Did you mean `unique`?',
      '8:13 `mim` is not a key that is known here. Did you mean `min`?',
      '9:25 `severty` is not a key that is known here. Did you mean `severity`?',
      '10:16 There is no column `lable`. Did you mean `label`? If not, declare it under `columns` too.',
      expect.stringMatching(/^11:32 The pattern cannot be used: .* linear time/),
      expect.stringMatching(/^12:20 The detector does not take this: entities\.0/),
      '13:25 This check has two rules, `rows` and `unique`. Write each as a check of its own.',
      expect.stringMatching(/^14:14 This needs minShare, maxShare or minRows\./),
      '15:5 A check is a group of keys. Write it as `- unique: [order, line]`.',
    ])
  })

  it('gives each rule a name of its own', () => {
    const read = readDefinition(
      'checks: [{ rows: { min: 1 } }, { rows: { max: 9 }, severity: warn }, { name: few, rows: { max: 9 } }]\n',
    )
    if ('problems' in read) throw new Error('It has problems.')
    const { rules } = readRules(read.definition, undefined)
    expect(rules.map(({ name, severity }) => `${name} ${severity}`)).toEqual([
      'rows error',
      'rows 2 warn',
      'few error',
    ])
  })
})
