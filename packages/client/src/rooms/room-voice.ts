import { type Receipt, RoomfulError } from '@roomful/contract'
import { isPermanent } from '../events/refusal.ts'
import type { Schemas } from '../events/schemas.ts'
import type { Outbox } from '../roomful/outbox/outbox.ts'
import type { RoomProtocol } from './room-protocol.ts'
import { isOut, type RoomState } from './room-state.ts'

export interface RoomVoiceHooks {
  readonly schemas: Schemas
  readonly outbox: Outbox
  readonly state: () => RoomState
  /** undefined where nothing can be sent now. */
  readonly protocol: () => RoomProtocol | undefined
  readonly dropped: (event: string, reason: string) => void
}

/** What we say in one room: into the outbox, or now or never. */
export class RoomVoice {
  readonly #name: string
  readonly #hooks: RoomVoiceHooks

  constructor(name: string, hooks: RoomVoiceHooks) {
    this.#name = name
    this.#hooks = hooks
  }

  publish(event: string, args: readonly unknown[]): { readonly id: string; readonly receipt: Promise<Receipt> } {
    const { schemas, outbox, state } = this.#hooks
    schemas.checkRoomEvent(event, args, false)
    const now = state()
    const { status, error } = now
    if (status === 'suspended' && error) throw error
    const isComing = status === 'failed' ? !isPermanent(error) : !isOut(now)
    if (!isComing)
      throw new RoomfulError('NOT_MEMBER', `unable to emit "${event}" to room ${this.#name}: join it first`, {
        ...(error && { cause: error }),
      })
    return outbox.publish(this.#name, event, args[0])
  }

  volatile(event: string, args: readonly unknown[]): void {
    const { schemas, state, protocol, dropped } = this.#hooks
    schemas.checkRoomEvent(event, args, true)
    const now = state().status === 'joined' ? protocol() : undefined
    if (now) now.volatile(this.#name, event, args[0])
    else dropped(event, 'volatile, and not joined')
  }
}
