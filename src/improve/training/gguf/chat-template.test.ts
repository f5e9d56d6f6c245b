import { describe, expect, it } from 'bun:test'
import { Template } from '@huggingface/jinja'
import { chatTemplate } from './chat-template.ts'

const render = (messages: unknown[]): string =>
  new Template(chatTemplate).render({
    messages,
    add_generation_prompt: true,
    bos_token: '',
    eos_token: '<|end|>',
  })

describe('chatTemplate', () => {
  it('asks with the user’s message', () => {
    expect(render([{ role: 'user', content: 'Where is my laptop?' }])).toBe(
      '<|input|>Where is my laptop?<|output|>',
    )
  })

  it('accepts system messages and earlier turns, and leaves them out', () => {
    const messages = [
      { role: 'system', content: 'You are kind.' },
      { role: 'user', content: 'hello' },
      { role: 'assistant', content: '{}' },
      { role: 'user', content: '  refund my phone\n' },
    ]
    expect(render(messages)).toBe('<|input|>refund my phone<|output|>')
  })

  it('joins the text parts of a message', () => {
    const content = [
      { type: 'text', text: 'cancel ' },
      { type: 'image_url', image_url: { url: 'data:,' } },
      { type: 'text', text: 'my order' },
    ]
    expect(render([{ role: 'user', content }])).toBe('<|input|>cancel my order<|output|>')
  })

  it('renders without a user message', () => {
    expect(render([{ role: 'system', content: 'alone' }])).toBe('<|input|><|output|>')
  })

  it('leaves the generation prompt away where none is asked for', () => {
    const text = new Template(chatTemplate).render({ messages: [{ role: 'user', content: 'hi' }] })
    expect(text).toBe('<|input|>hi')
  })
})
