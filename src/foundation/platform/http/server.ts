import type { Server } from 'bun'

export interface HttpServerOptions {
  readonly host: string
  readonly port: number
  readonly bodyLimitBytes: number
  readonly fetch: (request: Request) => Response | Promise<Response>
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

/**
 * Listens. Idle connections are never closed by a timer, because a stream may be silent for long; Bun sets
 * TCP_NODELAY on every connection. Throws what the system said where the port is taken.
 */
export function serveHttp(options: HttpServerOptions): HttpServer {
  const server: Server<undefined> = Bun.serve({
    hostname: options.host,
    port: options.port,
    idleTimeout: 0,
    // Chunked bodies are counted by the reader; the margin lets it answer in the client's dialect first.
    maxRequestBodySize: options.bodyLimitBytes + 1_048_576,
    fetch: options.fetch,
    development: false,
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
