import {
  type EventsMap,
  type Member,
  type Occupancy,
  type Room,
  type RoomfulError,
  type RoomState,
  type SocketIoContract,
  ValidationError,
} from '@roomful/client'
import { defaultLimits, type Hello, type WireUser } from '@roomful/contract/protocol'
import { onTestFinished, vi } from 'vitest'
import { createStore } from 'zustand/vanilla'
import { Emitter, Listeners } from '../../../../src/emitter.ts'
import { type RoomfulInternals, roomfulRooms } from '../../../../src/roomful/roomful-rooms.ts'
import { type RoomInternals, setInternals } from '../../../../src/rooms/room-internals.ts'

/** A presence that was sent, and the server's answer to it. */
interface PresenceRequest {
  readonly presence: unknown
  readonly status: RoomState['status']
  readonly at: number
  accept(): void
  refuse(error: RoomfulError): void
}

const JOINED: RoomState = { status: 'joined', acknowledged: true }

export const member = (id: string, presence?: unknown) => ({ user: { id }, presence }) as unknown as Member
const membersOf = (...members: Member[]) => new Map(members.map((one) => [one.user.id, one]))

/** A room in any state and with any members, on a fake clock. The user is Ann. */
export function createFakeRoom({ can = ['presence', 'typing'], joined = true, rejoin = (): void => {} } = {}) {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const state = createStore<RoomState>(() => (joined ? JOINED : { status: 'left' }))
  const states: RoomInternals['states'] = new Emitter()
  const members = createStore<ReadonlyMap<string, Member>>(() => new Map())
  const occupancy = createStore<Occupancy>(() => ({ count: 0, isPartial: false }))
  const own = new Listeners<[unknown]>()
  const senders = new Emitter<[WireUser | null]>()
  const requests: PresenceRequest[] = []
  const signs: boolean[] = []
  const drops: string[] = []
  const reported: unknown[] = []
  const rethrow = (error: unknown) => {
    throw error
  }
  state.subscribe((to, from) => states.call([to, from], rethrow))
  let userId: string | undefined = 'ann'
  let capabilities: readonly string[] | undefined = can
  let presenceBytes = defaultLimits.presenceBytes
  let memberListeners = 0
  const countedMembers = {
    ...members,
    subscribe: (listener: () => void) => {
      memberListeners += 1
      const off = members.subscribe(listener)
      return () => {
        memberListeners -= 1
        off()
      }
    },
  }

  const room = {
    name: 'general',
    get status() {
      return state.getState().status
    },
    state,
    members: countedMembers,
    occupancy,
  } as unknown as Room<SocketIoContract<EventsMap, EventsMap>>
  const internals = {
    name: 'general',
    states,
    userId: () => userId,
    lost: rejoin,
    checkUse: () => {},
    client: {
      settings: { ackTimeoutMs: 10_000 },
      connection: { store: createStore(() => ({ status: 'connected' })) },
      sender: {
        volatile: (_event: string, [message]: [{ typing: boolean }]) => signs.push(message.typing) > 0,
      },
      schemas: {
        readUser: (user: unknown) => ((user as WireUser).id === 'bad' ? undefined : (user as never)),
        checkPresence: (presence: unknown) => {
          if (presence === 'bad') throw new ValidationError('presence', [{ message: 'bad' }])
          return presence
        },
      },
      reporting: {
        report: (error: unknown) => reported.push(error),
        inspect: ({ event, reason }: { event: string; reason: string }) => drops.push(`${event}: ${reason}`),
      },
    },
  } as unknown as RoomInternals
  const roomful: RoomfulInternals = {
    presence: () => undefined,
    hasPresence: false,
    senders,
    link: {
      core: internals.client,
      get hello() {
        return capabilities && ({ capabilities, limits: { ...defaultLimits, presenceBytes } } as unknown as Hello)
      },
      request: (_event, request) =>
        new Promise((accept, refuse) => {
          const { presence } = request as { presence: unknown }
          const { status } = state.getState()
          requests.push({ presence, status, at: performance.now(), accept: () => accept({ ok: true }), refuse })
        }),
    },
    onOwn: (event, handler) => own.add(event, handler),
  }
  setInternals(room, internals)
  roomfulRooms.set(internals, roomful)

  return {
    room,
    requests,
    /** The signs of typing that were sent. */
    signs,
    drops,
    reported,
    /** The presence of the next join. */
    carried: () => roomful.presence(),
    hasPresence: () => roomful.hasPresence,
    /** How many listeners `room.members` has. */
    memberListeners: () => memberListeners,
    /** How many listeners the room has beside those of its stores. */
    otherListeners: () => (own.of('$typing')?.size ?? 0) + senders.size,
    setStatus: (to: RoomState['status']) =>
      state.setState((to === 'joined' ? JOINED : { status: to }) as RoomState, true),
    setUser: (id: string | undefined) => (userId = id),
    /** The server's capabilities; undefined on a plain server. */
    setCapabilities: (list: readonly string[] | undefined) => (capabilities = list),
    setPresenceBytes: (bytes: number) => (presenceBytes = bytes),
    setMembers: (...list: Member[]) => {
      occupancy.setState({ count: list.length, isPartial: false }, true)
      members.setState(membersOf(...list), true)
    },
    /** The room has so many members, and lists none but these. */
    setPartial: (count: number, ...list: Member[]) => {
      occupancy.setState({ count, isPartial: true }, true)
      members.setState(membersOf(...list), true)
    },
    /** A `$typing` message of the server. */
    receive: (message: object) => own.of('$typing')?.call([message], rethrow),
    typing: (id: string, typing = true) =>
      own.of('$typing')?.call([{ room: 'general', from: { id }, typing }], rethrow),
    message: (id: string) => senders.call([{ id }], rethrow),
    pass: (ms: number) => vi.advanceTimersByTimeAsync(ms),
    timers: () => vi.getTimerCount(),
  }
}
