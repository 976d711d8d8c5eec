import type { RoomfulError } from '@roomful/contract'
import { INBOX } from '@roomful/contract/protocol'
import type { RoomSection } from '../events/schemas.ts'
import { createInbox, createRoom } from './create-room.ts'
import type { Inbox } from './inbox.ts'
import type { Room } from './room.ts'
import { type OnUse, RoomCore } from './room-core.ts'

/** After as many new rooms, names of rooms that are gone are removed. */
const SWEEP_EVERY = 256

type CreateRoom = (name: string, onUse: OnUse, section?: RoomSection) => RoomCore

/** All rooms of a client, by name. A room that is left and that the app does not use any more can be garbage collected. */
export class Rooms {
  readonly #create: CreateRoom
  inbox: RoomCore | undefined
  #inbox: Inbox | undefined
  readonly #autoConnect: () => void
  readonly #rooms = new Map<string, RoomCore | WeakRef<RoomCore>>()
  #added = 0

  constructor(create: CreateRoom, autoConnect: () => void) {
    this.#create = create
    this.#autoConnect = autoConnect
  }

  get(name: string): RoomCore | undefined {
    const found = this.#rooms.get(name)
    return found instanceof RoomCore ? found : found?.deref()
  }

  /** The same name gives the same room as long as anything refers to it. */
  named(name: string): RoomCore {
    const known = this.get(name)
    if (known) return known
    if (++this.#added % SWEEP_EVERY === 0) this.#sweep()
    const core = this.#create(name, (room, isInUse) => this.#keep(room, isInUse))
    this.#rooms.set(name, core)
    core.checkUse()
    return core
  }

  /** The app's side of the room of that name. */
  room(name: string): Room {
    const core = this.named(name)
    return (core.surface ??= createRoom(core, this.#autoConnect))
  }

  /** Makes the user's own room, which is joined as long as the client lives. The app may have a room of that name in `plainRooms()`. */
  useInbox(): Inbox {
    if (!this.#inbox) {
      this.inbox = this.#create(INBOX, () => {}, 'inbox')
      this.#inbox = createInbox(this.inbox, this.#autoConnect)
      this.inbox.retain(undefined)
    }
    return this.#inbox
  }

  all(): RoomCore[] {
    return [...this.#rooms.keys()].flatMap((name) => this.get(name) ?? []).concat(this.inbox ?? [])
  }

  /** Joins again what was joined; resolves when each room has its answer, or has waited long enough for it. */
  async onConnected(isRecovered: boolean): Promise<void> {
    await Promise.all(this.all().map((room) => room.onConnected(isRecovered)))
  }

  /** With an error: no connection is sought any more. */
  onDisconnected(error?: RoomfulError): void {
    for (const room of this.all()) room.onDisconnected(error)
  }

  onUserChanged(): void {
    for (const room of this.all()) room.onUserChanged()
  }

  close(): void {
    for (const room of this.all()) room.close()
    this.#rooms.clear()
  }

  #keep(room: RoomCore, isInUse: boolean): void {
    if (isInUse) this.#rooms.set(room.name, room)
    else if (typeof WeakRef === 'function') this.#rooms.set(room.name, new WeakRef(room))
  }

  #sweep(): void {
    for (const name of this.#rooms.keys()) if (!this.get(name)) this.#rooms.delete(name)
  }
}
