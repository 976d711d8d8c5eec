import { createClient, createTimeline, defineContract, type MessageMeta, type Room, roomful } from '@roomful/client'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { EPOCH, joinAnswer, metaOf, startScript } from '../rooms/support/scripted-server.ts'
import { eventually } from '../support/eventually.ts'
import { recordInspect, soon, startRoomful } from '../support/test-client.ts'
import { expectNothingUncaught } from '../support/uncaught.ts'

const ann = { id: 'ann', name: 'Ann' }
const packOf = (events: readonly object[], parts: object = {}) => ({ room: 'general', epoch: EPOCH, events, ...parts })
const message = (seq: number, data: unknown = seq, parts: object = {}) => ({
  event: 'message',
  data,
  seq,
  id: `server:${seq}`,
  at: seq,
  ...parts,
})
const cursor = (x: number, parts: object = {}) => ({ event: 'cursor', data: x, at: 1, ...parts })

/** A member of the room "general", which gets what the test says; `received` are its messages and cursors. */
async function startMember(options: Parameters<typeof startRoomful>[1] = {}) {
  const script = await startScript()
  const client = startRoomful(script.url, options)
  const room: Room = await client.join('general')
  const received: [data: unknown, meta: MessageMeta][] = []
  for (const event of ['message', 'cursor']) room.on(event, (data, meta) => received.push([data, meta]))
  return { ...script, client, room, received, data: () => received.map(([data]) => data) }
}

describe('RL11 a pack', () => {
  test('is asked for with each join, of rooms and of the inbox', async () => {
    const { url, dataOf } = await startScript({ hello: { capabilities: ['inbox'], user: ann } })
    const client = startRoomful(url)
    void client.inbox
    await client.join('general')
    await eventually(() => expect(dataOf('$join')).toHaveLength(2))
    expect(dataOf('$join')).toEqual(
      expect.arrayContaining([
        { room: '$inbox', packs: true },
        { room: 'general', packs: true },
      ]),
    )
  })
  test('goes to the listeners of the room, with the meta of single events', async () => {
    const { say, received } = await startMember()
    say('$events', packOf([message(1, 'a'), cursor(7)], { from: ann }))
    const meta = { from: ann, replayed: false }
    await eventually(() => expect(received).toHaveLength(2))
    expect(received).toEqual([
      ['a', { ...meta, id: 'server:1', seq: 1, epoch: 'epoch-one', at: 1 }],
      [7, { ...meta, id: undefined, seq: undefined, epoch: undefined, at: 1 }],
    ])
  })
  test('has one sender, but for events with their own, also without one', async () => {
    const { say, received } = await startMember()
    const bob = { id: 'bob' }
    say('$events', packOf([message(1), message(2, 2, { from: bob }), message(3, 3, { from: null })], { from: ann }))
    say('$events', packOf([message(4)]))
    await eventually(() => expect(received).toHaveLength(4))
    expect(received.map(([, { from }]) => from)).toEqual([ann, bob, undefined, undefined])
  })
  test('of the inbox goes to the inbox', async () => {
    const { url, say } = await startScript({ hello: { capabilities: ['inbox'], user: ann } })
    const { inbox } = startRoomful(url)
    const received: unknown[] = []
    inbox.on('notice', (data) => received.push(data))
    await eventually(() => expect(inbox.status).toBe('joined'))
    say('$events', { room: '$inbox', epoch: EPOCH, events: [{ ...message(1, 'hi'), event: 'notice' }] })
    await eventually(() => expect(received).toEqual(['hi']))
  })
  test('is checked by the contract, event by event', async () => {
    const { url, say } = await startScript()
    const refused: string[] = []
    const contract = defineContract({ room: { message: z.number().positive() } })
    const onInvalid = ({ code }: { readonly code: string }) => refused.push(code)
    const client = createClient({ url, contract, rooms: roomful(), reconnect: soon, onInvalid })
    onTestFinished(client.close)
    const room = await client.join('general')
    const received: unknown[] = []
    room.on('message', (data) => received.push(data))
    say('$events', packOf([message(1, 5), message(2, -5), message(3, 6)]))
    await eventually(() => expect(received).toEqual([5, 6]))
    expect(refused).toEqual(['INVALID'])
  })
  test('DS2 reaches the other handlers if one throws', async () => {
    const errors: unknown[] = []
    const { room, say, data } = await startMember({ onError: (error) => errors.push(error) })
    room.on('message', () => {
      throw new TypeError('oops')
    })
    say('$events', packOf([message(1), message(2)]))
    await eventually(() => expect(data()).toEqual([1, 2]))
    await eventually(() => expect(errors).toEqual([new TypeError('oops'), new TypeError('oops')]))
  })
  test.each([
    ['', async () => {}],
    [', even if it joins again at once', async (room: Room) => void (await room.join())],
  ])('RL8 ends for listeners that leave the room%s', async (_name, then) => {
    const script = await startScript({ $join: (_request, _socket, nth) => joinAnswer({ head: nth === 1 ? 0 : 4 }) })
    const room: Room = await startRoomful(script.url).join('general')
    const received: unknown[] = []
    let joined: Promise<unknown> | undefined
    for (const event of ['message', 'cursor'])
      room.on(event, (data) => {
        received.push(data)
        if (data !== 2) return
        void room.leave()
        joined = then(room)
      })
    script.say('$events', packOf([message(1), message(2), cursor(9), message(3)]))
    await eventually(() => expect(received).toEqual([1, 2]))
    await joined
    script.say('$events', packOf([message(5)]))
    script.say('ping')
    await eventually(() => expect(received).toEqual(joined && room.status === 'joined' ? [1, 2, 5] : [1, 2]))
  })
  test('RL8 is not replayed after a listener has disconnected, since all of it was delivered', async () => {
    const { client, room, say, data, dataOf } = await startMember()
    room.on('message', (seq) => seq === 1 && client.disconnect())
    say('$events', packOf([message(1), message(2)]))
    await eventually(() => expect(data()).toEqual([1, 2]))
    await client.connect()
    await eventually(() => expect(dataOf('$join')).toHaveLength(2))
    expect(dataOf('$join')[1]).toMatchObject({ since: { epoch: EPOCH, seq: 2 } })
  })
  test('TL15 changes a timeline once', async () => {
    const { room, say } = await startMember()
    const lengths: number[] = []
    createTimeline(room, 'message').state.subscribe(({ entries }) => lengths.push(entries.length))
    say('$events', packOf([message(1), cursor(1), message(2), message(3)]))
    say('message', 4, metaOf('general', 4))
    await eventually(() => expect(lengths).toEqual([3, 4]))
  })
})

describe('P11 a pack of a hostile server', () => {
  const bad: readonly (readonly [name: string, pack: object | null])[] = [
    ['without events', { room: 'general', epoch: EPOCH }],
    ['whose events are no list', packOf([], { events: { length: 1, 0: message(1) } })],
    ['without an epoch', packOf([message(1)], { epoch: undefined })],
    ['whose sender has no id', packOf([message(1)], { from: {} })],
    ['with an event that is null', packOf([message(1), null as never])],
    ['with an event without a name', packOf([message(1, 1, { event: 7 })])],
    ['with an event without a time', packOf([message(1, 1, { at: 'now' })])],
    ['with an event whose sender has no id', packOf([message(1, 1, { from: 'ann' })])],
    ['with a seq that is no count', packOf([message(-1)])],
    ['with a seq that is null', packOf([message(1, 1, { seq: null })])],
    ['with a message without an id', packOf([message(1, 1, { id: undefined })])],
  ]
  test.each(bad)('%s is dropped whole, and shown to `inspect`', async (_name, pack) => {
    expectNothingUncaught()
    const { ofType, inspect } = recordInspect()
    const { say, data } = await startMember({ inspect })
    say('$events', pack)
    say('$events', packOf([message(1, 'good')]))
    await eventually(() => expect(data()).toEqual(['good']))
    expect(ofType('drop').map(({ reason }) => reason)).toEqual(['not a message of roomful/1'])
  })
  test('of no room, or of one that is not joined, is dropped', async () => {
    expectNothingUncaught()
    const { ofType, inspect } = recordInspect()
    const { client, say, data } = await startMember({ inspect })
    client.room('named')
    for (const pack of [
      null,
      7,
      [],
      packOf([message(1)], { room: 'stranger' }),
      packOf([message(1)], { room: 'named' }),
    ])
      say('$events', pack)
    await eventually(() => expect(ofType('drop')).toHaveLength(5))
    expect(ofType('drop').map(({ reason }) => reason)).toEqual([
      ...Array.from({ length: 3 }, () => 'not a message of roomful/1'),
      'no room stranger',
      'the room is not joined',
    ])
    expect(data()).toEqual([])
  })
  test('with events of reserved names reaches no listener but that of gaps', async () => {
    expectNothingUncaught()
    const { room, say, data } = await startMember()
    const gaps: unknown[] = []
    room.on('gap', (gap) => gaps.push(gap))
    const names = ['gap', '$out', 'connect', '__proto__', 'constructor', '']
    say(
      '$events',
      packOf([...names.map((event, n) => message(n + 1, {}, { event })), message(names.length + 1, 'end')]),
    )
    await eventually(() => expect(data()).toEqual(['end']))
    expect(gaps).toEqual([])
  })
  test('with more events than a timeline takes together is shown whole', async () => {
    const { room, say, received } = await startMember()
    const timeline = createTimeline(room, 'message', { max: 5 })
    say('$events', packOf(Array.from({ length: 2_500 }, (_, n) => message(n + 1))))
    await eventually(() => expect(received).toHaveLength(2_500))
    expect(timeline.state.getState().entries.toArray()).toMatchObject(
      [2_496, 2_497, 2_498, 2_499, 2_500].map((seq) => ({ seq })),
    )
  })
})
