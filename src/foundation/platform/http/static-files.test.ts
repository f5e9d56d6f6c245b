import { describe, expect, it } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createStaticFiles } from './static-files.ts'

describe('createStaticFiles', () => {
  it('answers names that no file can have, or that lead out of the folder, as not found', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'slipway-static-'))
    try {
      writeFileSync(path.join(folder, 'index.html'), 'the page')
      writeFileSync(`${folder}.json`, 'outside')
      const serve = createStaticFiles(folder)
      const ask = (pathname: string): Promise<Response> => serve(new Request('http://127.0.0.1/'), pathname)
      expect((await ask('/%00')).status).toBe(404)
      expect((await ask('/assets/a%00.js')).status).toBe(404)
      expect((await ask(`/%2e%2e/${path.basename(folder)}.json`)).status).toBe(404)
      expect(await (await ask('/any/page')).text()).toBe('the page')
      expect(await (await ask('/%')).text()).toBe('the page')
    } finally {
      rmSync(folder, { recursive: true })
      rmSync(`${folder}.json`)
    }
  })
})
