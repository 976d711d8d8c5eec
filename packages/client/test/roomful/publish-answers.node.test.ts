import { RoomfulError } from '@roomful/client'
import { describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { rejection, startRoomful } from '../support/test-client.ts'
import { codeOf, keysOf, textsOf } from '../rooms/support/outcomes.ts'
import { EPOCH, joinAnswer, startScript } from '../rooms/support/scripted-server.ts'

describe('C6 C7 an answer to $publish', () => {
  test('with a refusal of one message confirms the others', async () => {
    const { url } = await startScript({
      $publish: ({ epoch, items }) => ({
        ok: true,
        epoch,
        results: items.map(({ data }, at) =>
          data === 'bad' ? { code: 'MUTED', message: 'you are muted' } : { seq: at + 1, at },
        ),
      }),
    })
    const room = await startRoomful(url).join('general')
    const first = room.emit('m', 'first')
    const [good, bad, fine] = [room.emit('m', 'good'), room.emit('m', 'bad'), room.emit('m', 'fine')]
    await expect(Promise.all([first, good, fine].map(codeOf))).resolves.toEqual(Array(3).fill('confirmed'))
    const error = await rejection(bad)
    expect(error).toBeInstanceOf(RoomfulError)
    expect(error).toMatchObject({ code: 'MUTED', message: 'you are muted', refusal: { code: 'MUTED' } })
  })
  test.each(['RATE', 'UNAVAILABLE', 'LIMIT', 'MORE'])('with %s keeps the other messages in order', async (code) => {
    const { url, dataOf } = await startScript({
      $publish: ({ epoch, items }, _socket, nth) =>
        nth === 2
          ? { ok: false, epoch, results: [{ seq: 2, at: 0 }], code, after: 10 }
          : { ok: true, epoch, results: items.map(({ n }) => ({ seq: n, at: 0 })) },
    })
    const room = await startRoomful(url).join('general')
    const sent = ['a', 'b', 'c', 'd'].map((text) => room.emit('m', text))
    await expect(Promise.all(sent.map(codeOf))).resolves.toEqual(Array(4).fill('confirmed'))
    expect(textsOf(dataOf('$publish'))).toEqual([['a'], ['b', 'c', 'd'], ['c', 'd']])
  })
  test.each(['EPOCH', 'NOT_MEMBER'])(
    'with %s causes a join, and the messages are sent with the new epoch',
    async (code) => {
      const { url, received } = await startScript({
        $join: (_request, _socket, nth) => joinAnswer({ epoch: nth === 1 ? 'epoch-old' : 'epoch-new' }),
        $publish: ({ epoch, items }) =>
          epoch === 'epoch-old'
            ? { ok: false, epoch, results: [], code }
            : { ok: true, epoch, results: items.map(({ n }) => ({ seq: n, at: 0 })) },
      })
      const room = await startRoomful(url).join('general')
      const sent = ['a', 'b'].map((text) => room.emit('m', text))
      await expect(Promise.all(sent.map(codeOf))).resolves.toEqual(['confirmed', 'confirmed'])
      expect(received.map(({ event }) => event)).toEqual(['$join', '$publish', '$join', '$publish'])
      expect(textsOf([received[1]?.data, received[3]?.data])).toEqual([['a'], ['a', 'b']])
    },
  )
  test('C10 with RATE delays the $leave, not the leave: the message is sent first', async () => {
    let isBusy = true
    const { url, dataOf, events } = await startScript({
      $publish: ({ epoch }) =>
        isBusy ? { ok: false, epoch, results: [], code: 'RATE' } : { ok: true, epoch, results: [{ seq: 1, at: 0 }] },
    })
    const room = await startRoomful(url).join('general')
    const sent = codeOf(room.emit('m', 'a'))
    await eventually(() => expect(dataOf('$publish')).not.toEqual([]))
    await room.leave()
    expect([room.status, dataOf('$leave')]).toEqual(['left', []])
    isBusy = false
    await expect(sent).resolves.toBe('confirmed')
    await eventually(() => expect(events().at(-1)).toBe('$leave'))
  })
  test('with a permanent refusal of the batch rejects each message', async () => {
    const { url } = await startScript({
      $publish: () => ({ ok: false, code: 'FORBIDDEN', message: 'read only', epoch: EPOCH, results: [] }),
    })
    const room = await startRoomful(url).join('general')
    await expect(Promise.all([room.emit('m', 1), room.emit('m', 2)].map(codeOf))).resolves.toEqual([
      'FORBIDDEN',
      'FORBIDDEN',
    ])
  })
  test.each([
    ['nothing', undefined],
    ['a number', 7],
    ['malformed results', { ok: true, results: 'x' }],
    ['results of the wrong shape', { ok: true, results: [{ seq: '1' }] }],
  ])('CN12 that is %s counts as none: the batch is sent again with the same keys', async (_what, given) => {
    const { url, dataOf } = await startScript({
      $publish: ({ epoch, items }, _socket, nth) =>
        nth === 1
          ? (acknowledge) => acknowledge(given as never)
          : { ok: true, epoch, results: items.map(() => ({ seq: 1, at: 0 })) },
    })
    const room = await startRoomful(url).join('general')
    const sent = [room.emit('m', 1), room.emit('m', 2)]
    await expect(Promise.all(sent.map(codeOf))).resolves.toEqual(['confirmed', 'confirmed'])
    expect(keysOf(dataOf('$publish'))).toEqual([[1], [1, 2]])
  })
  test('P5 with fewer results than items and no code counts as none: nothing is rejected', async () => {
    const { url } = await startScript({
      $publish: ({ epoch, items }, _socket, nth) => ({
        ok: true,
        epoch,
        results: nth === 1 ? [] : items.map((_item, index) => ({ seq: index + 1, at: 0 })),
      }),
    })
    const room = await startRoomful(url).join('general')
    const sent = ['a', 'b', 'c'].map((text) => codeOf(room.emit('m', text)))
    await expect(Promise.all(sent)).resolves.toEqual(['confirmed', 'confirmed', 'confirmed'])
  })
})
