import { create } from 'zustand'
import { useSession } from './session.ts'

interface ChatState {
  /** The names of the server's rooms; undefined until they are loaded. */
  readonly rooms: readonly string[] | undefined
  /** The unsent text of the message box, by room. */
  readonly drafts: ReadonlyMap<string, string>
}

const INITIAL: ChatState = { rooms: undefined, drafts: new Map() }

/** The app's own state. Messages, members and the connection are in the stores of the Roomful client. */
export const useChat = create<ChatState>()(() => INITIAL)

// After signing out, the next user of this page must not see this state.
useSession.subscribe(({ session }) => {
  if (!session) useChat.setState(INITIAL, true)
})

export const setRooms = (rooms: readonly string[]): void => useChat.setState({ rooms })
export const addRoom = (name: string): void =>
  useChat.setState(({ rooms = [] }) => (rooms.includes(name) ? {} : { rooms: [...rooms, name] }))

export const setDraft = (room: string, text: string): void =>
  useChat.setState(({ drafts }) => {
    const next = new Map(drafts)
    if (text === '') next.delete(room)
    else next.set(room, text)
    return { drafts: next }
  })
