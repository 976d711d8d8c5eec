import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server } from 'socket.io'
import { expect, onTestFinished, test, vi } from 'vitest'

const readMe = await readFile(new URL('../README.md', import.meta.url), 'utf8')

test.each(['shop.ts', 'shop.node.test.ts', 'rooms.node.test.ts'])(
  'the README contains %s, which is run as a test',
  async (name) => {
    expect(readMe).toContain(await readFile(new URL(`read-me/${name}`, import.meta.url), 'utf8'))
  },
)

test('the README’s table of faults names every fault and no other', async () => {
  const { createMockServer } = await import('@roomful/testing')
  const server = createMockServer({ url: 'https://chat.example' })
  onTestFinished(() => server.close())
  const otherMembers = ['io', 'url', 'emitted', 'clearEmitted', 'listen', 'close']
  const faults = Object.keys(server).filter((name) => !otherMembers.includes(name))
  const [, table = ''] = /## Faults\n([^]+?)\n## /.exec(readMe) ?? []
  const named = [...table.matchAll(/^\| `(\w+)\(/gm)].map(([, name]) => name)
  expect(new Set(named)).toEqual(new Set(faults))
})

test('the README’s example of the proxy connects twice and ends', async () => {
  const http = createServer().listen(0, '127.0.0.1')
  await once(http, 'listening')
  const server = new Server(http)
  onTestFinished(() => server.close())
  const connected = vi.fn<() => void>()
  server.on('connection', connected)

  const [, example = ''] = /```js\n([^]+?)```/.exec(readMe) ?? []
  expect(example).toContain('port: 3001')
  const folder = await mkdtemp(new URL('readme-', import.meta.url).pathname)
  onTestFinished(() => rm(folder, { recursive: true }))
  await writeFile(`${folder}/example.js`, example.replace('3001', `${(http.address() as AddressInfo).port}`))

  await import(`${folder}/example.js`)
  expect(connected).toHaveBeenCalledTimes(2)
})
