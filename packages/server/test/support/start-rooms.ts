import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { AnyContract } from '@roomful/contract'
import {
  type Hello,
  type JoinAnswer,
  type Pack,
  type PublishAnswer,
  type Refused,
  wire,
} from '@roomful/contract/protocol'
import { Server, type ServerOptions } from 'socket.io'
import { io as connectTo, type Socket } from 'socket.io-client'
import { expect, onTestFinished } from 'vitest'
import { createRooms, type ErrorContext, type Rooms, type RoomsOptions } from '../../src/index.ts'

interface Heard {
  readonly event: string
  readonly args: readonly unknown[]
}
type Answered<T> = T | (Refused & { readonly results?: undefined })

/** A plain socket.io-client that records all events. */
export interface Client {
  readonly socket: Socket
  readonly heard: Heard[]
  hello(): Promise<Hello>
  ask<T = Refused & Record<string, unknown>>(event: string, request?: unknown): Promise<T>
  join(
    room: string,
    since?: { epoch: string; seq: number },
    more?: { params?: unknown; last?: number; packs?: boolean },
  ): Promise<JoinAnswer>
  publish(
    room: string,
    items: readonly Item[],
    options?: { cid?: string; epoch?: string },
  ): Promise<Answered<PublishAnswer>>
  /** The arguments of each event of this name so far. */
  of(event: string): readonly (readonly unknown[])[]
}
export interface Item {
  readonly n: number
  /** Default: `idOf(n)`. */
  readonly id?: string
  readonly event: string
  readonly data?: unknown
}

export interface Running<C extends AnyContract, Claims = undefined> {
  readonly io: Server
  readonly rooms: Rooms<C, Claims>
  readonly url: string
  readonly errors: { readonly error: unknown; readonly context: ErrorContext }[]
  /** Every second client reads packs, so that rooms have members of both kinds. */
  readonly connect: (auth?: Record<string, unknown>) => Promise<Client>
}

/** A real Socket.IO server with rooms on a free port, closed with the test. */
export async function startRooms<C extends AnyContract, Claims = undefined>(
  options: RoomsOptions<C, Claims>,
  serverOptions: Partial<ServerOptions> = {},
): Promise<Running<C, Claims>> {
  const http = createServer()
  const io = new Server(http, serverOptions)
  const errors: Running<C, Claims>['errors'] = []
  const rooms = createRooms(io, { onError: (error, context) => errors.push({ error, context }), ...options })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    await io.close()
  })
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  let clients = 0
  const connect = async (auth: Record<string, unknown> = {}): Promise<Client> => {
    const client = clientOf(connectRaw(url, auth), clients++ % 2 === 1)
    await client.hello()
    return client
  }
  return { io, rooms, url, errors, connect }
}

export function connectRaw(url: string, auth: Record<string, unknown> = {}): Socket {
  const socket = connectTo(url, { auth, transports: ['websocket'], forceNew: true, reconnection: false })
  onTestFinished(() => {
    socket.disconnect()
  })
  return socket
}

/** `packs`: its joins ask for packs, unless a join says otherwise. */
export function clientOf(socket: Socket, packs = false): Client {
  const heard: Heard[] = []
  const epochs = new Map<string, string>()
  socket.onAny((event: string, ...args: unknown[]) => {
    heard.push({ event, args })
    if (event === wire.events) heard.push(...eventsOf(args[0] as Pack))
  })
  const client: Client = {
    socket,
    heard,
    of: (event) => heard.filter((one) => one.event === event).map(({ args }) => args),
    hello: async () => {
      await expect.poll(() => client.of(wire.hello), { timeout: 10_000 }).not.toEqual([])
      return client.of(wire.hello)[0]?.[0] as Hello
    },
    ask: async (event, request) => await socket.timeout(20_000).emitWithAck(event, request),
    join: async (room, since, more) => {
      const answer = await client.ask<JoinAnswer>(wire.join, {
        room,
        ...(packs && { packs }),
        ...(since && { since }),
        ...more,
      })
      epochs.set(room, answer.epoch)
      return answer
    },
    publish: async (room, items, { cid = cidOf('a'), epoch = epochs.get(room) } = {}) =>
      await client.ask(wire.publish, { room, epoch, cid, items: items.map((item) => ({ id: idOf(item.n), ...item })) }),
  }
  return client
}

/** The events of a pack, as they come to a client that reads single events. */
function eventsOf({ room, epoch, from: sender = null, events }: Pack): Heard[] {
  return events.map(({ event, data = null, seq, id, from = sender, at, redacted }) => {
    const place = seq === undefined ? {} : { epoch, seq, id }
    return { event, args: [data, { $room: room, ...place, from, at, ...(redacted && { redacted }) }] }
  })
}

/** The requests of the protocol. */
export const requests = [
  wire.join,
  wire.leave,
  wire.publish,
  wire.history,
  wire.volatile,
  wire.presence,
  wire.typing,
] as const

/** 22 characters, as a client's random id has. */
export function cidOf(letter: string): string {
  return letter.repeat(22)
}

/** 16 characters, as the random id of a message has. */
export function idOf(n: number): string {
  return `message-${String(n).padStart(8, '0')}`
}

/** Items 1, 2, 3 … of the event `message`, from `first` on. */
export function texts(words: readonly string[], first = 1): Item[] {
  return words.map((text, index) => ({ n: first + index, id: idOf(first + index), event: 'message', data: { text } }))
}

/** The texts that a client received, in order. */
export function words(client: Client): string[] {
  return client.of('message').map(([data]) => (data as { text: string }).text)
}

/** A promise that the test settles. */
export function gate<T = void>(): { readonly opened: Promise<T>; readonly open: (value: T) => void } {
  let open: (value: T) => void = () => {}
  const opened = new Promise<T>((resolve) => (open = resolve))
  return { opened, open: (value) => open(value) }
}
