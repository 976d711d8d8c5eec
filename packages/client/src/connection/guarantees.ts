import type { Guarantees } from './connection-state.ts'

/**
 * What holds today, and no more. With our server every message has its place in the room's log, and a receipt says which;
 * this client does not fetch what it missed, and does not send again what was not confirmed, so it claims neither.
 */
export function guaranteesOf(rooms: Guarantees['rooms']): Guarantees {
  return { rooms, order: false, replay: false, exactlyOnce: false, outbox: 'none' }
}
