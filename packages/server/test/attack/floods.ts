import { randomBytes } from 'node:crypto'
import { wire } from '@roomful/contract/protocol'
import type { BoundName, RoomsMetrics } from '@roomful/server'
import { SEPARATOR } from '../support/raw-polling.ts'
import type { RawWebSocket } from '../support/raw-web-socket.ts'
import { joinRoom } from '../support/unharmed.ts'
import type { Target } from './target.ts'

export interface Flood {
  readonly name: string
  /** What the server must have hit: one of its bounds, or a code with which it refuses. */
  readonly hits: BoundName | keyof RoomsMetrics['refusals']
  /** The bound is reached after this time, in milliseconds. @default 0 */
  readonly leastMs?: number
  /** Attacks until the target says that it is over. The connections stay open until the memory was measured. */
  run(target: Target): Promise<void>
}

const ROOM = 'flood'
const request = (event: string, data: unknown, ack: number | '' = ''): string =>
  `42${ack}${JSON.stringify([event, data])}`
const repeat = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n))
const newCid = (): string => randomBytes(17).toString('base64url').slice(0, 22)
const item = (n: number, text: string): object => ({
  n,
  id: `flood-${String(n).padStart(10, '0')}`,
  event: 'message',
  data: { text },
})

/** Sends the frames of each turn on one connection, and opens another one when it is closed. */
async function persist(
  target: Target,
  turn: (socket: RawWebSocket, count: number) => readonly (string | Buffer)[] | Promise<readonly (string | Buffer)[]>,
  open: () => Promise<RawWebSocket | undefined> = () => target.connect(),
): Promise<void> {
  let socket: RawWebSocket | undefined
  for (let count = 0; !target.isOver; count += 1) {
    if (socket === undefined || socket.isClosed) socket = await open()
    if (socket === undefined) continue
    try {
      socket.send(...(await turn(socket, count)))
    } catch {
      target.end(socket) // it was closed during the turn, or refused
      socket = undefined
    }
    await target.pause(2)
  }
}

const epochs = new WeakMap<RawWebSocket, string>()

/** Joins the room with the first call. */
async function epochOf(socket: RawWebSocket, room: string): Promise<string> {
  const known = epochs.get(socket)
  if (known !== undefined) return known
  const { epoch } = await joinRoom(socket, room, 1_000)
  epochs.set(socket, epoch)
  return epoch
}

export const floods: readonly Flood[] = [
  {
    name: 'CONNECT 43,000 times in one POST, and 300 times in one burst',
    hits: 'connects',
    async run(target) {
      const payload = repeat(43_000, () => '40').join(SEPARATOR)
      while (!target.isOver) {
        const client = await target.poll()
        await client?.post(payload)
        const socket = await target.open()
        socket?.send(...repeat(300, () => '40'))
      }
    },
  },
  {
    name: 'connections that say nothing',
    hits: 'connectionRates',
    async run(target) {
      // More than the 500 connections that an address may open at once.
      for (let sent = 0; !target.isOver || sent < 700; sent += 50)
        await Promise.all(repeat(50, (n) => (n % 5 ? target.open() : target.poll())))
    },
  },
  {
    name: 'answers that are not read',
    hits: 'rates',
    async run(target) {
      while (!target.isOver) {
        const socket = await target.connect()
        if (socket === undefined) continue
        const epoch = await epochOf(socket, 'full').catch(() => undefined)
        if (epoch === undefined) continue
        socket.pause()
        const ask = request(wire.history, { room: 'full', epoch, after: 0, limit: 200 }, 5)
        for (let n = 0; n < 50 && !target.isOver; n += 1) {
          socket.send(...repeat(50, () => ask))
          await target.pause()
        }
      }
    },
  },
  {
    name: 'a busy room that is not read',
    hits: 'unsent',
    leastMs: 4_000,
    async run(target) {
      for (let n = 0; !target.isOver; n += 1) {
        const socket = n < 200 ? await target.connect() : undefined
        if (socket !== undefined) {
          await epochOf(socket, 'busy').catch(() => {})
          socket.pause()
        }
        await target.pause()
      }
    },
  },
  {
    name: 'senders: one guest with ever new ids of pages',
    hits: 'rates',
    run: (target) =>
      persist(target, async (socket) => {
        const epoch = await epochOf(socket, ROOM)
        return repeat(20, (n) =>
          request(wire.publish, { room: ROOM, epoch, cid: newCid(), items: [item(1, 'x')] }, n + 10),
        )
      }),
  },
  {
    name: 'every request of one guest as fast as possible',
    hits: 'rates',
    async run(target) {
      const cid = newCid()
      let n = 0
      await persist(target, async (socket) => {
        const epoch = await epochOf(socket, ROOM)
        return repeat(20, (index) => [
          request(wire.publish, { room: ROOM, epoch, cid, items: [item((n += 1), 'x'.repeat(2_000))] }, index + 10),
          request(wire.typing, { room: ROOM, typing: index % 2 === 0 }),
          request(wire.volatile, { room: ROOM, event: 'cursor', data: { x: n, y: n } }),
          request(wire.presence, { room: ROOM, presence: { n } }, index + 50),
        ]).flat()
      })
    },
  },
  {
    name: '16,250 requests in one POST',
    hits: 'events',
    async run(target) {
      const payload = repeat(16_250, () => request(wire.typing, { room: 'pair', typing: true })).join(SEPARATOR)
      while (!target.isOver) {
        const client = await target.poll()
        await client?.post('40')
        await client?.post(payload)
      }
    },
  },
  {
    name: 'names: prototypes, 100,000 characters, unknown requests',
    hits: 'SHAPE',
    run: (target) =>
      persist(target, () => [
        request('$'.repeat(50_000), {}, 1),
        request('__proto__', { room: ROOM }, 2),
        request(wire.join, { room: 'x'.repeat(100_000) }, 3),
        ...['__proto__', 'constructor', '\u202e', 'a\u0000', ' '].map((room, n) =>
          request(wire.join, { room }, n + 10),
        ),
      ]),
  },
  {
    name: 'payloads of 900 KB and of 4 MB',
    hits: 'rates',
    async run(target) {
      const text = 'x'.repeat(900_000)
      const messages = (): string[] => [
        request(wire.join, { room: text }, 1),
        request(wire.join, { room: ROOM, params: text }, 2),
      ]
      await Promise.all([persist(target, messages), persist(target, () => [`42["x","${'x'.repeat(4_000_000)}"]`])])
    },
  },
  {
    name: 'JSON of 1,900 and of 8,000 levels',
    hits: 'nesting',
    async run(target) {
      const nested = (depth: number): string => `42["echo",${'['.repeat(depth)}${']'.repeat(depth)}]`
      await Promise.all([
        persist(target, () => [nested(8_000)]),
        persist(target, () => repeat(10, () => `42["${wire.join}",${'['.repeat(1_900)}${']'.repeat(1_900)}]`)),
      ])
    },
  },
  {
    name: 'attachments that never come',
    hits: 'unsentTotal',
    leastMs: 4_000,
    async run(target) {
      const header = `4510-${JSON.stringify(['x', ...repeat(10, (num) => ({ _placeholder: true, num }))])}`
      const part = Buffer.alloc(100_000)
      for (let n = 0; !target.isOver; n += 1) {
        const socket = n < 300 ? await target.connect() : undefined
        socket?.send(header, ...repeat(9, () => part))
        await target.pause()
      }
    },
  },
  {
    name: 'many rooms: join and leave',
    hits: 'rates',
    async run(target) {
      const attacker = (host: number): Promise<void> =>
        persist(
          target,
          (_socket, count) =>
            repeat(20, (n) => [
              request(wire.join, { room: `${ROOM} ${host} ${count} ${n}` }, n),
              request(wire.leave, { room: `${ROOM} ${host} ${count} ${n}` }, n + 100),
            ]).flat(),
          () => target.connect(host),
        )
      await Promise.all(repeat(5, (n) => attacker(n + 1)))
    },
  },
]
