import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startScript } from './support/start-script.ts'
import type { RunningScript } from './support/start-script.ts'

// `npm start` without its installation.
function startDev(port: number): RunningScript {
  const data = mkdtempSync(join(tmpdir(), 'roomful-dev-'))
  onTestFinished(() => rmSync(data, { recursive: true }))
  return startScript(['scripts/dev.mjs'], { PORT: `${port}`, DATA_DIR: data })
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

test('when the server cannot start, the chat is ended and the exit code is 1', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  onTestFinished(() => void taken.close())
  const script = startDev((taken.address() as AddressInfo).port)
  await script.says('The server ended (1). Stopping.')
  expect(await script.closed).toBe(1)
  expect(script.output()).not.toContain('Ctrl-C stops both')
})

const addressOf = (script: RunningScript, name: string): string =>
  new RegExp(`${name} +(http://\\S+)`).exec(script.output())?.[1] ?? 'none'

const statusOf = async (url: string): Promise<number> => (await fetch(url)).status
