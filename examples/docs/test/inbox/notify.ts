import type { Rooms } from '@roomful/server'
import type { shop } from './contract.ts'

export async function orderSent(rooms: Rooms<typeof shop>, userId: string) {
  await rooms.toUser(userId).emit('note', { text: 'Your order has been sent' })
}
