import path from 'node:path'
import type { Page } from 'playwright-core'
import { findPaleTexts } from './contrast.ts'

/** What makes a page hard to read as it stands; a picture of it goes to `SLIPWAY_SCREENSHOTS`, where that is set. */
export async function flawsOf(page: Page, name: string): Promise<{ pale: unknown[]; isTooWide: boolean }> {
  const folder = process.env['SLIPWAY_SCREENSHOTS']
  if (folder !== undefined) await page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true })
  return {
    pale: await findPaleTexts(page),
    isTooWide: await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth),
  }
}
