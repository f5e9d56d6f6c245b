import { existsSync } from 'node:fs'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'

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

export async function openBrowser(): Promise<Browser> {
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

/** A fresh visitor: no cookies, one page. */
export async function visit(
  browser: Browser,
  options: { readonly url: string; readonly width?: number; readonly isDark?: boolean },
): Promise<Visit> {
  const context = await browser.newContext({
    baseURL: options.url,
    viewport: { width: options.width ?? 1280, height: 800 },
    colorScheme: options.isDark === true ? 'dark' : 'light',
    reducedMotion: 'reduce',
  })
  const page = await context.newPage()
  page.setDefaultTimeout(10_000)
  const complaints: string[] = []
  page.on('pageerror', error => complaints.push(error.message))
  page.on('console', message => {
    // The browser reports every refused call by itself, those that a test asks for too.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      complaints.push(message.text())
    }
  })
  return { page, context, complaints, [Symbol.asyncDispose]: async () => await context.close() }
}

/** Signs in without the page for it, and opens an address. */
export async function enter({ page, context }: Visit, key: string, address: string): Promise<void> {
  const answer = await context.request.post('/api/session', { data: { key } })
  if (!answer.ok()) throw new Error(`The key was refused: ${await answer.text()}`)
  await page.goto(address)
  await page.getByRole('heading', { level: 1 }).waitFor()
}
