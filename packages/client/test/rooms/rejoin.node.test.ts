import { createProxy } from '@roomful/testing/proxy'
import { describe, expect, onTestFinished, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { startClient, startRoomful, until } from '../support/test-client.ts'
import { startPlain } from './support/plain-server.ts'
import { startScript } from './support/scripted-server.ts'

describe('RM3 a join before the client is connected', () => {
  test('CN1 connects, and is sent once connected', async () => {
    const { url, words } = await startPlain()
    const client = startClient(url)
    const room = client.room('general')
    expect([client.status, room.status]).toEqual(['idle', 'left'])
    const joined = room.join()
    expect([client.status, room.status]).toEqual(['connecting', 'joining'])
    await joined
    expect(words()).toEqual(['join general'])
  })
  test('waits for connect() if autoConnect is off', async () => {
    const { url, words } = await startPlain()
    const client = startClient(url, { autoConnect: false })
    const joined = client.join('general')
    client.room('other').retain()
    expect([client.status, client.room('general').status]).toEqual(['idle', 'joining'])
    await client.connect()
    await joined
    await eventually(() => expect(words()).toEqual(['join general', 'join other']))
  })
  test('is not sent if the room is left before', async () => {
    const { url, received } = await startScript()
    const client = startRoomful(url)
    const room = client.room('general')
    const joined = room.join()
    await room.leave()
    await expect(joined).rejects.toMatchObject({ code: 'LEFT' })
    await client.join('other')
    expect(received.map(({ event, data }) => [event, data])).toEqual([['$join', { room: 'other', packs: true }]])
    expect(room.status).toBe('left')
  })
})

describe('P8 after an outage', () => {
  test('RM3 EM2 a plain server gets the joins first, then all queued events in order', async () => {
    const plain = await startPlain()
    const proxy = await proxyTo(plain.server.port)
    const client = startClient(proxy.url)
    const rooms = await Promise.all(['one', 'two'].map((name) => client.join(name)))
    await client.join('gone')
    await client.leave('gone')
    proxy.refuse()
    proxy.cut()
    await until(client, 'reconnecting')
    plain.received.length = 0
    client.emit('a', 'first')
    const receipts = rooms.map((room, n) => room.emit('message', { text: `${n}` }))
    const asked = client.emitWithAck('ask', 'third')
    client.emit('b', 'fourth')
    proxy.pass()
    await expect(Promise.all(receipts)).resolves.toHaveLength(2)
    await eventually(() => expect(plain.words()).toHaveLength(7))
    const words = plain.words()
    expect(words.slice(0, 2).toSorted()).toEqual(['join one', 'join two'])
    expect(words.slice(2)).toEqual(['a first', 'message one:0', 'message two:1', 'ask third', 'b fourth'])
    client.disconnect()
    await expect(asked).rejects.toMatchObject({ code: 'DISCONNECTED' })
  })
  test('RM3 EM2 roomful() sends the joins first, and queued emits after the slowest answer', async () => {
    const answers: (() => void)[] = []
    const script = await startScript({
      $join: ({ room }) =>
        isSlow && room === 'slow' ? (acknowledge) => answers.push(() => acknowledge(answer())) : answer(),
    })
    const proxy = await proxyTo(script.server.port)
    const client = startRoomful(proxy.url)
    let isSlow = false
    const quick = await client.join('quick')
    const slow = await client.join('slow')
    proxy.refuse()
    proxy.cut()
    await until(client, 'reconnecting')
    script.received.length = 0
    isSlow = true
    client.emit('queued')
    const receipts = [slow.emit('message', 's'), quick.emit('message', 'q')]
    proxy.pass()
    await expect(receipts[1]).resolves.toMatchObject({ confirmed: true })
    await eventually(() => expect(answers).toHaveLength(1))
    expect(script.events().toSorted()).toEqual(['$join', '$join', '$publish'])
    answers[0]?.()
    await expect(receipts[0]).resolves.toMatchObject({ confirmed: true })
    await eventually(() => expect(script.events().slice(3).toSorted()).toEqual(['$publish', 'queued']))
  })
  test('RM3 RM4 a room whose join is not answered fails in time, is left, and delays no other room', async () => {
    const { url, events, dataOf, server } = await startScript({
      $join: ({ room }) => (room === 'stuck' && isStuck ? undefined : answer()),
    })
    let isStuck = false
    const client = startRoomful(url, { joinTimeoutMs: 300 })
    const [stuck, fine] = await Promise.all([client.join('stuck'), client.join('fine')])
    isStuck = true
    await server.close()
    await until(client, 'reconnecting')
    client.emit('queued')
    const [waits, sent] = [stuck.emit('message', 'waits'), fine.emit('message', 'sent')]
    await server.restart()
    await expect(sent).resolves.toMatchObject({ confirmed: true })
    expect(stuck.status).toBe('joining')
    await eventually(() => expect(events()).toContain('queued'))
    expect(stuck.state.getState()).toMatchObject({ status: 'failed', error: { code: 'TIMEOUT' } })
    expect(dataOf('$leave')).toEqual([{ room: 'stuck' }])
    isStuck = false
    await expect(waits).resolves.toMatchObject({ confirmed: true }) // it is tried again
    expect(stuck.status).toBe('joined')
  })
  test('P8 queued emits wait for the joins of the new connection, not for one that an outage cut off', async () => {
    const answers: (() => void)[] = []
    const { url, events, server } = await startScript({
      $join: () => (acknowledge) => answers.push(() => acknowledge(answer())),
    })
    const client = startRoomful(url)
    const joined = client.join('general')
    await expect.poll(() => answers).toHaveLength(1)
    await server.restart()
    await expect.poll(() => answers).toHaveLength(2)
    client.emit('waits')
    void client.join('other') // goes out at once: if the queue were open, the emit would come first
    await expect.poll(() => answers).toHaveLength(3)
    expect(events()).toEqual(['$join', '$join', '$join'])
    answers[1]?.()
    await joined
    await expect.poll(() => events().at(-1)).toBe('waits')
  })
  test('each of many rooms is joined again once', async () => {
    const plain = await startPlain()
    const client = startClient(plain.url)
    const names = Array.from({ length: 200 }, (_, n) => `room ${n}`)
    await Promise.all(names.map((name) => client.join(name)))
    plain.received.length = 0
    plain.cut()
    await until(client, 'reconnecting')
    await eventually(() => expect(names.every((name) => client.room(name).status === 'joined')).toBe(true))
    // By polling, a POST has 16 packets; the server acknowledges no join.
    await expect.poll(() => plain.words().toSorted()).toEqual(names.map((name) => `join ${name}`).toSorted())
    expect(names.every((name) => plain.membersOf(name) === 1)).toBe(true)
  })
})

describe('RM10 after disconnect()', () => {
  test('rooms are suspended with the reason, and connect() joins them again', async () => {
    const { url, words } = await startPlain()
    const client = startClient(url)
    const room = await client.join('general')
    client.disconnect()
    expect(room.state.getState()).toMatchObject({ status: 'suspended', error: { code: 'DISCONNECTED' } })
    await expect(room.join()).rejects.toMatchObject({ code: 'DISCONNECTED' })
    await expect(client.join('other')).rejects.toMatchObject({ code: 'DISCONNECTED' })
    await expect(room.emit('message', { text: 'lost' })).rejects.toMatchObject({ code: 'DISCONNECTED' })
    await client.connect()
    await eventually(() => expect(words()).toEqual(['join general', 'join general', 'join other']))
    expect(room.status).toBe('joined')
  })
  test('join() and messages wait again from connect() on', async () => {
    const { url, words } = await startPlain()
    const client = startClient(url)
    const room = await client.join('general')
    client.disconnect()
    const connected = client.connect()
    const joined = room.join()
    const receipt = room.emit('message', { text: 'waits' })
    expect(room.state.getState()).toEqual({ status: 'suspended', wasJoined: true })
    await Promise.all([connected, joined, receipt])
    await eventually(() => expect(words()).toEqual(['join general', 'join general', 'message general:waits']))
  })
  test('joins and messages that waited reject with DISCONNECTED', async () => {
    const plain = await startPlain()
    const proxy = await proxyTo(plain.server.port)
    const client = startClient(proxy.url)
    const room = await client.join('general')
    proxy.refuse()
    proxy.cut()
    await until(client, 'reconnecting')
    const waiting = room.emit('message', { text: 'waits' })
    const joining = client.join('other')
    client.disconnect()
    await expect(joining).rejects.toMatchObject({ code: 'DISCONNECTED' })
    await expect(waiting).rejects.toMatchObject({ code: 'DISCONNECTED' })
    proxy.pass()
    plain.received.length = 0
    await client.connect()
    await eventually(() => expect(plain.words().toSorted()).toEqual(['join general', 'join other']))
  })
})

async function proxyTo(port: number) {
  const proxy = await createProxy({ target: { port } })
  onTestFinished(() => proxy.close())
  return proxy
}

const answer = () => ({ ok: true as const, epoch: 'epoch-one', head: 0, first: 1, entries: [] })
