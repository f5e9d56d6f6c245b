/**
 * Libraries that are loaded with their first use. Child processes and the command line come through the door of the platform too, and
 * half of the time that they take to start would go into those of servers; most servers never see a schema or a text to tell the language of.
 */
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type * as Ajv from 'ajv/dist/2020.js'
import type formats from 'ajv-formats'
import type * as LanguageDetection from 'eld/small'
import type * as Hono from 'hono'
import type Postgres from 'pg'
import type * as Queue from 'pg-boss'
import type * as Pino from 'pino'
import type * as Prometheus from 'prom-client'
import type * as Re2 from 're2js'

const load = createRequire(import.meta.url)

export const lateLibraries = {
  ajv: () => load('ajv/dist/2020.js') as typeof Ajv,
  ajvDraft7: () => load('ajv/dist/refs/json-schema-draft-07.json') as Ajv.AnySchemaObject,
  ajvFormats: () => load('ajv-formats') as typeof formats,
  /** Its models take 6 MB and a quarter of a second; it is for modules alone. */
  eld: () => load(fileURLToPath(import.meta.resolve('eld/small'))) as typeof LanguageDetection,
  hono: () => load('hono') as typeof Hono,
  pg: () => load('pg') as typeof Postgres,
  pgBoss: () => load('pg-boss') as typeof Queue,
  pino: () => load('pino') as typeof Pino,
  prometheus: () => load('prom-client') as typeof Prometheus,
  re2: () => load('re2js') as typeof Re2,
}
