import { connect } from 'node:net'

/**
 * Whether something accepts connections at the URL's host and port within `limitMs`. Asked only where a call has been
 * silent for as long, since fetch cannot tell a connection that does not open from an answer that takes its time.
 */
export async function canConnect(url: string, limitMs: number): Promise<boolean> {
  const { hostname, port, protocol } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '')
  return await new Promise(resolve => {
    const socket = connect({ host, port: Number(port) || (protocol === 'https:' ? 443 : 80) })
    const settle = (isOpen: boolean): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(isOpen)
    }
    const timer = setTimeout(() => settle(false), limitMs)
    socket.once('connect', () => settle(true))
    socket.once('error', () => settle(false))
  })
}
