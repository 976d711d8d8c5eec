import { type JoinAnswer, type PublishAnswer, wire } from '@roomful/contract/protocol'
import { expect, it } from 'vitest'
import { startServer } from '../src/app.ts'
import { addressOf, connect, signIn, startProcess, startTestServer, temporaryFolder } from './support.ts'

const cid = 'c'.repeat(22)
const messageItem = (n: number, text: string) => {
  return { n, id: String(n).padStart(16, '0'), event: 'message', data: { text } }
}
const items = ['hello', '   ', 'again'].map((text, index) => messageItem(index + 1, text))

async function joinAs(url: string, token: string, since?: { epoch: string; seq: number }) {
  const socket = await connect(url, { token })
  const joined: JoinAnswer = await socket.emitWithAck(wire.join, { room: 'general', ...(since ? { since } : {}) })
  const publish = (batch: unknown): Promise<PublishAnswer> =>
    socket.emitWithAck(wire.publish, { room: 'general', epoch: joined.epoch, cid, items: batch })
  return { joined, publish }
}

it('P1 P4 messages survive a restart of the server, and a returning client gets the missed ones', async () => {
  const dataDir = await temporaryFolder()
  const first = await startServer({ dataDir })
  const { token } = await signIn(first.url, 'Ann')
  const before = await joinAs(first.url, token)
  await before.publish(items)
  await first.close()

  const second = await startTestServer({ dataDir })
  const { joined } = await joinAs(second.url, token, { epoch: before.joined.epoch, seq: 1 })
  expect(joined).toMatchObject({
    epoch: before.joined.epoch,
    head: 2,
    first: 1,
    entries: [{ data: { text: 'again' } }],
  })
})

it('P1 F4 a batch that is sent again after the server was killed gets the same answer and is stored once', async () => {
  const kept = { PORT: '0', DATA_DIR: await temporaryFolder() }
  const killed = startProcess(kept)
  const url = await addressOf(killed)
  const { token } = await signIn(url, 'Ann')
  const first = await (await joinAs(url, token)).publish(items)
  expect(first.results).toMatchObject([{ seq: 1 }, { code: 'SHAPE' }, { seq: 2 }])
  killed.kill('SIGKILL')
  await killed.exited

  const { joined, publish } = await joinAs(await addressOf(startProcess(kept)), token)
  expect(joined.head).toBe(2)
  expect(await publish(items)).toEqual(first)
  expect(await publish([messageItem(4, 'more')])).toMatchObject({ results: [{ seq: 3 }] })
})

it('new-epoch.ts gives the rooms of a restored file new epochs, and keeps their messages', async () => {
  const dataDir = await temporaryFolder()
  const first = await startServer({ dataDir })
  const { token } = await signIn(first.url, 'Ann')
  const before = await joinAs(first.url, token)
  await before.publish(items)
  const inUse = await startProcess({ DATA_DIR: dataDir }, 'new-epoch.ts').exited
  expect(inUse.code).toBe(1)
  await first.close()

  const script = await startProcess({ DATA_DIR: dataDir }, 'new-epoch.ts').exited
  expect(script).toMatchObject({ code: 0, stderr: '' })
  const second = await startTestServer({ dataDir })
  const { joined } = await joinAs(second.url, token)
  expect(joined.head).toBe(2)
  expect(joined.epoch).not.toBe(before.joined.epoch)
})

it('new-epoch.ts makes no file where there is none', async () => {
  const { code, stderr } = await startProcess({ DATA_DIR: await temporaryFolder() }, 'new-epoch.ts').exited
  expect(code).toBe(1)
  expect(stderr).toMatch(/^there is no file \S+rooms\.db: set DATA_DIR or DATA_FILE\n$/)
})

it('dataFile :memory: keeps messages in memory only', async () => {
  const dataDir = await temporaryFolder()
  const first = await startServer({ dataDir, dataFile: ':memory:' })
  const { token } = await signIn(first.url, 'Ann')
  const before = await joinAs(first.url, token)
  await before.publish(items)
  await first.close()
  const second = await startTestServer({ dataDir, dataFile: ':memory:' })
  const { joined } = await joinAs(second.url, token, { epoch: before.joined.epoch, seq: 1 })
  expect(joined).toMatchObject({ head: 0, entries: [] })
})
