import { describe, expect, it } from 'bun:test'
import { signWebhook } from './webhook-signature.ts'

describe('signWebhook', () => {
  it('signs as the libraries of Standard Webhooks do', () => {
    // the example of their specification and of the libraries' own tests
    const signed = signWebhook('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestampSeconds: 1_614_265_330,
      body: '{"test": 2432232314}',
    })
    expect(signed['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
    expect(signed['webhook-timestamp']).toBe('1614265330')
  })
})
