import { fileURLToPath } from 'node:url'
import { type Browser, type CDPSession, chromium } from 'playwright'
import { build, preview } from 'vite'
import { launchOptions } from '../../../scripts/find-chromium.mjs'
import type { Page } from '../page/main.ts'

const root = fileURLToPath(new URL('../page', import.meta.url))
const outDir = fileURLToPath(new URL('../node_modules/.page', import.meta.url))

/** What a page of ours did, and what that cost. */
export interface Visit<T> {
  readonly result: T
  /** What its main thread worked meanwhile, in ms of the processor. */
  readonly busyMs: number
  /** How much more of its heap was in use afterwards, in bytes, garbage collected. */
  readonly grown: number
}

let started: Promise<{ browser: Browser; url: string }> | undefined

/** Calls a function of the page, which is built for production, in a tab of its own; once before with `warmUp`, if given. */
export async function visit<N extends keyof Page>(
  name: N,
  args: Parameters<Page[N]>,
  warmUp?: Parameters<Page[N]>,
): Promise<Visit<Awaited<ReturnType<Page[N]>>>> {
  const { browser, url } = await (started ??= start())
  const tab = await browser.newPage()
  try {
    tab.setDefaultTimeout(0)
    const failed = new Promise<never>((_, reject) => tab.once('pageerror', reject))
    await tab.goto(url)
    await tab.waitForFunction(() => 'page' in globalThis)
    const tools = await tab.context().newCDPSession(tab)
    // The thread's own time: what else the machine does meanwhile is not in it.
    await tools.send('Performance.enable', { timeDomain: 'threadTicks' })
    const call = async (given: readonly unknown[]) =>
      await Promise.race([
        failed,
        tab.evaluate(
          ([name, args]) => (globalThis as unknown as { page: Record<string, Function> }).page[name]?.(...args),
          [name, given] as const,
        ),
      ])
    if (warmUp) await call(warmUp)
    const [usedBefore, busyBefore] = [await usedBytes(tools), await busyMs(tools)]
    const result = (await call(args)) as Awaited<ReturnType<Page[N]>>
    const busy = (await busyMs(tools)) - busyBefore
    return { result, busyMs: busy, grown: (await usedBytes(tools)) - usedBefore }
  } finally {
    await tab.close()
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
  const browser = await chromium.launch({ ...launchOptions(), args: ['--js-flags=--expose-gc'] })
  return { browser, url: server.resolvedUrls?.local[0] ?? '' }
}
