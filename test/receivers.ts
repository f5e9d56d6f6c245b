import { createServer, type AddressInfo, type Socket } from 'node:net'

export interface ReceivedRequest {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** An HTTP server that keeps what it gets. */
export async function startReceiver() {
  let received: ReceivedRequest[] = []
  let status = 200
  let headers: Record<string, string> = {}
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: async request => {
      const { pathname } = new URL(request.url)
      received.push({
        path: pathname,
        headers: Object.fromEntries(request.headers),
        body: await request.text(),
      })
      return new Response('seen', { status, headers })
    },
  })
  return {
    url: `http://127.0.0.1:${server.port}`,
    answer: (next: number, nextHeaders: Record<string, string> = {}) => {
      status = next
      headers = nextHeaders
    },
    /** What came since the last time. */
    take: () => {
      const taken = received
      received = []
      return taken
    },
    stop: () => void server.stop(true),
  }
}

export interface ReceivedMail {
  from: string
  to: string[]
  login: string | undefined
  text: string
}

/** A mail server, as much of RFC 5321 and 4954 as a client needs that sends in the plain. */
export async function startMailServer() {
  let received: ReceivedMail[] = []
  let status = 250
  const server = createServer(socket =>
    converse(
      socket,
      () => status,
      mail => received.push(mail),
    ),
  )
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    /** What it says to who a mail is for. */
    answer: (next: number) => {
      status = next
    },
    take: () => {
      const taken = received
      received = []
      return taken
    },
    stop: () => void server.close(),
  }
}

function converse(socket: Socket, status: () => number, keep: (mail: ReceivedMail) => void): void {
  let buffered = ''
  let isData = false
  let mail: ReceivedMail = { from: '', to: [], login: undefined, text: '' }
  const say = (line: string): void => void socket.write(`${line}\r\n`)
  say('220 mail.test ESMTP')
  socket.setEncoding('utf8')
  socket.on('error', () => undefined)
  socket.on('data', (chunk: string) => {
    buffered += chunk
    for (let end = buffered.indexOf('\r\n'); end >= 0; end = buffered.indexOf('\r\n')) {
      const line = buffered.slice(0, end)
      buffered = buffered.slice(end + 2)
      if (isData) {
        if (line !== '.') mail.text += `${line}\n`
        else {
          isData = false
          keep(mail)
          mail = { from: '', to: [], login: undefined, text: '' }
          say('250 kept')
        }
      } else hear(line)
    }
  })

  function hear(line: string): void {
    const verb = (line.split(/[ :]/)[0] ?? '').toUpperCase()
    const path = /<[^>]*>/.exec(line)?.[0] ?? ''
    switch (verb) {
      case 'EHLO':
        socket.write('250-mail.test\r\n250-AUTH PLAIN\r\n250 8BITMIME\r\n')
        return
      case 'AUTH':
        mail.login = Buffer.from(line.split(' ')[2] ?? '', 'base64').toString('utf8')
        return say('235 welcome')
      case 'MAIL':
        mail.from = path
        return say('250 ok')
      case 'RCPT':
        if (status() === 250) mail.to.push(path)
        return say(status() === 250 ? '250 ok' : `${status()} no`)
      case 'DATA':
        isData = true
        return say('354 go on')
      case 'QUIT':
        say('221 bye')
        socket.end()
        return
      default:
        return say('250 ok')
    }
  }
}
