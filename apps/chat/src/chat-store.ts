import { create } from 'zustand'
import { useSession } from './session.ts'

interface ChatState {
  /** The rooms that the server lists; undefined until it has. */
  readonly rooms: readonly string[] | undefined
  /** What is written and not yet sent, by room. */
  readonly drafts: ReadonlyMap<string, string>
}

const nothing: ChatState = { rooms: undefined, drafts: new Map() }

/** The app's own state. What the client knows (messages, who is here, the connection) is read there. */
export const useChat = create<ChatState>()(() => nothing)

// The next person at this page starts anew.
useSession.subscribe(({ session }) => {
  if (!session) useChat.setState(nothing, true)
})

export const listRooms = (rooms: readonly string[]): void => useChat.setState({ rooms })
export const addRoom = (name: string): void =>
  useChat.setState(({ rooms = [] }) => (rooms.includes(name) ? {} : { rooms: [...rooms, name] }))

export const draft = (room: string, text: string): void =>
  useChat.setState(({ drafts }) => {
    const next = new Map(drafts)
    if (text === '') next.delete(room)
    else next.set(room, text)
    return { drafts: next }
  })
