import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { serverInPage, type ServerInPagePlugin } from '@roomful/testing/vite'
import { build, type Rolldown } from 'vite'
import { expect, onTestFinished, test } from 'vitest'

const root = new URL('.', import.meta.url).pathname

/** As in a run of Vite's own, not of Vitest's. */
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

/** The code of a page: of its files, the first is the entry. */
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

test('a page that is built with the server has nothing of Node in it, and would have', async () => {
  leaveVitest()
  const ofNode = /browser-external|from ["']node:|process\.nextTick\(function/
  const code = await bundle([serverInPage()])
  expect(code).toContain('a Socket.IO server in a page cannot listen')
  expect(ofNode.exec(code)).toBe(null)
  expect(await bundle([])).toMatch(ofNode)
})

test("an app's own modules stay as they are, whatever their names", async () => {
  leaveVitest()
  const code = await bundle([serverInPage()], {
    'packages/server/src/main.js': `import { once } from 'events'
      process.nextTick(once)
      setTimeout(once, 1).unref()`,
    'packages/server/node_modules/events/package.json': '{ "type": "module" }',
    'packages/server/node_modules/events/index.js': `export const once = () => console.log('of the app')`,
  })
  for (const own of ['of the app', '.unref()', 'process.nextTick(']) expect(code).toContain(own)
})

test('it works for pages only: not where Vite builds for Node, nor where Vitest runs in Node', () => {
  const { applyToEnvironment } = serverInPage()
  const inVitest = (browser?: object) =>
    applyToEnvironment({ config: { consumer: 'client', test: { ...(browser && { browser }) } } })
  expect([inVitest(), inVitest({ enabled: false }), inVitest({ enabled: true })]).toEqual([false, false, true])
  leaveVitest()
  expect(applyToEnvironment({ config: { consumer: 'client' } })).toBe(true)
  expect(applyToEnvironment({ config: { consumer: 'server' } })).toBe(false)
})
