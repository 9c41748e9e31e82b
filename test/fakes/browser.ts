/** A real Chromium the size of a phone, which reports every request that would leave the device. */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Browser, type BrowserContext, chromium, devices, type Page } from 'playwright-core'

const EXECUTABLE = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) => existsSync(path))
const FLAGS = [
  '--no-sandbox',
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--autoplay-policy=no-user-gesture-required',
  ...[
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
]

export interface Phone {
  readonly page: Page
  readonly context: BrowserContext
  /** Requests for another host than the one the page came from. */
  readonly foreignRequests: readonly string[]
  /** Exceptions the page did not catch. */
  readonly faults: readonly string[]
}

export function startBrowser(extraFlags: readonly string[] = []): Promise<Browser> {
  if (EXECUTABLE === undefined) throw new Error('chromium is not installed: ./setup test installs it')
  return chromium.launch({ executablePath: EXECUTABLE, headless: true, args: [...FLAGS, ...extraFlags] })
}

export async function openPhone(browser: Browser, colorScheme: 'light' | 'dark' = 'light'): Promise<Phone> {
  const { defaultBrowserType: _type, ...phone } = devices['Pixel 7'] as (typeof devices)[string]
  const context = await browser.newContext({ ...phone, viewport: { width: 390, height: 844 }, colorScheme })
  const page = await context.newPage()
  const foreignRequests: string[] = []
  const faults: string[] = []
  page.on('request', (request) => {
    const { protocol, host } = new URL(request.url())
    const isLocal = protocol === 'data:' || protocol === 'blob:' || host === new URL(page.url()).host
    if (!isLocal && page.url() !== 'about:blank') foreignRequests.push(request.url())
  })
  page.on('pageerror', (error) => faults.push(error.message))
  return { page, context, foreignRequests, faults }
}

/** What axe finds against WCAG 2.2 AA on the page as it stands. */
export async function barriersOn(page: Page): Promise<string[]> {
  await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'))
  return page.evaluate(async () => {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']
    const { violations } = await (globalThis as unknown as { axe: Axe }).axe.run(document, { runOnly: tags })
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
  })
}

interface Axe {
  readonly run: (
    document: Document,
    options: { readonly runOnly: readonly string[] },
  ) => Promise<{
    readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[]
  }>
}
