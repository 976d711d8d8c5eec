import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JoinAnswer, PublishAnswer } from '@roomful/contract/protocol'
import { io, type Socket } from 'socket.io-client'
import { expect, onTestFinished, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { type ProcessSettings, startServerProcess } from './support/server-process.ts'

// The server process that fault tests use, tested with an unmodified Socket.IO client.

async function start(settings: Partial<ProcessSettings> = {}) {
  const server = await startServerProcess({ log: 'memory', ...settings })
  onTestFinished(async () => void (await server.kill('SIGKILL')))
  return server
}

/** A client that has joined "general". `publish` resolves with the answer, or undefined where the connection was lost first. */
async function connect(url: string) {
  const socket = io(url, { transports: ['websocket'], auth: { name: 'Ann' }, reconnectionDelay: 10, forceNew: true })
  onTestFinished(() => void socket.disconnect())
  const heard: unknown[] = []
  socket.on('message', ({ text }: { text: string }) => heard.push(text))
  const { epoch } = (await socket.emitWithAck('$join', { room: 'general' })) as JoinAnswer
  const cid = randomBytes(16).toString('base64url')
  let n = 0
  const publish = (text: string): Promise<PublishAnswer | undefined> => {
    n += 1
    const items = [{ n, id: String(n).padStart(16, '0'), event: 'message', data: { text } }]
    return socket
      .timeout(20_000)
      .emitWithAck('$publish', { room: 'general', epoch, cid, items })
      .catch(() => undefined)
  }
  return { socket, heard, publish }
}

test('stores messages and sends them to members, gives its log, and ends without output', async () => {
  const server = await start({ handlerDelayMs: 20 })
  const { heard, publish } = await connect(server.url)
  expect(await publish('hello')).toMatchObject({ ok: true, results: [{ seq: 1 }] })
  expect(await publish('spam')).toMatchObject({ ok: true, results: [{ code: 'SPAM' }] })
  await eventually(() => expect(heard).toEqual(['hello']))
  expect(await server.logOf('general')).toMatchObject([{ seq: 1, data: { text: 'hello' } }])

  expect(await server.kill('SIGTERM')).toEqual({ code: 0, signal: null, output: '' })
  await expect(server.logOf('general')).rejects.toThrow('the server ended')
  await server.restart()
  expect(await server.logOf('general')).toEqual([])
  expect(await server.kill('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL', output: '' })
})

test.each(['before the commit', 'after the commit'] as const)(
  'kills itself %s, and no member receives the message',
  async (moment) => {
    const server = await start()
    const { heard, publish } = await connect(server.url)
    await server.crash(moment, 2)
    expect(await publish('first')).toMatchObject({ ok: true })
    await eventually(() => expect(heard).toEqual(['first']))
    expect(await publish('second')).toBeUndefined()
    expect(await server.exited).toEqual({ code: null, signal: 'SIGKILL', output: '' })
    expect(heard).toEqual(['first'])
  },
)

test('F4 F5 with a file, has exactly the committed messages after a SIGKILL', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'roomful-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const server = await start({ log: { file: join(folder, 'rooms.db') } })
  for (const [moment, text] of [
    ['after the commit', 'written'],
    ['before the commit', 'lost'],
  ] as const) {
    const { publish, socket } = await connect(server.url)
    await server.crash(moment)
    expect(await publish(text)).toBeUndefined()
    expect(await server.exited).toEqual({ code: null, signal: 'SIGKILL', output: '' })
    socket.disconnect()
    await server.restart()
  }
  expect(await server.logOf('general')).toMatchObject([{ seq: 1, data: { text: 'written' } }])
  expect(await server.kill('SIGTERM')).toEqual({ code: 0, signal: null, output: '' })
})

test('freezes, and then continues', async () => {
  const server = await start({ pingMs: 5_000 })
  const { publish, socket } = await connect(server.url)
  server.freeze()
  const answer = publish('patience')
  await expect(socket.timeout(300).emitWithAck('$leave', { room: 'random' })).rejects.toThrow('timed out')
  server.thaw()
  expect(await answer).toMatchObject({ ok: true })
})

test('F32 loses about one of `loseOneIn` live events, different ones for each member', async () => {
  const server = await start({ loseOneIn: 3 })
  const [ann, bob] = [await connect(server.url), await connect(server.url)]
  const texts = Array.from({ length: 60 }, (_, index) => String(index))
  for (const text of texts) expect(await ann.publish(text)).toMatchObject({ ok: true })
  await settled(ann.socket)
  await settled(bob.socket)
  for (const { heard } of [ann, bob]) {
    expect(heard.length).toBeGreaterThan(20)
    expect(heard.length).toBeLessThan(60)
  }
  expect(ann.heard).not.toEqual(bob.heard)
  expect(await server.logOf('general')).toHaveLength(60)
})

test('ends when its parent is killed', async () => {
  const parent = `
    import { startServerProcess } from ${JSON.stringify(new URL('support/server-process.ts', import.meta.url).href)}
    const { url } = await startServerProcess({ log: 'memory' })
    process.stdout.write(url, () => process.kill(process.pid, 'SIGKILL'))`
  const node = ['--import', 'tsx', '--conditions=@roomful/source', '--input-type=module', '--eval', parent]
  const cwd = new URL('../../../apps/server', import.meta.url)
  const { stdout, signal } = spawnSync(process.execPath, node, { cwd, encoding: 'utf8' })
  expect(signal).toBe('SIGKILL')
  expect(stdout).toMatch(/^http:/)
  await eventually(() => expect(fetch(stdout)).rejects.toThrow('fetch failed'))
})

/** Resolves after everything that the server has sent before. */
const settled = (socket: Socket): Promise<unknown> => socket.emitWithAck('$leave', { room: 'random' })
