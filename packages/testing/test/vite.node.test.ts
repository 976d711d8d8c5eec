import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { serverInPage, type ServerInPagePlugin } from '@roomful/testing/vite'
import { build, type Rolldown } from 'vite'
import { expect, onTestFinished, test } from 'vitest'

const root = new URL('.', import.meta.url).pathname

/** Makes the plugin run as in Vite, not as in Vitest. */
function leaveVitest(): void {
  const { VITEST } = process.env
  onTestFinished(() => void (process.env['VITEST'] = VITEST))
  delete process.env['VITEST']
}

const PAGE = {
  'main.ts': `import { createMockServer } from '@roomful/testing'
    import { createRooms } from '@roomful/server'
    const server = createMockServer({ url: location.origin })
    createRooms(server.io, {})
    await server.listen()`,
}

/** Builds a page and returns its code. The first file is the entry. */
async function bundle(plugins: ServerInPagePlugin[], files: Readonly<Record<string, string>> = PAGE): Promise<string> {
  const folder = await mkdtemp(`${root}vite-`)
  onTestFinished(() => rm(folder, { recursive: true }))
  for (const [name, code] of Object.entries(files)) {
    await mkdir(dirname(`${folder}/${name}`), { recursive: true })
    await writeFile(`${folder}/${name}`, code)
  }
  const entry = `${folder}/${Object.keys(files)[0]}`
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    root,
    plugins,
    resolve: { conditions: ['@roomful/source', 'module', 'browser', 'production'] },
    build: { write: false, minify: false, target: 'es2022', rolldownOptions: { input: entry } },
  })
  const { output } = built as Rolldown.RolldownOutput
  return output.map((part) => ('code' in part ? part.code : '')).join('\n')
}

test('with the plugin a built page with the server contains no module of Node; without it, it does', async () => {
  leaveVitest()
  const nodeCode = /browser-external|from ["']node:|process\.nextTick\(function/
  const code = await bundle([serverInPage()])
  expect(code).toContain('a Socket.IO server in a page cannot listen')
  expect(nodeCode.exec(code)).toBe(null)
  expect(await bundle([])).toMatch(nodeCode)
})

test("an app's own modules are not changed, whatever their names", async () => {
  leaveVitest()
  const code = await bundle([serverInPage()], {
    'packages/server/src/main.js': `import { once } from 'events'
      process.nextTick(once)
      setTimeout(once, 1).unref()`,
    'packages/server/node_modules/events/package.json': '{ "type": "module" }',
    'packages/server/node_modules/events/index.js': `export const once = () => console.log('of the app')`,
  })
  for (const ownCode of ['of the app', '.unref()', 'process.nextTick(']) expect(code).toContain(ownCode)
})

test('the plugin applies to pages only: not to builds for Node, and not to Vitest in Node', () => {
  const { applyToEnvironment } = serverInPage()
  const inVitest = (browser?: object) =>
    applyToEnvironment({ config: { consumer: 'client', test: { ...(browser && { browser }) } } })
  expect([inVitest(), inVitest({ enabled: false }), inVitest({ enabled: true })]).toEqual([false, false, true])
  leaveVitest()
  expect(applyToEnvironment({ config: { consumer: 'client' } })).toBe(true)
  expect(applyToEnvironment({ config: { consumer: 'server' } })).toBe(false)
})
