import { createProxy } from '@roomful/testing/proxy'
import { describe, expect, onTestFinished, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { startClient, startRoomful, until } from '../support/test-client.ts'
import { startPlain } from './support/plain-server.ts'
import { startScript } from './support/scripted-server.ts'

describe('a join before there is a connection', () => {
  test('CN1 connects, and is asked when that is done', async () => {
    const { url, words } = await startPlain()
    const client = startClient(url)
    const room = client.room('general')
    expect([client.status, room.status]).toEqual(['idle', 'left'])
    const joined = room.join()
    expect([client.status, room.status]).toEqual(['connecting', 'joining'])
    await joined
    expect(words()).toEqual(['join general'])
  })
  test('waits for connect() where autoConnect is off', async () => {
    const { url, words } = await startPlain()
    const client = startClient(url, { autoConnect: false })
    const joined = client.join('general')
    client.room('other').retain()
    expect([client.status, client.room('general').status]).toEqual(['idle', 'joining'])
    await client.connect()
    await joined
    await eventually(() => expect(words()).toEqual(['join general', 'join other']))
  })
  test('that is taken back is never asked', async () => {
    const { url, received } = await startScript()
    const client = startRoomful(url)
    const room = client.room('general')
    const joined = room.join()
    await room.leave()
    await expect(joined).rejects.toMatchObject({ code: 'LEFT' })
    await client.join('other')
    expect(received.map(({ event, data }) => [event, data])).toEqual([['$join', { room: 'other' }]])
    expect(room.status).toBe('left')
  })
})

describe('P8 after an outage, before anything that waits', () => {
  test('RM3 a plain server hears the joins first, then what waits, in order', async () => {
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
    expect(words.slice(0, 4).toSorted()).toEqual(['join one', 'join two', 'message one:0', 'message two:1'])
    expect(words.indexOf('join one')).toBeLessThan(words.indexOf('message one:0'))
    expect(words.indexOf('join two')).toBeLessThan(words.indexOf('message two:1'))
    expect(words.slice(4)).toEqual(['a first', 'ask third', 'b fourth'])
    client.disconnect()
    await expect(asked).rejects.toMatchObject({ code: 'DISCONNECTED' })
  })
  test('RM3 our server hears the joins first, also where they take long', async () => {
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
  test('RM3 RM4 a room whose join nobody answers fails in its time, is taken back, and holds up nobody', async () => {
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
    await expect(waits).resolves.toMatchObject({ confirmed: true }) // it is tried again by itself
    expect(stuck.status).toBe('joined')
  })
  test('P8 a join that an outage cut off does not open the way for what waits on the next connection', async () => {
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
    void client.join('other') // goes out at once: had the way been open, it would be behind
    await expect.poll(() => answers).toHaveLength(3)
    expect(events()).toEqual(['$join', '$join', '$join'])
    answers[1]?.()
    await joined
    await expect.poll(() => events().at(-1)).toBe('waits')
  })
  test('many rooms are all joined again, each once', async () => {
    const plain = await startPlain()
    const client = startClient(plain.url)
    const names = Array.from({ length: 200 }, (_, n) => `room ${n}`)
    await Promise.all(names.map((name) => client.join(name)))
    plain.received.length = 0
    plain.cut()
    await until(client, 'reconnecting')
    await eventually(() => expect(names.every((name) => client.room(name).status === 'joined')).toBe(true))
    expect(plain.words().toSorted()).toEqual(names.map((name) => `join ${name}`).toSorted())
    expect(names.every((name) => plain.membersOf(name) === 1)).toBe(true)
  })
})

describe('RM10 stopped, and connected again', () => {
  test('rooms are suspended with the reason, and come back by themselves', async () => {
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
  test('from connect() on they are waited for, as at the start', async () => {
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
  test('a join that waits when nobody seeks a connection any more rejects, as does what is nobody’s', async () => {
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
