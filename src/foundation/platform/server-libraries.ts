/**
 * Libraries of servers, loaded with their first use. Child processes and the command line come through the door of the
 * platform too, and half of the time that they take to start would go into these.
 */
import { createRequire } from 'node:module'
import type * as Hono from 'hono'
import type Postgres from 'pg'
import type * as Queue from 'pg-boss'
import type * as Pino from 'pino'
import type * as Prometheus from 'prom-client'

const load = createRequire(import.meta.url)

export const serverLibraries = {
  hono: () => load('hono') as typeof Hono,
  pg: () => load('pg') as typeof Postgres,
  pgBoss: () => load('pg-boss') as typeof Queue,
  pino: () => load('pino') as typeof Pino,
  prometheus: () => load('prom-client') as typeof Prometheus,
}
