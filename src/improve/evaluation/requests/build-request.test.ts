import { describe, expect, it } from 'bun:test'
import { buildExample } from './build-request.ts'
import { fillTemplate, templateNames } from './template.ts'

const none = { expected: undefined, context: undefined }
const request = (given: object) => ({ request: { parameters: {}, stream: false, sendSeed: true, ...given } })

describe('buildExample', () => {
  it('fills a template with columns, nested values and variables of promptfoo', () => {
    const row = { question: 'Why?', meta: { tier: 'gold', tags: ['a'] }, vars: { name: 'Ada', n: 2 } }
    const built = buildExample(
      request({
        prompt: '{{ question }} {{meta.tier}} {{meta.tags}} {{name}}{{n}} {{gone}}|',
        system: 'For {{meta.tier}}.',
        parameters: { temperature: 0 },
      }),
      none,
      '["1"]',
      row,
    )
    if ('problem' in built) throw new Error(built.problem)
    expect(built.body).toEqual({
      temperature: 0,
      messages: [
        { role: 'system', content: 'For gold.' },
        { role: 'user', content: 'Why? gold ["a"] Ada2 |' },
      ],
    })
  })

  it('sends messages but for the answer at their end, which is expected', () => {
    const messages = [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Hello' },
    ]
    const built = buildExample(request({ messages: 'chat' }), none, 'k', { chat: messages })
    if ('problem' in built) throw new Error(built.problem)
    expect(built.body['messages']).toEqual(messages.slice(0, 1))
    expect(built.example.expected).toBe('Hello')
    const labelled = buildExample(request({ messages: 'chat' }), { ...none, expected: 'label' }, 'k', {
      chat: JSON.stringify(messages),
      label: 'other',
    })
    if ('problem' in labelled) throw new Error(labelled.problem)
    expect(labelled.example.expected).toBe('other')
    expect(labelled.body['messages']).toEqual(messages.slice(0, 1))
  })

  it('takes a text for what a user says, and says why a row makes no request', () => {
    const built = buildExample(request({ messages: 'chat' }), none, 'k', { chat: '[not json' })
    expect('body' in built && built.body['messages']).toEqual([{ role: 'user', content: '[not json' }])
    const problem = (value: unknown) =>
      buildExample(request({ messages: 'chat' }), none, 'k', { chat: value })
    expect(problem(null)).toEqual({ problem: 'The column `chat` holds no list of messages.' })
    expect(problem([{ content: 'x' }])).toEqual({ problem: 'Message 1 in the column `chat` has no role.' })
    expect(problem([{ role: 'assistant', content: 'x' }])).toEqual({
      problem: 'There is nothing to ask: the only message is the answer.',
    })
  })
})

describe('templateNames', () => {
  it('finds what is named, each once, and what is no name', () => {
    expect(templateNames('{{a}} {{ b.c }} {{a}}')).toEqual({ names: ['a', 'b'] })
    expect(templateNames('{{a | upper}}')).toHaveProperty('problem')
    expect(templateNames('{{a')).toHaveProperty('problem')
    expect(fillTemplate('{{a}}', { a: '$& {{b}}', b: 'x' })).toBe('$& {{b}}')
  })
})
