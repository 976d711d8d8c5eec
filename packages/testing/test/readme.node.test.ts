import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server } from 'socket.io'
import { expect, onTestFinished, test, vi } from 'vitest'

test('the example in the README runs: it is connected twice, and ends', async () => {
  const http = createServer().listen(0, '127.0.0.1')
  await once(http, 'listening')
  const server = new Server(http)
  onTestFinished(() => server.close())
  const connected = vi.fn<() => void>()
  server.on('connection', connected)

  const readMe = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const [, example = ''] = /```js\n([^]+?)```/.exec(readMe) ?? []
  expect(example).toContain('port: 3001')
  const folder = await mkdtemp(new URL('readme-', import.meta.url).pathname)
  onTestFinished(() => rm(folder, { recursive: true }))
  await writeFile(`${folder}/example.js`, example.replace('3001', `${(http.address() as AddressInfo).port}`))

  await import(`${folder}/example.js`)
  expect(connected).toHaveBeenCalledTimes(2)
})
