import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { io, type Socket } from 'socket.io-client'
import { expect, onTestFinished, test } from 'vitest'
import { startRedis } from '../../packages/server/test/support/redis-server.ts'
import { startScript } from './support/start-script.ts'
import type { RunningScript } from './support/start-script.ts'

// `npm start` without its installation.
function startDev(port: number, args: readonly string[] = []): RunningScript {
  const data = mkdtempSync(join(tmpdir(), 'roomful-dev-'))
  onTestFinished(() => rmSync(data, { recursive: true }))
  return startScript(['scripts/dev.mjs', ...args], { PORT: `${port}`, DATA_DIR: data })
}

test('starts the server and the chat, prints their addresses, and ends both on Ctrl-C', async () => {
  const script = startDev(0)
  await script.says('Ctrl-C stops both')
  const addresses = [addressOf(script, 'Server'), addressOf(script, 'Chat')]
  expect(await statusOf(`${addresses[0]}/healthz`)).toBe(200)
  expect(await statusOf(`${addresses[1]}/`)).toBe(200)

  process.kill(-script.pid, 'SIGINT')
  expect(await script.closed).toBe(0)
  for (const address of addresses) await expect(fetch(address)).rejects.toThrow('fetch failed')
})

test('a server that is killed starts again on its port', async () => {
  const script = startDev(0)
  await script.says('Ctrl-C stops both')
  const server = addressOf(script, 'Server')
  const kill = async () => await fetch(`${server}/demo/kill-server`, { method: 'POST' }).catch(() => undefined)
  expect((await kill())?.status).toBe(200)
  await script.says('The server ended (SIGKILL). It starts again.')
  await expect.poll(() => statusOf(`${server}/healthz`).catch(() => undefined), wait).toBe(200)

  process.kill(-script.pid, 'SIGINT')
  expect(await script.closed).toBe(0)
})

test('when the server cannot start, the chat is ended and the exit code is 1', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  onTestFinished(() => void taken.close())
  const script = startDev((taken.address() as AddressInfo).port)
  await script.says('The server ended (1). Stopping.')
  expect(await script.closed).toBe(1)
  expect(script.output()).not.toContain('Ctrl-C stops both')
})

test('starts several nodes behind one address, and goes on when one of them is killed', async () => {
  const { url } = await startRedis()
  const script = startDev(0, ['--nodes', '2', '--redis', url])
  await script.says('Ctrl-C stops all')
  const [server, ...nodes] = ['Server', 'Node 1', 'Node 2'].map((name) => addressOf(script, name))
  const pids = [...script.output().matchAll(/\(process (\d+)/g)].map(([, pid]) => Number(pid))
  const connectionsOf = [...script.output().matchAll(/metrics (http:\S+)\)/g)].map(
    ([, metrics]) =>
      async () =>
        /^roomful_connections (\d+)/m.exec(await (await fetch(metrics ?? '')).text())?.[1],
  )
  // Polling needs sticky sessions: each client asks for its session again and again.
  const sockets = (['polling', 'websocket', 'polling'] as const).map((transport) => connectTo(server, transport))
  for (const socket of sockets) {
    await expect.poll(() => socket.connected, wait).toBe(true)
    expect(await socket.emitWithAck('list_rooms')).toHaveLength(4)
  }
  const counts = await Promise.all(connectionsOf.map((read) => read()))
  expect(counts.map(Number).reduce((sum, count) => sum + count, 0)).toBe(3)
  const received = sockets.map((socket) => new Promise((resolve) => socket.once('message', resolve)))
  sockets[0]?.send('hi')
  expect(await Promise.all(received)).toEqual(Array(3).fill('Server received: hi'))

  process.kill(pids[0] ?? 0, 'SIGKILL')
  await script.says('Node 1 ended (SIGKILL). It starts again.')
  await expect.poll(() => connectionsOf[1]?.(), wait).toBe('3')
  for (const socket of sockets) expect(await socket.emitWithAck('list_rooms')).toHaveLength(4)
  await expect.poll(() => connectionsOf[0]?.().catch(() => undefined), wait).toBe('0')

  process.kill(-script.pid, 'SIGINT')
  expect(await script.closed).toBe(0)
  for (const address of [server, ...nodes]) await expect(fetch(address ?? '')).rejects.toThrow('fetch failed')
})

const wait = { timeout: 20_000 }

function connectTo(url: string | undefined, transport: 'polling' | 'websocket'): Socket {
  const socket = io(url, { transports: [transport], forceNew: true, reconnectionDelay: 100 })
  onTestFinished(() => void socket.disconnect())
  return socket
}

const addressOf = (script: RunningScript, name: string): string =>
  new RegExp(`${name} +(http://\\S+)`).exec(script.output())?.[1] ?? 'none'

const statusOf = async (url: string): Promise<number> => (await fetch(url)).status
