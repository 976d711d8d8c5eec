import type { PublishRequest } from '@roomful/contract/protocol'
import { createProxy } from '@roomful/testing/proxy'
import { describe, expect, onTestFinished, test } from 'vitest'
import { codeOf, keysOf, textsOf } from '../../rooms/support/outcomes.ts'
import { EPOCH, joinAnswer, startScript } from '../../rooms/support/scripted-server.ts'
import { eventually } from '../../support/eventually.ts'
import { rejection, startRoomful, until } from '../../support/test-client.ts'

const stored = ({ epoch, items }: PublishRequest) => ({
  ok: true,
  epoch,
  results: items.map(({ n }) => ({ seq: n, at: 0 })),
})
const cidsOf = (requests: readonly unknown[]) => new Set((requests as PublishRequest[]).map(({ cid }) => cid))

async function proxyTo(port: number) {
  const proxy = await createProxy({ target: { port } })
  onTestFinished(() => proxy.close())
  return proxy
}

describe('C5 a message without an answer is sent again with the same key', () => {
  test('F2 on the next connection, before later messages', async () => {
    const script = await startScript({ $publish: (request, _socket, nth) => (nth === 1 ? undefined : stored(request)) })
    const proxy = await proxyTo(script.server.port)
    const client = startRoomful(proxy.url)
    const room = await client.join('general')
    const receipts = ['sending', 'queued'].map((text) => room.emit('m', text))
    await eventually(() => expect(script.dataOf('$publish')).toHaveLength(1))
    expect(client.outbox.getState()).toMatchObject({ queued: 1, sending: 1 })
    proxy.refuse()
    proxy.cut()
    await until(client, 'reconnecting')
    expect(client.outbox.getState()).toMatchObject({ queued: 2, sending: 0 })
    receipts.push(room.emit('m', 'while away'))
    proxy.pass()
    await expect(Promise.all(receipts)).resolves.toMatchObject([{ seq: 1 }, { seq: 2 }, { seq: 3 }])
    expect(script.events()).toEqual(['$join', '$publish', '$join', '$publish'])
    expect(keysOf(script.dataOf('$publish'))).toEqual([[1], [1, 2, 3]])
    expect(cidsOf(script.dataOf('$publish')).size).toBe(1)
    expect(client.outbox.getState()).toMatchObject({ queued: 0, sending: 0 })
  })
  test('on the same connection, when the answer timed out', async () => {
    const { url, events, dataOf } = await startScript({
      $publish: (request, _socket, nth) => (nth === 1 ? undefined : stored(request)),
    })
    const room = await startRoomful(url, { ackTimeoutMs: 30 }).join('general')
    const sent = [room.emit('m', 1), room.emit('m', 2)]
    await expect(Promise.all(sent.map(codeOf))).resolves.toEqual(['confirmed', 'confirmed'])
    expect([events(), keysOf(dataOf('$publish'))]).toEqual([
      ['$join', '$publish', '$publish'],
      [[1], [1, 2]],
    ])
  })
  test('C19 until three connections have ended with it alone: then it is unknown', async () => {
    const { url, dataOf } = await startScript({
      $publish: (request, socket) => {
        if (!request.items.some(({ data }) => data === 'poison')) return stored(request)
        socket.conn.close()
        return undefined
      },
    })
    const room = await startRoomful(url).join('general')
    const sent = ['poison', 'fine'].map((text) => codeOf(room.emit('m', text)))
    await expect(Promise.all(sent)).resolves.toEqual(['UNKNOWN', 'confirmed'])
    expect(textsOf(dataOf('$publish')).slice(-2)).toEqual([['poison'], ['fine']])
  })
})

describe('C7 C10 P8 a queued message', () => {
  test('is not sent before the join is answered', async () => {
    const answers: (() => void)[] = []
    const { url, events } = await startScript({
      $join: () => (acknowledge) => answers.push(() => acknowledge(joinAnswer())),
    })
    const client = startRoomful(url)
    const room = client.room('general')
    void room.join()
    const sent = codeOf(room.emit('m', 1))
    await eventually(() => expect(answers).toHaveLength(1))
    await client
      .with({ timeoutMs: 20 })
      .emitWithAck('anything')
      .catch(() => {}) // enough time to send it
    expect(events()).not.toContain('$publish')
    answers[0]?.()
    await expect(sent).resolves.toBe('confirmed')
  })
  test('is not sent again before the wait that the server asked for', async () => {
    const asked: number[] = []
    const { url } = await startScript({
      $publish: (request, _socket, nth) => {
        asked.push(performance.now())
        return nth === 1 ? { ok: false, epoch: EPOCH, results: [], code: 'RATE', after: 300 } : stored(request)
      },
    })
    const room = await startRoomful(url).join('general')
    await room.emit('m', 1)
    expect(asked[1]! - asked[0]!).toBeGreaterThanOrEqual(299) // timers may be early by less than one
  })
  test('survives disconnect(), and is sent after the next connect()', async () => {
    const script = await startScript()
    const proxy = await proxyTo(script.server.port)
    const client = startRoomful(proxy.url)
    const room = await client.join('general')
    proxy.refuse()
    proxy.cut()
    await until(client, 'reconnecting')
    const sent = codeOf(room.emit('m', 'queued'))
    client.disconnect()
    expect(client.outbox.getState()).toMatchObject({ queued: 1, sending: 0 })
    await expect(codeOf(room.emit('m', 'after disconnect'))).resolves.toBe('DISCONNECTED')
    proxy.pass()
    await client.connect()
    await expect(sent).resolves.toBe('confirmed')
    expect(textsOf(script.dataOf('$publish'))).toEqual([['queued']])
  })
  test('C10 of a room that was left during the outage is sent: the room is joined for it, then left', async () => {
    const script = await startScript({ $join: (_request, _socket, nth) => joinAnswer({ head: nth * 10 }) })
    const proxy = await proxyTo(script.server.port)
    const client = startRoomful(proxy.url)
    const room = await client.join('general')
    const statuses: string[] = []
    room.state.subscribe(({ status }) => statuses.push(status))
    proxy.refuse()
    proxy.cut()
    await until(client, 'reconnecting')
    const sent = codeOf(room.emit('m', 'queued'))
    await room.leave()
    proxy.pass()
    await expect(sent).resolves.toBe('confirmed')
    await eventually(() => expect(script.events()).toEqual(['$join', '$join', '$publish', '$leave']))
    expect(statuses).toEqual(['suspended', 'left'])
    expect(script.dataOf('$join')[1]).toEqual({ room: 'general', packs: true }) // without `since`: nothing has to be replayed
  })
  test('C9 is rejected where the room refuses the user permanently; a sent one is unknown', async () => {
    const script = await startScript({
      $join: (_request, _socket, nth) => (nth === 1 ? joinAnswer() : { ok: false, code: 'FORBIDDEN', message: 'out' }),
      $publish: () => undefined,
    })
    const proxy = await proxyTo(script.server.port)
    const client = startRoomful(proxy.url)
    const room = await client.join('general')
    const [sent, queued] = ['sent', 'queued'].map((text) => rejection(room.emit('m', text)))
    await eventually(() => expect(script.dataOf('$publish')).toHaveLength(1))
    proxy.cut()
    await expect(sent).resolves.toMatchObject({ code: 'UNKNOWN', cause: { code: 'FORBIDDEN' } })
    await expect(queued).resolves.toMatchObject({ code: 'FORBIDDEN', message: 'out' })
    expect(client.outbox.getState()).toMatchObject({ queued: 0, sending: 0 })
  })
})
