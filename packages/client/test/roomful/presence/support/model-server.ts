import type { RoomfulError } from '@roomful/client'
import { refusal } from '../../../support/refusal.ts'

/** What one deployment of a server accepts. */
interface Deployment {
  readonly keepsPresence: boolean
  readonly bytes: number
  readonly refuses: readonly string[]
}

export const deployments: readonly Deployment[] = [
  { keepsPresence: true, bytes: 100, refuses: ['b'] },
  { keepsPresence: true, bytes: 1_000, refuses: [] },
  { keepsPresence: true, bytes: 100, refuses: ['a', 'c'] },
  { keepsPresence: false, bytes: 100, refuses: [] },
]

/** A server with one connection of the client and one room. `stored` is the client's presence there; null for none. */
export class ModelServer {
  deployment: Deployment = deployments[0]!
  isMember = false
  stored: unknown = null
  isBusy = false
  /** The server has removed the member without a message to the client. */
  hasExpelled = false

  expel(): void {
    this.forget()
    this.hasExpelled = true
  }

  /** The connection ended, or the client left. */
  forget(): void {
    this.isMember = false
    this.stored = null
  }

  join(presence: unknown): void {
    this.isMember = true
    this.hasExpelled = false
    if (presence === undefined) return
    this.#assertAllowed(presence)
    if (this.accepts(presence)) this.stored = presence
  }

  /** Stores the presence, or returns the refusal. */
  set(presence: unknown): RoomfulError | undefined {
    this.#assertAllowed(presence)
    if (this.isBusy) return refusal('RATE', { after: 5_000 })
    if (!this.isMember) {
      this.hasExpelled = false
      return refusal('NOT_MEMBER')
    }
    if (!this.accepts(presence)) return refusal('SHAPE')
    this.stored = presence
    return undefined
  }

  accepts(presence: unknown): boolean {
    return !this.deployment.refuses.includes(presence as string)
  }

  fits(presence: unknown): boolean {
    return presence === null || JSON.stringify(presence).length <= this.deployment.bytes
  }

  #assertAllowed(presence: unknown): void {
    if (!this.deployment.keepsPresence || !this.fits(presence))
      throw new Error(`a server ends the connection of a client that sends ${String(presence)}`)
  }
}
