import type { RoomfulError } from '@roomful/client'
import { refusal } from '../../../support/refusal.ts'

/** What one deployment of a server takes. */
interface Deployment {
  readonly keeps: boolean
  readonly bytes: number
  readonly refuses: readonly string[]
}

export const deployments: readonly Deployment[] = [
  { keeps: true, bytes: 100, refuses: ['b'] },
  { keeps: true, bytes: 1_000, refuses: [] },
  { keeps: true, bytes: 100, refuses: ['a', 'c'] },
  { keeps: false, bytes: 100, refuses: [] },
]

/** A server with one connection of ours and one room: what it has of us there, null where that is nothing. */
export class ModelServer {
  deployment: Deployment = deployments[0]!
  isIn = false
  has: unknown = null
  isBusy = false
  /** It has put us out, and we cannot know. */
  isSecret = false

  expel(): void {
    this.forget()
    this.isSecret = true
  }

  /** The connection is gone, or has left. */
  forget(): void {
    this.isIn = false
    this.has = null
  }

  join(presence: unknown): void {
    this.isIn = true
    this.isSecret = false
    if (presence === undefined) return
    this.#assertPolite(presence)
    if (this.isFine(presence)) this.has = presence
  }

  /** The refusal, if it is one. */
  told(presence: unknown): RoomfulError | undefined {
    this.#assertPolite(presence)
    if (this.isBusy) return refusal('RATE', { after: 5_000 })
    if (!this.isIn) {
      this.isSecret = false
      return refusal('NOT_MEMBER')
    }
    if (!this.isFine(presence)) return refusal('SHAPE')
    this.has = presence
    return undefined
  }

  isFine(presence: unknown): boolean {
    return !this.deployment.refuses.includes(presence as string)
  }

  fits(presence: unknown): boolean {
    return presence === null || JSON.stringify(presence).length <= this.deployment.bytes
  }

  #assertPolite(presence: unknown): void {
    const isPolite = this.deployment.keeps && this.fits(presence)
    if (!isPolite) throw new Error(`it ends a connection that says ${String(presence)}`)
  }
}
