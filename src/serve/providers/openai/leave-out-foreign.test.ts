import { describe, expect, it } from 'bun:test'
import { chatCall } from '../__fixtures__/read.ts'
import { differences } from './differences.ts'
import { leaveOutForeign } from './leave-out-foreign.ts'
import { writeBody } from './request.ts'

const cache_control = { type: 'ephemeral' }
const body = {
  messages: [
    { role: 'system', content: [{ type: 'text', text: 'a', cache_control }] },
    { role: 'assistant', content: 'b', reasoning_content: 'c', thinking_blocks: [{ type: 'thinking' }] },
    { role: 'tool', tool_call_id: 'd', content: 'e', cache_control },
  ],
  tools: [{ type: 'function', function: { name: 'f' }, cache_control }],
}

describe('leaveOutForeign', () => {
  it('leaves out what the server does not read, and keeps the rest', () => {
    expect(leaveOutForeign(body, undefined)).toEqual({
      messages: [
        { role: 'system', content: [{ type: 'text', text: 'a' }] },
        { role: 'assistant', content: 'b' },
        { role: 'tool', tool_call_id: 'd', content: 'e' },
      ],
      tools: [{ type: 'function', function: { name: 'f' } }],
    })
    expect(leaveOutForeign(body, ['cache_control', 'reasoning_content', 'thinking_blocks'])).toBe(body)
    const plain = { messages: [{ role: 'user', content: [{ type: 'text', text: 'x' }] }] }
    expect(leaveOutForeign(plain, undefined)).toBe(plain)
  })

  it('never touches what the client of this very dialect wrote', () => {
    const translated = chatCall(body, { isTranslated: true })
    expect(writeBody(chatCall(body), differences.openai, 'x').body).toContain('cache_control')
    expect(writeBody(translated, differences.openai, 'x').body).not.toContain('cache_control')
    expect(writeBody(translated, differences.openrouter, 'x').body).toContain('cache_control')
    expect(writeBody(translated, differences.vllm, 'x').body).toContain('reasoning_content')
  })
})
