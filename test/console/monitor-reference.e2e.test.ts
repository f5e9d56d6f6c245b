import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import path from 'node:path'
import { buildConsole } from '../../console/build.ts'
import { type EvaluatedMonitor, startEvaluatedMonitor } from '../evaluated-monitor.ts'
import { until } from '../until.ts'
import { chromiumPath, enter, openBrowser, visit } from './browser.ts'
import { flawsOf } from './flaws.ts'

setDefaultTimeout(120_000)

let monitor: EvaluatedMonitor

describe.skipIf(chromiumPath === undefined)(
  'the page of a monitor that is held against an evaluation',
  () => {
    beforeAll(async () => {
      await buildConsole({
        outDirectory: path.join(import.meta.dirname, '../../console/dist'),
        isDevelopment: false,
      })
      monitor = await startEvaluatedMonitor()
    })

    afterAll(async () => {
      await monitor?.[Symbol.asyncDispose]()
    })

    it('says beside the reference which newer run there is, how to take it, and where the evaluator is unlike the judge', async () => {
      const first = await monitor.evaluate('Is it right?')
      await monitor.call('/api/monitors/asked/reference', {})
      await until(async () => (await monitor.held())?.in_words.includes(first) === true)
      const second = await monitor.evaluate()
      await using visitor = await visit(await openBrowser(), { url: monitor.product.url })
      const { page } = visitor
      await enter(visitor, monitor.product.adminKey, '/monitors/asked')
      await page.getByText(`A newer completed run of triage has asked the same release: ${second}`).waitFor()
      await page.getByText('slipway monitor reference asked --stream tone').waitFor()
      await page.getByText('They differ in the text of the rubric.').waitFor()
      expect(await flawsOf(page, 'monitor-of-an-evaluation')).toEqual({ pale: [], isTooWide: false })
      expect(visitor.complaints).toEqual([])
    })
  },
)
