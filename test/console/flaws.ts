import path from 'node:path'
import type { Page } from 'playwright-core'
import { findPaleTexts } from './contrast.ts'

interface Flaws {
  readonly pale: unknown[]
  readonly isTooWide: boolean
}

/**
 * What makes a page hard to read, once it has come to rest: what fades in is pale for a moment. A picture of it goes to
 * `SLIPWAY_SCREENSHOTS`, where that is set.
 */
export async function flawsOf(page: Page, name: string): Promise<Flaws> {
  await page.waitForFunction(() =>
    document
      .getAnimations()
      .every(one => one.playState !== 'running' || one.effect?.getComputedTiming().endTime === Infinity),
  )
  const endsAtMs = performance.now() + 10_000
  let flaws = await look(page)
  while ((flaws.isTooWide || flaws.pale.length > 0) && performance.now() < endsAtMs) {
    await Bun.sleep(100)
    flaws = await look(page)
  }
  const folder = process.env['SLIPWAY_SCREENSHOTS']
  if (folder !== undefined) await page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true })
  return flaws
}

async function look(page: Page): Promise<Flaws> {
  return {
    pale: await findPaleTexts(page),
    isTooWide: await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth),
  }
}
