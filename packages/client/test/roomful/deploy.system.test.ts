import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient, roomful } from '@roomful/client'
import { expect, onTestFinished, test } from 'vitest'
import { processChat, startServerProcess } from '../support/server-process.ts'

const CLIENTS = 1_000
const ROOMS = 100
/** The most new connections in any 100 ms. */
const MOST = 60

test('F6 F37 1,000 clients are back after a deploy, nothing is lost, and at most 60 connect in any 100 ms', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'roomful-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const server = await startServerProcess({ log: { file: join(folder, 'rooms.db') }, pingMs: 20_000 })
  onTestFinished(async () => void (await server.kill('SIGKILL')))
  const members: ReturnType<typeof member>[] = []
  function member(index: number) {
    const socket = { transports: ['websocket'] }
    const options = {
      url: server.url,
      contract: processChat,
      rooms: roomful(),
      auth: { name: `user ${index}` },
      socket,
    }
    const client = createClient(options)
    onTestFinished(client.close)
    const room = client.room(`room ${index % ROOMS}`)
    const heard: string[] = []
    room.on('message', ({ text }) => heard.push(text))
    return { room, heard, index }
  }
  while (members.length < CLIENTS) {
    const more = Array.from({ length: 50 }, (_, index) => member(members.length + index))
    await Promise.all(more.map(({ room }) => room.join()))
    members.push(...more)
  }

  const emitAll = (text: string) =>
    members.map(async ({ room, index }) => await room.emit('message', { text: `${text} of ${index}` }))
  await Promise.all(emitAll('before'))
  const during = emitAll('during')
  const exited = server.kill('SIGTERM')
  const away = emitAll('away')
  expect(await exited).toEqual({ code: 0, signal: null, output: '' })
  await server.restart()
  const receipts = await Promise.all([...during, ...away])
  expect(receipts.every(({ confirmed }) => confirmed)).toBe(true)
  await expect.poll(() => server.clients()).toBe(CLIENTS)

  const connects = await server.connects()
  expect(mostWithin(100, connects)).toBeLessThanOrEqual(MOST)

  for (let room = 0; room < ROOMS; room += 1) {
    const log = await server.logOf(`room ${room}`)
    const texts = log.map(({ data }) => (data as { text: string }).text)
    const ofRoom = members.filter(({ index }) => index % ROOMS === room)
    const sent = ofRoom.flatMap(({ index }) => ['before', 'during', 'away'].map((text) => `${text} of ${index}`))
    expect(texts.toSorted()).toEqual(sent.toSorted())
    for (const { heard } of ofRoom) await expect.poll(() => heard).toEqual(texts)
  }
})

/** The most of these times that lie within so many milliseconds. */
function mostWithin(ms: number, times: readonly number[]): number {
  const sorted = times.toSorted((one, other) => one - other)
  let most = 0
  let first = 0
  for (const [index, time] of sorted.entries()) {
    while ((sorted[first] ?? time) < time - ms) first += 1
    most = Math.max(most, index - first + 1)
  }
  return most
}
