import type { Receipt } from '@roomful/client'
import { create } from 'zustand'
import {
  type Heard,
  MAX_MESSAGES,
  type Outgoing,
  type RoomView,
  emptyView,
  withDiscarded,
  withFailure,
  withLeft,
  withMessages,
  withNewEra,
  withReceipt,
  withSending,
} from './room-view.ts'
import type { Person } from './people.ts'
import { useSession } from './session.ts'

interface ChatState {
  /** The rooms that the server lists; undefined until it has. */
  readonly rooms: readonly string[] | undefined
  /** By name: the room that is open, and those with words of ours that did not arrive. */
  readonly views: ReadonlyMap<string, RoomView>
  /** What is written and not yet sent, by room. */
  readonly drafts: ReadonlyMap<string, string>
}

const nothing: ChatState = { rooms: undefined, views: new Map(), drafts: new Map() }

/** The app's own state. What the server knows (who is here, the connection) is read where it lives: in the client. */
export const useChat = create<ChatState>()(() => nothing)

// The next person at this page starts anew.
useSession.subscribe(({ session }) => {
  if (!session) useChat.setState(nothing, true)
})

export const listRooms = (rooms: readonly string[]): void => useChat.setState({ rooms })
export const addRoom = (name: string): void =>
  useChat.setState(({ rooms = [] }) => (rooms.includes(name) ? {} : { rooms: [...rooms, name] }))

export const draft = (room: string, text: string): void =>
  useChat.setState(({ drafts }) => ({ drafts: withEntry(drafts, room, text === '' ? undefined : text) }))

export const hear = (room: string, messages: readonly Heard[]): void =>
  change(room, (view) => withMessages(view, messages))

export const showHistory = (room: string, messages: readonly Heard[], hasMore: boolean): void =>
  change(room, (view) => {
    const next = withMessages(view, messages)
    const reachesBack = next.messages[0]?.id === messages[0]?.id
    return { ...next, hasOlder: (reachesBack ? hasMore : view.hasOlder) && next.messages.length < MAX_MESSAGES }
  })

export const beginEra = (room: string): void => change(room, withNewEra)

export const startSending = (room: string, sending: Pick<Outgoing, 'key' | 'text' | 'at'>): void =>
  change(room, (view) => withSending(view, sending))

export const confirm = (room: string, key: string, receipt: Receipt, me: Person): void =>
  change(room, (view) => withReceipt(view, key, receipt, me))

export const fail = (room: string, key: string, status: 'refused' | 'uncertain', problem: string): void =>
  change(room, (view) => withFailure(view, key, status, problem))

export const discard = (room: string, key: string): void => change(room, (view) => withDiscarded(view, key))

/** Forgets a room's messages: what is said while we are away would be missing among them. */
export const forget = (room: string): void => change(room, withLeft)

function change(room: string, next: (view: RoomView) => RoomView): void {
  useChat.setState(({ views }) => {
    const view = next(views.get(room) ?? emptyView)
    return { views: withEntry(views, room, view.messages.length + view.outgoing.length > 0 ? view : undefined) }
  })
}

function withEntry<T>(entries: ReadonlyMap<string, T>, key: string, value: T | undefined): ReadonlyMap<string, T> {
  const next = new Map(entries)
  if (value === undefined) next.delete(key)
  else next.set(key, value)
  return next
}
