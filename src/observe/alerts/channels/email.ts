import { Failure, resolveAllowed } from '../../../foundation/platform/index.ts'
import { headlineOf, type Message, SendProblem, textOf } from './message.ts'

const timeoutMs = 10_000

/** Plain text over SMTP. */
export async function sendEmail(
  message: Message,
  options: {
    readonly host: string
    readonly port: number
    readonly tls: 'always' | 'upgrade' | 'never'
    readonly user: string | undefined
    readonly password: string | undefined
    readonly from: string
    readonly to: readonly string[]
    readonly allowPrivate: boolean
  },
): Promise<void> {
  const { host, port, tls, user, password, from, to } = options
  const { address } = await resolveAllowed(host, options).catch((error: unknown) => {
    if (!(error instanceof Failure)) throw error
    throw new SendProblem(error.message, { isRetryable: error.code !== 'forbidden', cause: error })
  })
  // loaded with the first message: most servers never send one
  const { createTransport } = await import('nodemailer')
  const transport = createTransport({
    host: address,
    port,
    secure: tls === 'always',
    requireTLS: tls === 'upgrade',
    ignoreTLS: tls === 'never',
    // the certificate is the host's, whichever of its addresses was taken
    tls: { servername: host },
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    ...(user !== undefined && password !== undefined && { auth: { user, pass: password } }),
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  try {
    await transport.sendMail({
      from,
      to: [...to],
      subject: `[Slipway] ${headlineOf(message)}`,
      text: textOf(message),
      messageId: `<${message.id}@slipway>`,
    })
  } catch (error) {
    const code = responseCodeOf(error)
    const isRefused = code !== undefined && code >= 500
    throw new SendProblem(
      code === undefined ? 'The mail server did not take it.' : `The mail server answered ${code}.`,
      {
        isRetryable: !isRefused,
        cause: error,
      },
    )
  } finally {
    transport.close()
  }
}

function responseCodeOf(error: unknown): number | undefined {
  const code = error instanceof Error && 'responseCode' in error ? Number(error.responseCode) : Number.NaN
  return Number.isNaN(code) ? undefined : code
}
