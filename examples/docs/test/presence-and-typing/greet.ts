import { createPresence, type Room } from '@roomful/client'
import type { chat } from './contract.ts'

export function greet(room: Room<typeof chat>, say: (what: string) => void) {
  const presence = createPresence(room)
  presence.set({ status: 'online' }) // this user's, in this room, from this page
  presence.on('enter', ({ user }) => say(`${user.id} came`))
  presence.on('leave', ({ user }) => say(`${user.id} went`))
  presence.on('update', ({ user, presence: now }) => say(`${user.id} is ${now?.status}`))
  return presence
}
