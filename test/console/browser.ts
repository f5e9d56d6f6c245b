import { existsSync } from 'node:fs'
import { type Browser, type BrowserContext, chromium, type ConsoleMessage, type Page } from 'playwright-core'

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/opt/google/chrome/chrome',
]

/** The Chromium of this machine; `CHROMIUM` names another. */
export const chromiumPath = [process.env['CHROMIUM'] ?? '', ...places].find(
  path => path !== '' && existsSync(path),
)

let opened: Promise<Browser> | undefined

/** One browser for all test files of a process, ended with it: each start takes a second of CPU. What earlier files have left open is closed. */
export async function openBrowser(): Promise<Browser> {
  opened ??= launch()
  const browser = await opened
  await Promise.all(browser.contexts().map(async context => await context.close()))
  left.delete(browser)
  return browser
}

async function launch(): Promise<Browser> {
  return await chromium.launch({
    ...(chromiumPath !== undefined && { executablePath: chromiumPath }),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--no-first-run',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

export interface Visit extends AsyncDisposable {
  readonly page: Page
  readonly context: BrowserContext
  /** What the page complained of: exceptions, and anything on the console at level error. */
  readonly complaints: readonly string[]
}

/**
 * Pages that earlier visitors of a browser have left, by address. A new one takes a process of its own, which fetches and
 * compiles the console's scripts again: two thirds of what a visit costs.
 */
const left = new WeakMap<Browser, Map<string, Page[]>>()

/** A visitor without cookies and with nothing stored, at an empty page. Scripts for all pages go into one of its own. */
export async function visit(
  browser: Browser,
  options: { readonly url: string; readonly width?: number; readonly isDark?: boolean },
): Promise<Visit> {
  const { url, width = 1280, isDark = false } = options
  const ofBrowser = left.get(browser) ?? new Map<string, Page[]>()
  left.set(browser, ofBrowser)
  const free = ofBrowser.get(url) ?? []
  ofBrowser.set(url, free)

  const page = free.pop() ?? (await newPage(browser, url))
  const context = page.context()
  await page.setViewportSize({ width, height: 800 })
  await page.emulateMedia({ colorScheme: isDark ? 'dark' : 'light' })
  const complaints: string[] = []
  const onError = (error: Error) => void complaints.push(error.message)
  const onMessage = (message: ConsoleMessage) => {
    // The browser reports every refused call by itself, those that a test asks for too.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      complaints.push(message.text())
    }
  }
  page.on('pageerror', onError).on('console', onMessage)

  async function leave(): Promise<void> {
    page.off('pageerror', onError).off('console', onMessage)
    try {
      await clear(page, new URL(url).origin)
      free.push(page)
    } catch {
      // a page that is broken or closed is not left to anybody
      await context.close()
    }
  }
  return { page, context, complaints, [Symbol.asyncDispose]: leave }
}

/** Takes away all that a visitor may have left but what the browser has read of the server. */
async function clear(page: Page, origin: string): Promise<void> {
  const context = page.context()
  for (const other of context.pages()) if (other !== page) await other.close()
  if (page.url().startsWith(origin)) await page.evaluate(() => sessionStorage.clear())
  await page.goto('about:blank')
  const devtools = await context.newCDPSession(page)
  await devtools.send('Storage.clearDataForOrigin', { origin, storageTypes: 'local_storage,indexeddb' })
  await devtools.detach()
  await context.clearCookies()
}

async function newPage(browser: Browser, url: string): Promise<Page> {
  const context = await browser.newContext({ baseURL: url, reducedMotion: 'reduce' })
  const page = await context.newPage()
  page.setDefaultTimeout(30_000)
  return page
}

/** Signs in without the page for it, and opens an address. */
export async function enter({ page, context }: Visit, key: string, address: string): Promise<void> {
  const answer = await context.request.post('/api/session', { data: { key } })
  if (!answer.ok()) throw new Error(`The key was refused: ${await answer.text()}`)
  await page.goto(address)
  await page.getByRole('heading', { level: 1 }).waitFor()
}
