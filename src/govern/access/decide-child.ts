/**
 * Runs as a process of its own, once at start: Cedar's WebAssembly keeps about 45 MB resident in whoever loads it,
 * and all that is needed afterwards is the table. Policies come in on standard input, decisions go out as JSON.
 */
import { text } from 'node:stream/consumers'
import { decideAll } from './decide.ts'
import type { PolicyTexts } from './decide.ts'

const texts = JSON.parse(await text(process.stdin)) as PolicyTexts
process.stdout.write(JSON.stringify(decideAll(texts)))
