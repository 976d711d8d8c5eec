import { defaultLimits } from '@roomful/contract/protocol'
import {
  type EventsMap,
  type Member,
  type Room,
  type RoomfulError,
  type RoomState,
  type SocketIoContract,
  ValidationError,
} from '@roomful/client'
import type { WireUser } from '@roomful/contract/protocol'
import { vi, onTestFinished } from 'vitest'
import { createStore } from 'zustand/vanilla'
import { Emitter, Listeners } from '../../../../src/emitter.ts'
import { insides, type RoomInside } from '../../../../src/rooms/room-inside.ts'
import type { Wire } from '../../../../src/rooms/room-protocol.ts'

interface Asked {
  readonly presence: unknown
  readonly status: RoomState['status']
  readonly at: number
  accept(): void
  refuse(error: RoomfulError): void
}

const JOINED: RoomState = { status: 'joined', acknowledged: true }

export const member = (id: string, presence?: unknown) => ({ user: { id }, presence }) as unknown as Member
const membersOf = (...members: Member[]) => new Map(members.map((one) => [one.user.id, one]))

/** A room that does what the test says, on a clock that the test moves; we are Ann. */
export function createFakeRoom({ can = ['presence', 'typing'], joined = true, rejoin = (): void => {} } = {}) {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const state = createStore<RoomState>(() => (joined ? JOINED : { status: 'left' }))
  const members = createStore<ReadonlyMap<string, Member>>(() => new Map())
  const listeners = new Listeners<[unknown, unknown?]>()
  const senders = new Emitter<[WireUser | null]>()
  const asked: Asked[] = []
  const said: boolean[] = []
  const dropped: string[] = []
  const reported: unknown[] = []
  const rethrow = (error: unknown) => {
    throw error
  }
  let selfId: string | undefined = 'ann'
  let capabilities: readonly string[] | undefined = can
  let presenceBytes = defaultLimits.presenceBytes
  let watching = 0
  const watched = {
    ...members,
    subscribe: (listener: () => void) => {
      watching += 1
      const off = members.subscribe(listener)
      return () => {
        watching -= 1
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
    members: watched,
  } as unknown as Room<SocketIoContract<EventsMap, EventsMap>>
  const wire = (capability: string): Wire | undefined =>
    capabilities?.includes(capability)
      ? {
          limits: { ...defaultLimits, presenceBytes },
          ask: (_event, request) =>
            new Promise((accept, refuse) => {
              const { presence } = request as { presence: unknown }
              const { status } = state.getState()
              asked.push({ presence, status, at: performance.now(), accept: () => accept({ ok: true }), refuse })
            }),
          say: (_event, message) => said.push((message as { typing: boolean }).typing),
        }
      : undefined
  const inside = {
    name: 'general',
    context: {
      outbox: {
        get selfId() {
          return selfId
        },
      },
      schemas: {
        readUser: (user: unknown) => ((user as WireUser).id === 'bad' ? undefined : (user as never)),
        checkPresence: (presence: unknown) => {
          if (presence === 'bad') throw new ValidationError('presence', [{ message: 'bad' }])
          return presence
        },
      },
      protocol: () => ({ wire }),
      report: (error: unknown) => reported.push(error),
    },
    inbox: { hear: (event: string, handler: () => void) => listeners.add(event, handler), senders },
    presence: (): unknown => undefined,
    rejoin,
    drop: (_direction: string, event: string, reason: string) => dropped.push(`${event}: ${reason}`),
  }
  insides.set(room, inside as unknown as RoomInside)

  return {
    room,
    asked,
    said,
    dropped,
    reported,
    /** What a join would carry now. */
    carried: () => inside.presence(),
    /** How many watch who is here. */
    watching: () => watching,
    /** How many listen to the room in any other way. */
    listening: () => (listeners.of('$typing')?.size ?? 0) + senders.size,
    go: (to: RoomState['status']) => state.setState((to === 'joined' ? JOINED : { status: to }) as RoomState, true),
    be: (id: string | undefined) => (selfId = id),
    /** Another server; undefined for a plain one. */
    on: (listed: readonly string[] | undefined) => (capabilities = listed),
    /** How large a state it takes. */
    takes: (bytes: number) => (presenceBytes = bytes),
    /** What the server says of who is here. */
    here: (...list: Member[]) => members.setState(membersOf(...list), true),
    hear: (message: object) => listeners.of('$typing')?.call([message], rethrow),
    typing: (id: string, typing = true) =>
      listeners.of('$typing')?.call([{ room: 'general', from: { id }, typing }], rethrow),
    message: (id: string) => senders.call([{ id }], rethrow),
    pass: (ms: number) => vi.advanceTimersByTimeAsync(ms),
    timers: () => vi.getTimerCount(),
  }
}
