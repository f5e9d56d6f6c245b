import type { Serve, Server } from 'bun'
import { Failure } from '../failure.ts'

export interface HttpServerOptions {
  readonly host: string
  readonly port: number
  /**
   * `'first'` opens a port that other processes of ours join with `'joined'` (Linux only); nobody else may have it
   * then. `'alone'` by default: nobody else may have it at any time.
   */
  readonly sharing?: 'alone' | 'first' | 'joined'
  /** `clientAddress` is read from the connection, so a header cannot forge it. */
  readonly fetch: (request: Request, clientAddress: () => string | undefined) => Response | Promise<Response>
}

export interface HttpServer {
  readonly port: number
  readonly url: string
  /** Requests whose answer has not been sent whole. */
  readonly pending: () => number
  /**
   * Takes no new connections, waits until the requests in flight (streams too) have ended or `limitMs` has
   * passed, then closes what is left. Resolves with how many were cut.
   */
  stop(limitMs: number): Promise<number>
}

/** Those that an earlier process of ours left behind close the port as soon as they see that it is gone. */
const portWaitMs = 3_000
const portPauseMs = 50

/**
 * Listens. Idle connections are never closed by a timer, because a stream may be silent for long; Bun sets
 * TCP_NODELAY on every connection. Throws `invalid_environment` where the address cannot be had.
 */
export async function serveHttp(options: HttpServerOptions): Promise<HttpServer> {
  const { sharing = 'alone' } = options
  if (sharing === 'first' && options.port !== 0) await claimPort(options)
  const server: Server<undefined> = listen(options, {
    hostname: options.host,
    port: options.port,
    idleTimeout: 0,
    // Whoever reads a body bounds it, and answers in the client's dialect; Bun would answer 413 without a word. What
    // nobody reads stays outside: 200 MB sent to a handler that does not read them took no memory.
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    fetch: (request, self) => options.fetch(request, () => self.requestIP(request)?.address),
    development: false,
    // outside development Bun shares the port with whoever else listens on it, if it is not told otherwise
    reusePort: sharing !== 'alone',
  })
  return {
    port: server.port ?? options.port,
    url: `http://${options.host === '0.0.0.0' || options.host === '::' ? '127.0.0.1' : options.host}:${server.port}`,
    pending: () => server.pendingRequests,
    stop: async limitMs => {
      const drained = server.stop().then(() => true)
      const isDrained = await Promise.race([drained, Bun.sleep(limitMs).then(() => false)])
      if (isDrained) return 0
      const cut = server.pendingRequests
      await server.stop(true)
      return cut
    },
  }
}

/** A shared port is first had alone, which the kernel grants only where nobody else is on it. */
async function claimPort(options: HttpServerOptions): Promise<void> {
  const { host: hostname, port } = options
  const endsAtMs = performance.now() + portWaitMs
  for (;;) {
    try {
      const claim = listen(options, { hostname, port, reusePort: false, fetch: () => new Response() })
      await claim.stop(true)
      return
    } catch (error) {
      if (performance.now() > endsAtMs) throw error
      await Bun.sleep(portPauseMs)
    }
  }
}

function listen({ host, port }: HttpServerOptions, settings: Serve.Options<undefined>): Server<undefined> {
  try {
    return Bun.serve(settings)
  } catch (cause) {
    const message = `Slipway cannot listen on ${host}:${port}. Another program may use the port; stop it, or set SLIPWAY_PORT (and SLIPWAY_HOST) to a free address.`
    throw new Failure('invalid_environment', message, { cause })
  }
}
