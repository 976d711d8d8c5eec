import { type Hello, wire, type WireMeta } from '@roomful/contract/protocol'
import { Listeners, type Unsubscribe } from '../emitter.ts'
import type { Report } from '../guarded-store.ts'
import type { Inspect } from '../inspect.ts'
import { readHead, readHello, readMembersDelta, readMeta, readRoom } from '../roomful/wire-messages.ts'
import type { RoomCore } from '../rooms/room-core.ts'
import type { Schemas } from './schemas.ts'

export interface DispatcherHooks {
  hello(hello: Hello): void
  /** A room that the app has named; the wire makes none. */
  room(name: string): RoomCore | undefined
  /** Whether the server speaks roomful/1; else rooms are named in the data of ordinary events. */
  isRoomful(): boolean
  roomOf(event: string, data: unknown): string | undefined
}

/** Everything that arrives goes through here: checked, parsed, and handed to who listens. SPEC.md, rules DS. */
export class Dispatcher {
  readonly #listeners = new Listeners<readonly unknown[]>()
  readonly #hooks: DispatcherHooks
  readonly #schemas: Schemas
  readonly #inspect: Inspect
  readonly #report: Report

  constructor(hooks: DispatcherHooks, schemas: Schemas, inspect: Inspect, report: Report) {
    this.#hooks = hooks
    this.#schemas = schemas
    this.#inspect = inspect
    this.#report = report
  }

  on(event: string, handler: (...args: unknown[]) => void): Unsubscribe {
    this.#schemas.assertHeard('serverToClient', event)
    return this.#listeners.add(event, handler)
  }

  receive(event: string, args: unknown[]): void {
    this.#inspect({ type: 'in', event, args })
    if (event.startsWith('$')) return this.#receiveOurs(event, args[0])
    const isRoomful = this.#hooks.isRoomful()
    const meta = isRoomful ? readMeta(args.at(-1)) : undefined
    if (meta) return this.#receiveInRoom(event, args, meta)
    this.#hear(event, args)
    if (!isRoomful) this.#receiveInPlainRoom(event, args[0])
  }

  #receiveOurs(event: string, message: unknown): void {
    if (event === wire.hello) {
      const hello = readHello(message)
      return hello ? this.#hooks.hello(hello) : this.#drop(event, 'not a hello of our version')
    }
    if (event === wire.members) {
      const delta = readMembersDelta(message)
      return delta ? this.#hooks.room(delta.room)?.receiveMembers(delta) : this.#drop(event, 'not a change of members')
    }
    if (event === wire.head) {
      const head = readHead(message)
      return head ? this.#hooks.room(head.room)?.receiveHead(head.epoch, head.seq) : this.#drop(event, 'not a head')
    }
    const room = this.#hooks.room(readRoom(message) ?? '')
    return room ? room.receiveOurs(event, message) : this.#drop(event, 'not spoken by this version')
  }

  #receiveInRoom(event: string, args: unknown[], meta: WireMeta): void {
    const room = this.#hooks.room(meta.$room)
    if (!room) return this.#drop(event, `not in room ${meta.$room}`)
    room.receive(event, args.length > 1 ? args[0] : undefined, meta)
  }

  #receiveInPlainRoom(event: string, data: unknown): void {
    try {
      const name = this.#hooks.roomOf(event, data)
      if (name !== undefined) this.#hooks.room(name)?.receivePlain(event, data)
    } catch (error) {
      this.#report(error, 'roomOf')
    }
  }

  #hear(event: string, args: unknown[]): void {
    const emitter = this.#listeners.of(event)
    const read = emitter && this.#schemas.readEvent(event, args)
    if (read) emitter.call(read, (error) => this.#report(error, event))
  }

  #drop(event: string, reason: string): void {
    this.#inspect({ type: 'drop', direction: 'in', event, reason })
  }
}
