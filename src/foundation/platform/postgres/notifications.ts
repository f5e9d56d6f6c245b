import { setTimeout as sleep } from 'node:timers/promises'
import type { Client, ClientConfig } from 'pg'
import type { Database } from '../database.ts'
import type { Logger } from '../logger.ts'
import { lateLibraries } from '../late-libraries.ts'
import { toStorageFailure } from './storage-failures.ts'

const longestPauseMs = 5000

/** LISTEN on a connection of its own, opened with the first channel and opened again whenever it is lost. */
export function createNotifications(options: { connection: ClientConfig; logger: Logger }): {
  listen: Database['listen']
  close(): Promise<void>
} {
  const { connection, logger } = options
  const channels = new Map<string, Set<(payload: string) => void>>()
  const stopped = new AbortController()
  let current: Promise<Client> | undefined
  let speaking: Promise<unknown> = Promise.resolve()

  /** One statement after the other, as pg wants them. */
  async function say(client: Client, verb: 'LISTEN' | 'UNLISTEN', channel: string): Promise<void> {
    const said = speaking.then(() => client.query(`${verb} ${client.escapeIdentifier(channel)}`))
    speaking = said.catch(() => undefined)
    await said
  }

  function deliver(channel: string, payload: string): void {
    for (const onMessage of channels.get(channel) ?? []) {
      try {
        onMessage(payload)
      } catch (error) {
        logger.error({ err: error, channel }, 'a listener failed')
      }
    }
  }

  async function connect(): Promise<Client> {
    const client = new (lateLibraries.pg().Client)(connection)
    let isLost = false
    const lost = () => {
      if (isLost) return
      isLost = true
      if (stopped.signal.aborted || channels.size === 0) {
        current = undefined
        return
      }
      current = reconnect()
      current.catch(() => {})
    }
    client.on('notification', message => deliver(message.channel, message.payload ?? ''))
    client.on('error', () => {})
    try {
      await client.connect()
      for (const channel of channels.keys()) await say(client, 'LISTEN', channel)
    } catch (error) {
      end(client)
      throw toStorageFailure(error)
    }
    client.on('end', lost)
    return client
  }

  /** Whoever listens may have missed messages meanwhile: each is called once with `''`. */
  async function reconnect(): Promise<Client> {
    for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      await sleep(pauseMs, undefined, { signal: stopped.signal })
      try {
        const client = await connect()
        for (const channel of channels.keys()) deliver(channel, '')
        return client
      } catch (error) {
        logger.warn({ err: error }, 'cannot listen to the database yet')
      }
    }
  }

  return {
    async listen(channel, onMessage) {
      const listeners = channels.get(channel)
      if (listeners) {
        listeners.add(onMessage)
        await current
      } else {
        channels.set(channel, new Set([onMessage]))
        try {
          if (current) {
            const client = await current
            await say(client, 'LISTEN', channel).catch((error: unknown) => {
              // whether it listens is not known, and a connection without an answer delivers nothing either
              end(client)
              throw error
            })
          } else {
            current = connect()
            await current
          }
        } catch (error) {
          channels.delete(channel)
          if (channels.size === 0) current = undefined
          throw toStorageFailure(error)
        }
      }
      return async () => {
        const remaining = channels.get(channel)
        if (!remaining?.delete(onMessage) || remaining.size > 0) return
        channels.delete(channel)
        const client = await current?.catch(() => undefined)
        if (client) await say(client, 'UNLISTEN', channel).catch(() => {})
      }
    },
    async close() {
      stopped.abort()
      channels.clear()
      const client = await current?.catch(() => undefined)
      await client?.end().catch(() => {})
    },
  }
}

/** Not waited for: who does not answer does not say goodbye either. */
function end(client: Client): void {
  client.end().catch(() => {})
}
