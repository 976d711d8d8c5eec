import { fileURLToPath } from 'node:url'
import { type Browser, type CDPSession, chromium } from 'playwright'
import { build, preview } from 'vite'
import { launchOptions } from '../../../scripts/find-chromium.mjs'
import type { Page } from '../page/main.ts'

const root = fileURLToPath(new URL('../page', import.meta.url))
const outDir = fileURLToPath(new URL('../node_modules/.page', import.meta.url))

/** The result of a function in the page, and its cost. */
export interface PageRun<T> {
  readonly result: T
  /** CPU time of the page's main thread, in ms. */
  readonly busyMs: number
  /** Growth of the page's heap in bytes, after garbage collection. */
  readonly heapGrowth: number
}

let started: Promise<{ browser: Browser; url: string }> | undefined

/** A tab with the page, for measurements one after the other. */
export interface Tab {
  run<N extends keyof Page>(name: N, args: Parameters<Page[N]>): Promise<PageRun<Awaited<ReturnType<Page[N]>>>>
  close(): Promise<void>
}

/** Calls a function of the page in a new tab; before that, once with the arguments of `warmUp`. Vite builds the page for production. */
export async function runInPage<N extends keyof Page>(
  name: N,
  args: Parameters<Page[N]>,
  warmUp?: Parameters<Page[N]>,
): Promise<PageRun<Awaited<ReturnType<Page[N]>>>> {
  const tab = await openTab()
  try {
    if (warmUp) await tab.run(name, warmUp)
    return await tab.run(name, args)
  } finally {
    await tab.close()
  }
}

export async function openTab(): Promise<Tab> {
  const { browser, url } = await (started ??= start())
  const tab = await browser.newPage()
  tab.setDefaultTimeout(0)
  const failed = new Promise<never>((_, reject) => tab.once('pageerror', reject))
  failed.catch(() => {}) // reported by the call that is under way
  await tab.goto(url)
  await Promise.race([failed, tab.waitForFunction(() => 'page' in globalThis)])
  const tools = await tab.context().newCDPSession(tab)
  // Measures CPU time of the thread, so that other processes do not affect it.
  await tools.send('Performance.enable', { timeDomain: 'threadTicks' })
  return {
    async run(name, given) {
      const [usedBefore, busyBefore] = [await usedBytes(tools), await busyMs(tools)]
      const result = await Promise.race([
        failed,
        tab.evaluate(
          ([name, args]) => (globalThis as unknown as { page: Record<string, Function> }).page[name]?.(...args),
          [name, given] as const,
        ),
      ])
      const busy = (await busyMs(tools)) - busyBefore
      return { result, busyMs: busy, heapGrowth: (await usedBytes(tools)) - usedBefore }
    },
    close: () => tab.close(),
  }
}

async function busyMs(tools: CDPSession): Promise<number> {
  const { metrics } = await tools.send('Performance.getMetrics')
  return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN) * 1000
}

async function usedBytes(tools: CDPSession): Promise<number> {
  await tools.send('HeapProfiler.collectGarbage')
  return (await tools.send('Runtime.getHeapUsage')).usedSize
}

async function start(): Promise<{ browser: Browser; url: string }> {
  const options = { root, logLevel: 'error', build: { outDir, emptyOutDir: true, target: 'es2022' } } as const
  await build({ ...options, resolve: { conditions: ['@roomful/source', 'module', 'browser', 'production'] } })
  const server = await preview({ ...options, preview: { port: 0, host: '127.0.0.1' } })
  const browser = await chromium.launch({
    ...launchOptions(),
    args: ['--js-flags=--expose-gc', '--enable-precise-memory-info'],
  })
  return { browser, url: server.resolvedUrls?.local[0] ?? '' }
}
