import { createClient, roomful } from '@roomful/client'
import { mkdtemp, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright'
import { build, createServer, type Plugin, type Rolldown } from 'vite'
import { afterAll, expect, onTestFinished, test } from 'vitest'
// oxlint-disable-next-line no-restricted-imports -- of this repository, and no package's
import { launchOptions } from '../../../scripts/find-chromium.mjs'
import { rooms, server } from './testing/mock.ts'
import preview from './testing/preview.ts'
import config from './testing/vite.config.ts'

const root = join(import.meta.dirname, 'testing')
const main = fileURLToPath(import.meta.resolve('./testing/main.tsx'))
afterAll(async () => {
  await rooms.close()
  await server.close()
})

test('vite.config.ts, main.tsx, mock.ts: in the mode "mock", the app runs in a browser without a server', async () => {
  const page = await openedApp()
  await page.getByText('Say hello').click()
  await page.getByText('Hello (confirmed)').waitFor()
  expect(await page.getByRole('paragraph').count()).toBe(1)
})

test('main.tsx: a build for production has no server in it', async () => {
  expect(await modulesOf(main, 'mock')).toContain('mock.ts')
  expect(await modulesOf(main, 'production')).not.toContain('mock.ts')
})

test('hooks.md: createHooks brings no hook into the bundle that is not bound or imported', async () => {
  const others = [
    'presence',
    'typing',
    'timeline',
    'members',
    'event-reducer',
    'event-buffer',
    'emit-with-ack',
    'lost-connection',
    'outbox',
  ].map((name) => `use-${name}.ts`)
  const ofCore = ['create-presence.ts', 'create-typing.ts', 'create-timeline.ts']
  const modules = await modulesOf(join(root, '../hooks/room.tsx'), 'production')
  expect(modules).toContain('use-room.ts')
  expect(modules.filter((name) => [...others, ...ofCore].includes(name))).toEqual([])
  expect(await modulesOf(join(root, '../hooks/people.tsx'), 'production')).toContain('create-presence.ts')
})

test('preview.ts: with each story the server listens', async () => {
  for (const load of [...preview.loaders, ...preview.loaders]) await load()
  const client = createClient({ url: server.url, rooms: roomful() })
  onTestFinished(client.disconnect)
  await client.connect()
  expect(client.guarantees).toMatchObject({ rooms: 'roomful' })
})

/** Vite's options with the page's configuration, until the end of the test. */
function withVite() {
  const { VITEST } = process.env
  onTestFinished(() => void (process.env['VITEST'] = VITEST))
  delete process.env['VITEST'] // as in a run of Vite's own
  const conditions = ['@roomful/source', 'module', 'browser', 'development|production']
  return { ...config, configFile: false, root, logLevel: 'silent', resolve: { conditions } } as const
}

/** The names of the files of which something is in a bundle. */
async function modulesOf(entry: string, mode: string): Promise<string[]> {
  const built = await build({
    ...withVite(),
    mode,
    build: { write: false, rolldownOptions: { input: entry, preserveEntrySignatures: 'strict' } },
  })
  const { output } = built as Rolldown.RolldownOutput
  const modules = output.flatMap((part) => (part.type === 'chunk' ? Object.entries(part.modules) : []))
  return modules.filter(([, { renderedLength }]) => renderedLength > 0).map(([path]) => basename(path))
}

/** The app in a browser, as Vite serves it with the page's configuration; msw's worker is among the public files. */
async function openedApp() {
  const cacheDir = await mkdtemp(join(root, '../../node_modules/vite-'))
  const vite = await createServer({
    ...withVite(),
    mode: 'mock',
    cacheDir,
    publicDir: dirname(fileURLToPath(import.meta.resolve('msw/mockServiceWorker.js'))),
    plugins: [...(config.plugins ?? []), indexHtml],
    server: { port: 0, host: '127.0.0.1', fs: { strict: false } },
  })
  const browser = await chromium.launch(launchOptions())
  onTestFinished(async () => {
    await browser.close()
    await vite.close()
    await rm(cacheDir, { recursive: true })
  })
  await vite.listen()
  const page = await browser.newPage()
  await page.goto(vite.resolvedUrls?.local[0] ?? '')
  return page
}

const indexHtml: Plugin = {
  name: 'index.html',
  configureServer:
    ({ middlewares, transformIndexHtml }) =>
    () => {
      middlewares.use(({ url = '/' }, response) => {
        const html = '<!doctype html><body><script type="module" src="/main.tsx"></script></body>'
        response.setHeader('Content-Type', 'text/html')
        void transformIndexHtml(url, html).then((text) => response.end(text))
      })
    },
}
