import type { Hello } from '@roomful/contract/protocol'
import type { Place } from '../roomful/storage/keeper.ts'
import type { Guarantees } from './connection-state.ts'

/** What holds with the server that said this; one that said nothing is a plain one. */
export function guaranteesOf(hello: Hello | undefined, place: Place): Guarantees {
  if (!hello) return { rooms: 'plain', order: false, replay: false, exactlyOnce: false, outbox: 'none' }
  return { rooms: 'roomful', order: true, replay: true, exactlyOnce: hello.limits.dedupMs > 0, outbox: place }
}
