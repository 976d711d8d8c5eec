import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build, type Rolldown } from 'vite'
import { afterAll, expect, test } from 'vitest'

const folder = await mkdtemp(join(import.meta.dirname, '../node_modules/bundle-'))
afterAll(() => rm(folder, { recursive: true }))

/** The bundle of an app for production or development, and the files of this package in it. */
async function bundleOf(code: string, mode: 'production' | 'development') {
  const entry = join(folder, `${mode}-${Math.random()}.ts`)
  await writeFile(entry, code)
  const built = await build({
    configFile: false,
    root: folder,
    mode,
    logLevel: 'silent',
    resolve: { conditions: ['@roomful/source', 'module', 'browser', mode] },
    define: { 'process.env.NODE_ENV': JSON.stringify(mode) },
    build: { write: false, rolldownOptions: { input: entry, external: ['react'] } },
  })
  const chunks = (built as Rolldown.RolldownOutput).output.filter((part) => part.type === 'chunk')
  const files = chunks.flatMap(({ modules }) =>
    Object.entries(modules).flatMap(([path, { renderedLength }]) => {
      const name = /packages\/(devtools|testing)\/src\/(.*)$/.exec(path)
      return name && renderedLength > 0 ? `${name[1]}/${name[2]}` : []
    }),
  )
  return { files, text: chunks.map(({ code: text }) => text).join('\n') }
}

const element = (entry: string) => `
  import { createClient } from '@roomful/client'
  import { mountRoomfulDevtools, defineRoomfulDevtools } from '${entry}'
  const client = createClient({ url: 'https://app.example' })
  defineRoomfulDevtools()
  mountRoomfulDevtools(client)
`
const react = (entry: string) => `
  import { createElement } from 'react'
  import { createClient } from '@roomful/client'
  import { RoomfulDevtools } from '${entry}'
  globalThis.app = createElement(RoomfulDevtools, { client: createClient({ url: 'https://app.example' }) })
`

test.each([
  ['@roomful/devtools', element, 'index.ts'],
  ['@roomful/devtools/react', react, 'react.ts'],
] as const)(
  'DV12 nothing of %s is in a bundle for production but a function that does nothing',
  async (entry, app, file) => {
    const production = await bundleOf(app(entry), 'production')
    expect(production.files.filter((name) => name !== `devtools/${file}`)).toEqual([])
    expect(production.text).not.toMatch(/roomful-devtools|roomful-trace|Expire the token/)
    const development = await bundleOf(app(entry), 'development')
    expect(development.files).toContain('devtools/panel/panel.ts')
  },
)

test.each([
  ['@roomful/devtools/production', element],
  ['@roomful/devtools/react/production', react],
] as const)('DV12 an app that imports %s has the panel in a bundle for production', async (entry, app) => {
  const { text } = await bundleOf(app(entry), 'production')
  expect(text).toContain('roomful-devtools')
  expect(text).toContain('Expire the token')
})

test('DV12 an app without the devtools has nothing of them, and no tool of the client', async () => {
  const { files, text } = await bundleOf(
    `import { createClient } from '@roomful/client'
    createClient({ url: 'https://app.example' })`,
    'production',
  )
  expect(files).toEqual([])
  expect(text).not.toContain('expected a client of createClient()')
})
