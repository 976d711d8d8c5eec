import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { setAwakeTimeout } from '../src/awake-timeout.ts'
import { clientOf, connectRaw, startRooms, texts } from './support/start-rooms.ts'
import { guestChat } from './support/chat.ts'

/** Blocks the event loop. */
function block(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

describe('a time-out of the app’s functions', () => {
  afterEach(() => void vi.useRealTimers())

  test.each([1_000, 30_000, 7, 1])('of %i ms ends after that time, once', (ms) => {
    vi.useFakeTimers()
    let calls = 0
    setAwakeTimeout(() => (calls += 1), ms)
    vi.advanceTimersByTime(ms - 1)
    expect(calls).toBe(0)
    vi.advanceTimersByTime(ms * 20)
    expect(calls).toBe(1)
  })

  test('does not end after its undo', () => {
    vi.useFakeTimers()
    let calls = 0
    const undo = setAwakeTimeout(() => (calls += 1), 1_000)
    vi.advanceTimersByTime(500)
    undo()
    vi.advanceTimersByTime(60_000)
    expect([calls, vi.getTimerCount()]).toEqual([0, 0])
  })

  test('does not count the time in which the event loop was blocked', async () => {
    const start = performance.now()
    const ended = new Promise<number>((resolve) => setAwakeTimeout(() => resolve(performance.now() - start), 400))
    await sleep(10)
    block(1_000)
    expect(await ended).toBeGreaterThanOrEqual(1_300)
  })
})

test('SEC24 F27 a handler that runs while the event loop is blocked for longer than handlerTimeoutMs is not aborted', async () => {
  const { rooms, connect, errors } = await startRooms({ contract: guestChat, handlerTimeoutMs: 1_000 })
  rooms.handle('message', async () => {
    await sleep(10)
    block(1_500)
    await sleep(10) // would be too late if the blocked time counted
  })
  const ann = await connect()
  await ann.join('general')
  expect(await ann.publish('general', texts(['hi']))).toMatchObject({ ok: true, results: [{ seq: 1 }] })
  expect(errors).toEqual([])
})

test('SEC24 F27 a server that is stopped for 2 s while a handler runs, with a handlerTimeoutMs of 1.5 s, runs the handler once and stores the message', async () => {
  const script = fileURLToPath(new URL('support/slow-handler-server.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=@roomful/source', script], {
    cwd: fileURLToPath(new URL('../../../apps/server', import.meta.url)), // where tsx is
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => void (output += text))
  const lines = (): string[] => output.split('\n').slice(0, -1)
  await expect.poll(lines, { timeout: 15_000 }).toHaveLength(1)

  const ann = clientOf(connectRaw(lines()[0] ?? ''))
  await ann.hello()
  await ann.join('general')
  const answer = ann.publish('general', texts(['hi']))
  await expect.poll(lines).toContain('handling hi')
  child.kill('SIGSTOP')
  await sleep(2_000)
  child.kill('SIGCONT')
  expect(await answer).toMatchObject({ ok: true, results: [{ seq: 1 }] })
  expect(lines().slice(1)).toEqual(['handling hi', 'handled hi'])
})
