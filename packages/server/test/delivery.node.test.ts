import type { Entry, Pack } from '@roomful/contract/protocol'
import { describe, expect, test } from 'vitest'
import { Delivery } from '../src/rooms/delivery/delivery.ts'
import { LARGE_ROOM } from '../src/rooms/delivery/pack-buffer.ts'
import { Metrics } from '../src/metrics/metrics.ts'
import type { SocketIoSocket } from '../src/socket-io.ts'

const EPOCH = 'the-epoch'
const CHANNEL = 'roomful:general'
const ann = { id: 'ann' }
const bob = { id: 'bob' }

/** Sockets in Socket.IO rooms, and what each of them was sent. Counts the packets that were encoded. */
class Sockets {
  readonly all = new Map<string, { readonly rooms: Set<string>; readonly received: unknown[][] }>()
  encoded = 0

  add(id: string) {
    const rooms = new Set([id])
    const received: unknown[][] = []
    this.all.set(id, { rooms, received })
    const conn = { readyState: 'open' }
    const socket = {
      id,
      conn,
      join: (names: string | string[]) => [names].flat().forEach((name) => rooms.add(name)),
      leave: (name: string) => void rooms.delete(name),
      local: { to: (room: string) => this.to(room, [id]) },
      emit: (...args: unknown[]) => this.to(id).emit(...args),
    }
    return { socket: socket as unknown as SocketIoSocket, conn, received }
  }

  to(room: string, without: string[] = []) {
    return {
      except: (others: string[]) => this.to(room, [...without, ...others]),
      emit: (...args: unknown[]) => {
        this.encoded += 1
        const copy = JSON.parse(JSON.stringify(args)) as unknown[]
        for (const { rooms, received } of this.all.values())
          if (rooms.has(room) && !without.some((other) => rooms.has(other))) received.push(copy)
        return true
      },
    }
  }
}

function start({ pageBytes = 10_000 } = {}) {
  const sockets = new Sockets()
  const metrics = new Metrics()
  const errors: unknown[] = []
  const io = { on: () => io, off: () => io, use: () => io, local: { to: (room: string) => sockets.to(room) } }
  let time = 0
  const report = (error: unknown) => void errors.push(error)
  const delivery = new Delivery('general', { io, metrics, pageBytes, report, now: () => time })
  const reader = (id: string, packs = true) => {
    const added = sockets.add(id)
    void delivery.enter(added.socket, packs)
    return added
  }
  const send = (...seqs: number[]) =>
    delivery.sendEntries(
      EPOCH,
      seqs.map((seq) => entry(seq)),
    )
  /** Time passes, so that the room is idle. */
  const idle = () => void (time += 100)
  return { sockets, metrics, errors, delivery, reader, send, idle }
}

/** A room that was sent two events just now, so that those of a test wait. */
function startBusy() {
  const started = start()
  const first = started.reader('first')
  started.send(-1, 0)
  started.delivery.leave(first.socket)
  started.sockets.encoded = 0
  return { ...started, countsBefore: started.metrics.fanOutMs.snapshot().count }
}

function entry(seq: number, from: Entry['from'] = ann, data: unknown = seq): Entry {
  return { event: 'message', data, seq, id: `id ${seq}`, from, at: seq }
}
const packsOf = (received: readonly unknown[][]): Pack[] =>
  received.filter(([event]) => event === '$events').map(([, pack]) => pack as Pack)
/** The numbers of the logged events and the data of the volatile ones, in the order in which they were sent. */
const seen = (received: readonly unknown[][]): unknown[] =>
  received.flatMap(([event, data, meta]) => {
    if (event === '$events') return (data as Pack).events.map((one) => one.seq ?? one.data)
    return [(meta as { seq?: number }).seq ?? data]
  })

describe('a pack', () => {
  test('has the sender once, and an event of another sender has its own', () => {
    const { delivery, reader } = start()
    const { received } = reader('1')
    delivery.sendEntries(EPOCH, [entry(1), entry(2), entry(3, bob), entry(4, null)])
    const message = (seq: number) => ({ event: 'message', data: seq, seq, id: `id ${seq}`, at: seq })
    expect(packsOf(received)).toEqual([
      {
        room: 'general',
        epoch: EPOCH,
        from: ann,
        events: [message(1), message(2), { ...message(3), from: bob }, { ...message(4), from: null }],
      },
    ])
  })

  test("of the server's own messages has no sender", () => {
    const { delivery, reader } = start()
    const { received } = reader('1')
    delivery.sendEntries(EPOCH, [entry(1, null), entry(2)])
    const [pack] = packsOf(received)
    expect([pack && 'from' in pack, pack?.events.map(({ from }) => from)]).toEqual([false, [undefined, ann]])
  })

  test('has at most the bytes of a page', () => {
    const { delivery, reader } = start({ pageBytes: 1_000 })
    const { received } = reader('1')
    const entries = Array.from({ length: 40 }, (_, index) => entry(index + 1, ann, 'é'.repeat(index)))
    delivery.sendEntries(EPOCH, entries)
    delivery.sendEntries(EPOCH, [entry(41, ann, 'x'.repeat(2_000))])
    delivery.flush()
    const packs = packsOf(received)
    const sizes = packs.map((pack) => Buffer.byteLength(JSON.stringify(pack)))
    expect(Math.max(...sizes.slice(0, -1))).toBeLessThanOrEqual(1_000)
    expect(packs.length).toBeLessThan(12)
    expect(packs.at(-1)?.events).toHaveLength(1)
    expect(seen(received)).toEqual(Array.from({ length: 41 }, (_, index) => index + 1))
  })

  test('leaves out an event that cannot be JSON, and the app gets the error', () => {
    const { delivery, reader, errors } = start()
    const { received } = reader('1')
    delivery.sendEntries(EPOCH, [entry(1), entry(2, ann, 3n), entry(3)])
    delivery.flush()
    expect(seen(received)).toEqual([1, 3])
    expect(errors).toEqual([expect.any(TypeError)])
  })
})

describe('members of both kinds in one room', () => {
  test('get every event once, in one order, and each packet is encoded once', () => {
    const { sockets, delivery, reader, send } = startBusy()
    const packs = ['1', '2', '3'].map((id) => reader(id))
    const singles = ['4', '5'].map((id) => reader(id, false))
    send(1, 2)
    expect(singles.map(({ received }) => seen(received))).toEqual([
      [1, 2],
      [1, 2],
    ])
    send(3)
    delivery.sendEntries('another-epoch', [entry(4)])
    delivery.flush()
    for (const { received } of [...packs, ...singles]) expect(seen(received)).toEqual([1, 2, 3, 4])
    expect(packsOf(singles[0]?.received ?? [])).toEqual([])
    expect(packsOf(packs[0]?.received ?? []).map(({ epoch }) => epoch)).toEqual([EPOCH, 'another-epoch'])
    expect(sockets.encoded).toBe(4 + 2)
  })

  test('S14 get a volatile event, but not its sender', () => {
    const { delivery, reader, send } = startBusy()
    const [one, two, three] = [reader('1'), reader('2'), reader('3', false)]
    send(1)
    delivery.relay('cursor', 'of 1', ann, one.socket)
    delivery.relay('cursor', 'of 3', ann, three.socket)
    delivery.relay('cursor', "the server's", null)
    send(2)
    delivery.flush()
    expect(seen(one.received)).toEqual([1, 'of 3', "the server's", 2])
    expect(seen(two.received)).toEqual([1, 'of 1', 'of 3', "the server's", 2])
    expect(seen(three.received)).toEqual([1, 'of 1', "the server's", 2])
  })

  test('S14 get no volatile event before the epoch is known: until then each member is still joining', () => {
    const { delivery, reader } = start()
    const { received } = reader('1')
    delivery.relay('cursor', 'early', ann)
    delivery.flush()
    delivery.knowEpoch(EPOCH)
    delivery.relay('cursor', 'later', ann)
    delivery.flush()
    expect(packsOf(received)).toMatchObject([{ epoch: EPOCH, events: [{ event: 'cursor', data: 'later' }] }])
  })
})

describe('a socket that comes or goes while events wait', () => {
  test('misses none, and gets no volatile event from before', () => {
    const { delivery, reader, send } = startBusy()
    const one = reader('1')
    send(1)
    delivery.relay('cursor', 'before', ann)
    const two = reader('2')
    send(2)
    delivery.flush()
    expect(seen(one.received)).toEqual([1, 'before', 2])
    expect(seen(two.received)).toEqual([2])
  })

  test('misses no event when it joins again for single events, and gets no volatile event twice', () => {
    const { delivery, reader, send } = startBusy()
    const { socket, received } = reader('1')
    reader('2')
    send(1)
    delivery.relay('cursor', 'waits', ann)
    void delivery.enter(socket, false)
    send(2)
    delivery.relay('cursor', 'at once', ann)
    expect(seen(received)).toEqual([1, 'waits', 2, 'at once'])
    void delivery.enter(socket, true)
    send(3)
    delivery.flush()
    expect(seen(received)).toEqual([1, 'waits', 2, 'at once', 3])
    expect(received.at(-1)?.[0]).toBe('$events')
  })

  test('gets what was committed before it leaves, and nothing after', () => {
    const { sockets, delivery, reader, send } = startBusy()
    const [one, two, gone] = [reader('1'), reader('2'), reader('3')]
    send(1)
    delivery.relay('cursor', 'of 1', ann, one.socket)
    delivery.leave(one.socket)
    gone.conn.readyState = 'closed'
    delivery.leave(gone.socket)
    expect([seen(one.received), seen(two.received), seen(gone.received)]).toEqual([[1], [], []])
    send(2)
    delivery.flush()
    expect([seen(one.received), seen(two.received), seen(gone.received)]).toEqual([[1], [1, 'of 1', 2], []])
    expect([...(sockets.all.get('1')?.rooms ?? [])]).toEqual(['1'])
  })

  test('gets $head behind the events that wait', () => {
    const { delivery, reader, send } = startBusy()
    const { received } = reader('1')
    send(1)
    delivery.sendHead({ epoch: EPOCH, head: 1, count: 0 })
    expect(received.map(([event]) => event)).toEqual(['$events', '$head'])
  })

  test('is expected only in the Socket.IO rooms of its kind', () => {
    const { delivery, reader } = start()
    const [one, two] = [reader('1'), reader('2', false)]
    const isExpected = ({ socket }: typeof one) =>
      [CHANNEL, 'roomful-singles:general'].map((name) => delivery.hasInChannel(socket, name))
    expect([isExpected(one), isExpected(two)]).toEqual([
      [true, false],
      [true, true],
    ])
    delivery.leave(two.socket)
    expect(isExpected(two)).toEqual([false, false])
  })
})

test('fanOutMs counts each list of entries once, when its last member was sent it', () => {
  const { metrics, delivery, reader, send, countsBefore } = startBusy()
  const count = () => metrics.fanOutMs.snapshot().count - countsBefore
  delivery.sendEntries(EPOCH, [])
  send(1)
  expect(count()).toBe(1) // no members
  reader('1')
  reader('2', false)
  send(2, 3)
  send(4)
  expect(count()).toBe(1)
  delivery.flush()
  expect(count()).toBe(3)
})

test('an idle room sends at once, before the answer to the sender', () => {
  const { reader, send, idle } = start()
  const { received } = reader('1')
  for (const seq of [1, 2, 3]) {
    idle()
    send(seq)
    expect(seen(received).at(-1)).toBe(seq)
  }
})

test('in a large room, the events of one turn of the event loop go together, also those that were committed apart', async () => {
  const { sockets, reader, send, idle } = start()
  const [first] = Array.from({ length: LARGE_ROOM + 1 }, (_, index) => reader(String(index)))
  const received = first?.received ?? []
  for (const seq of [1, 2, 3]) {
    idle()
    send(seq)
  }
  expect(seen(received)).toEqual([])
  await expect.poll(() => seen(received)).toEqual([1, 2, 3])
  expect(sockets.encoded).toBe(1)
})
