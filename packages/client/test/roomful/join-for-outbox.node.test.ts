import { describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { codeOf } from '../rooms/support/outcomes.ts'
import { createScriptedMembership as create } from '../rooms/support/scripted-membership.ts'
import { joinAnswer, type Script, startScript } from '../rooms/support/scripted-server.ts'
import { refusal } from '../support/refusal.ts'
import { startRoomful, until } from '../support/test-client.ts'

const NO = refusal('FORBIDDEN')
const BUSY = refusal('RATE')

describe('OB10 a room that the app leaves while it has queued messages', () => {
  test('is left at once for the app, and on the server when no message is queued any more', () => {
    const { join, leave, need, needNoMore, accept, requests, status } = create()
    join()
    accept(0)
    need()
    leave()
    expect([status(), requests()]).toEqual(['left', ['join']])
    needNoMore()
    accept(1)
    needNoMore()
    expect(requests()).toEqual(['join', 'leave'])
  })
  test('before the answer to the join is left at once; the messages are sent after that join', () => {
    const { join, leave, need, needNoMore, accept, requests, status, joined } = create()
    const joining = join()
    need()
    leave()
    expect([joining.current, status()]).toEqual(['LEFT', 'left'])
    accept(0)
    expect([status(), requests(), joined]).toEqual(['left', ['join'], ['outbox']])
    needNoMore()
    expect(requests()).toEqual(['join', 'leave'])
  })
  test('and joins again is joined by a second request, and stays joined', () => {
    const { join, leave, need, needNoMore, accept, requests, status, joined } = create()
    join()
    accept(0)
    need()
    leave()
    join()
    accept(1)
    needNoMore()
    expect([status(), requests(), joined]).toEqual(['joined', ['join', 'join'], ['app', 'app']])
  })
  test('while its join is retried is joined for the messages only', () => {
    const { join, leave, need, fail, retryDue, accept, requests, status, joined } = create()
    join()
    need()
    fail(0, BUSY)
    leave()
    retryDue()
    accept(1)
    expect([status(), requests(), joined]).toEqual(['left', ['join', 'join'], ['outbox']])
  })
})

describe('OB10 a room with queued messages that the app has not joined', () => {
  test("is joined for them after a connect and left then; the app's state stays left", () => {
    const { up, need, needNoMore, accept, requests, seen, joined } = create({ connected: false })
    need()
    up()
    accept(0)
    expect(joined).toEqual(['outbox'])
    needNoMore()
    expect([requests(), seen]).toEqual([['join', 'leave'], []])
  })
  test('is not joined while disconnected or without a queued message', () => {
    const { up, down, need, needNoMore, requests } = create()
    up()
    down()
    need()
    needNoMore()
    up()
    expect(requests()).toEqual([])
  })
  test('and that the app joins meanwhile needs one join for both', () => {
    const { join, need, accept, requests, joined } = create()
    need()
    const joining = join()
    accept(0)
    expect([joining.current, requests(), joined]).toEqual(['joined', ['join'], ['app']])
  })
  test('P8 is joined again on a recovered connection where the answer to its join was lost', () => {
    const { up, down, need, accept, requests, joined } = create()
    need()
    down()
    up(true)
    expect([requests(), joined]).toEqual([['join', 'join'], []])
    accept(1)
    expect(joined).toEqual(['outbox'])
  })
  test('is left again if they are discarded before the answer', () => {
    const { need, needNoMore, accept, requests, status, joined } = create()
    need()
    needNoMore()
    accept(0)
    expect([requests(), status(), joined]).toEqual([['join', 'leave'], 'left', []])
  })
  test('is joined again if they came while a leave was in flight', () => {
    const { join, leave, need, accept, requests, status, joined } = create()
    join()
    accept(0)
    leave()
    need()
    accept(1)
    accept(2)
    expect([requests(), status(), joined]).toEqual([['join', 'leave', 'join'], 'left', ['app', 'outbox']])
  })
  test('is joined again if the server lost the membership', () => {
    const { need, accept, lost, requests, joined } = create()
    need()
    accept(0)
    lost()
    accept(1)
    expect([requests(), joined]).toEqual([
      ['join', 'join'],
      ['outbox', 'outbox'],
    ])
  })
  test('C9 and that the server refuses permanently ends the messages without a retry', () => {
    const { need, fail, requests, status, refused, isRetrying } = create()
    need()
    fail(0, NO)
    expect([status(), requests(), refused, isRetrying()]).toEqual(['left', ['join'], ['FORBIDDEN'], false])
  })
  test('and that the server refuses for now is joined again while a message is queued', () => {
    const { need, needNoMore, fail, retryDue, requests, refused, isRetrying } = create()
    need()
    fail(0, BUSY)
    retryDue()
    fail(1, BUSY)
    expect([requests(), refused, isRetrying()]).toEqual([['join', 'join'], [], true])
    needNoMore()
    expect([requests(), isRetrying()]).toEqual([['join', 'join'], false])
  })
})

describe('RM3 while a join is refused for now', () => {
  test('messages are queued, and sent when the room is joined', async () => {
    const { url, events } = await startScript({
      $join: (_request, _socket, nth) => (nth === 1 ? { ok: false, code: 'RATE' } : joinAnswer()),
    })
    const room = startRoomful(url).room('general')
    await expect(codeOf(room.join())).resolves.toBe('RATE')
    expect(room.status).toBe('failed')
    const sent = codeOf(room.emit('m', 'queued'))
    await room.join()
    await expect(sent).resolves.toBe('confirmed')
    expect(events()).toEqual(['$join', '$join', '$publish'])
  })
  test('OB16 messages are refused if the join was refused permanently', async () => {
    const { url } = await startScript({ $join: () => ({ ok: false, code: 'FORBIDDEN' }) })
    const room = startRoomful(url).room('general')
    await expect(codeOf(room.join())).resolves.toBe('FORBIDDEN')
    await expect(codeOf(room.emit('m', 'text'))).resolves.toBe('NOT_MEMBER')
  })
})

describe('OB6 a message whose answer an outage cut off', () => {
  /** The first `$publish` is not answered. */
  const startCut = (script: Script = {}) =>
    startScript({
      $publish: ({ epoch, items }, _socket, nth) =>
        nth === 1 ? undefined : { ok: true, epoch, results: items.map(() => ({ seq: 1, at: 0 })) },
      ...script,
    })

  test('is sent again though the app has left the room', async () => {
    const { url, server, dataOf, events } = await startCut()
    const client = startRoomful(url)
    const room = await client.join('general')
    const sent = codeOf(room.emit('m', 'text'))
    await eventually(() => expect(dataOf('$publish')).toHaveLength(1))
    await room.leave()
    await server.close()
    await until(client, 'reconnecting')
    expect(client.outbox.getState()).toMatchObject({ queued: 1, sending: 0 })
    await server.restart()
    await expect(sent).resolves.toBe('confirmed')
    await eventually(() => expect(events()).toEqual(['$join', '$publish', '$join', '$publish', '$leave']))
    expect(room.status).toBe('left')
  })
  test('is sent again though a join of the room was refused for now', async () => {
    const { url, say, server, dataOf } = await startCut({
      $join: (_request, _socket, nth) => (nth === 2 ? { ok: false, code: 'UNAVAILABLE', after: 60_000 } : joinAnswer()),
    })
    const client = startRoomful(url)
    const room = await client.join('general')
    const sent = codeOf(room.emit('m', 'text'))
    await eventually(() => expect(dataOf('$publish')).toHaveLength(1))
    say('$head', { room: 'general', epoch: 'epoch-two', seq: 1 }) // the client joins again
    await eventually(() => expect(room.status).toBe('failed'))
    await server.restart()
    await expect(sent).resolves.toBe('confirmed')
    expect(room.status).toBe('joined')
  })
})
