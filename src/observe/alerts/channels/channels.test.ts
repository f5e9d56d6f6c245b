import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { createHmac } from 'node:crypto'
import { parseConfig } from '../../../foundation/config/index.ts'
import type { Alert } from '../alert.ts'
import { startReceiver, startMailServer } from '../../../../test/receivers.ts'
import type { Message } from './message.ts'
import { SendProblem } from './message.ts'
import { sendThrough } from './send.ts'

const alert: Alert = {
  id: '01a204f9-c1d3-7085-937d-6315f2c90908',
  fingerprint: 'abc',
  source: 'slo',
  name: 'support/available',
  labels: { service: 'support', slo: 'available', severity: 'page' },
  severity: 'page',
  state: 'firing',
  summary: 'support: the budget burns <fast> & hot.',
  value: 20,
  threshold: 14.4,
  evidence: { burns: [] },
  runbook: 'https://example.com/runbook',
  startedAt: new Date(0),
  firedAt: new Date(0),
  acknowledgedAt: undefined,
  acknowledgedBy: undefined,
  resolvedAt: undefined,
  resolution: undefined,
  lastTrueAt: new Date(0),
  keepFiringMs: 0,
  returns: 0,
  sentAt: undefined,
  mutedBy: undefined,
}
const message: Message = {
  id: '01a204f9-c1d3-7085-937d-6315f2c90909',
  kind: 'firing',
  groupKey: 'page service=support',
  alerts: [alert],
  consoleUrl: 'http://console.example',
  at: new Date('2026-03-04T05:06:07Z'),
}
const secret = 'a-secret-of-the-receiver'
let receiver: Awaited<ReturnType<typeof startReceiver>>
let mail: Awaited<ReturnType<typeof startMailServer>>

beforeAll(async () => {
  receiver = await startReceiver()
  mail = await startMailServer()
})
afterAll(() => {
  receiver.stop()
  mail.stop()
})

function configOf(channel: string) {
  const parsed = parseConfig(`services: {}\nalerts: { channels: { it: ${channel} } }`, 'slipway.yaml', {
    HOOK: `${receiver.url}/hook`,
    SECRET: secret,
  })
  if (!('snapshot' in parsed)) throw new Error(JSON.stringify(parsed.problems))
  return parsed.snapshot
}

const send = (channel: string, given: Message = message) =>
  sendThrough('it', given, configOf(channel), new AbortController().signal)

async function problemOf(sending: Promise<void>): Promise<SendProblem> {
  const problem = await sending.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (!(problem instanceof SendProblem)) throw new Error('It was sent.', { cause: problem })
  return problem
}

describe('a webhook', () => {
  it('gets the alert with its evidence, signed as Standard Webhooks are', async () => {
    await send(`{ kind: webhook, url: '${receiver.url}/hook', secret: { env: SECRET }, allowPrivate: true }`)
    const [request] = receiver.take()
    const { headers, body } = request!
    expect(JSON.parse(body)).toMatchObject({
      type: 'alert.firing',
      data: {
        alerts: [{ id: alert.id, evidence: { burns: [] }, url: `http://console.example/alerts/${alert.id}` }],
      },
    })
    const id = headers['webhook-id'] ?? ''
    const seconds = headers['webhook-timestamp'] ?? ''
    expect([id, seconds]).toEqual([message.id, String(Date.parse('2026-03-04T05:06:07Z') / 1_000)])
    const signature = createHmac('sha256', secret).update(`${id}.${seconds}.${body}`).digest('base64')
    expect(headers['webhook-signature']).toBe(`v1,${signature}`)
  })

  it('is tried again after 500 and 429, and not after 400 or a redirect', async () => {
    const hook = `{ kind: webhook, url: '${receiver.url}/hook', allowPrivate: true }`
    receiver.answer(503)
    expect(await problemOf(send(hook))).toMatchObject({ isRetryable: true, message: 'It answered 503.' })
    receiver.answer(429, { 'retry-after': '7' })
    expect(await problemOf(send(hook))).toMatchObject({ isRetryable: true, retryAfterSeconds: 7 })
    receiver.answer(400)
    expect(await problemOf(send(hook))).toMatchObject({ isRetryable: false })
    receiver.answer(302, { location: `${receiver.url}/elsewhere` })
    expect(await problemOf(send(hook))).toMatchObject({ isRetryable: false })
    expect(receiver.take().map(({ path }) => path)).toEqual(['/hook', '/hook', '/hook', '/hook'])
    receiver.answer(200)
  })

  it('is no way to machines inside, and never one to where clouds keep secrets', async () => {
    const url = receiver.url.replace('127.0.0.1', 'localhost')
    expect(await problemOf(send(`{ kind: webhook, url: '${url}/hook' }`))).toMatchObject({
      isRetryable: false,
      message: expect.stringContaining('allowPrivate: true'),
    })
    for (const host of ['169.254.169.254', '[fe80::1]', '0.0.0.0', '[::ffff:169.254.169.254]'])
      expect(
        await problemOf(
          send(`{ kind: webhook, url: 'http://${host}/latest/meta-data', allowPrivate: true }`),
        ),
      ).toMatchObject({ isRetryable: false, message: expect.stringContaining('never called') })
    expect(receiver.take()).toEqual([])
  })

  it('says nothing of an address that is a secret', async () => {
    const closed = configOf('{ kind: slack, url: { env: HOOK }, allowPrivate: true }')
    receiver.answer(404)
    const problem = await problemOf(sendThrough('it', message, closed, new AbortController().signal))
    expect(problem.message).not.toContain('hook')
    receiver.answer(200)
    receiver.take()
  })
})

describe('Slack', () => {
  it('gets blocks with links, and text that means nothing to it', async () => {
    await send('{ kind: slack, url: { env: HOOK }, allowPrivate: true }')
    const body = JSON.parse(receiver.take()[0]!.body) as {
      text: string
      blocks: { text: { text: string } }[]
    }
    expect(body.text).toBe('Firing (page): support/available')
    expect(body.blocks[1]?.text.text).toBe(
      `support: the budget burns &lt;fast&gt; &amp; hot.\n<http://console.example/alerts/${alert.id}|Evidence> · <https://example.com/runbook|Runbook>`,
    )
  })
})

describe('PagerDuty', () => {
  const channel = () =>
    `{ kind: pagerduty, routingKey: { env: SECRET }, url: '${receiver.url}/v2/enqueue', allowPrivate: true }`

  it('opens an incident by the fingerprint and closes the same', async () => {
    receiver.answer(202)
    await send(channel())
    await send(channel(), { ...message, kind: 'resolved' })
    const events = receiver.take().map(({ body }) => JSON.parse(body) as Record<string, unknown>)
    expect(events).toMatchObject([
      {
        routing_key: secret,
        event_action: 'trigger',
        dedup_key: 'abc',
        payload: { severity: 'critical', source: 'support', custom_details: { value: 20, threshold: 14.4 } },
      },
      { routing_key: secret, event_action: 'resolve', dedup_key: 'abc' },
    ])
    receiver.answer(200)
  })
})

describe('e-mail', () => {
  const channel = (more = '') =>
    `{ kind: email, host: 127.0.0.1, port: ${mail.port}, tls: never, from: slipway@example.com, to: [oncall@example.com, other@example.com], allowPrivate: true${more} }`

  it('is sent over SMTP, with who signs in', async () => {
    await send(channel(', user: me, password: { env: SECRET }'))
    const [received] = mail.take()
    expect(received).toMatchObject({
      from: '<slipway@example.com>',
      to: ['<oncall@example.com>', '<other@example.com>'],
      login: `\0me\0${secret}`,
    })
    expect(received!.text).toContain('Subject: [Slipway] Firing (page): support/available')
    expect(received!.text).toContain(`http://console.example/alerts/${alert.id}`)
  })

  it('is tried again where the server has no time, not where it does not want it', async () => {
    mail.answer(450)
    expect(await problemOf(send(channel()))).toMatchObject({
      isRetryable: true,
      message: 'The mail server answered 450.',
    })
    mail.answer(550)
    expect(await problemOf(send(channel()))).toMatchObject({ isRetryable: false })
    mail.answer(250)
    const upgrade = channel().replace('tls: never', 'tls: upgrade')
    expect((await problemOf(send(upgrade))).message).toContain('did not take it')
  })
})
