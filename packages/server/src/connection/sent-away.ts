import type { Bye } from '@roomful/contract/protocol'
import { refuse } from '../refuse.ts'

/**
 * The users whose connections were ended lately. The answer of an `authenticate` that began before may not know of it: "sign out
 * everywhere" must end that connection too.
 */
export class SentAway {
  /** The longest time that a call of `authenticate` may take, in milliseconds. */
  readonly #keepMs: number
  /** By the user's id, oldest first. */
  readonly #byes = new Map<string, { readonly bye: Bye; readonly at: number }>()

  constructor(keepMs: number) {
    this.#keepMs = keepMs
  }

  /** `agoMs`: how long ago it was decided, in milliseconds. */
  add(userId: string, bye: Bye, agoMs = 0): void {
    const now = performance.now()
    const at = now - agoMs
    this.#byes.delete(userId)
    this.#byes.set(userId, { bye, at })
    for (const [id, known] of this.#byes) {
      if (now - known.at <= this.#keepMs) return
      this.#byes.delete(id)
    }
  }

  /** @throws RefusalError with the code of the `$bye`, where it was sent after `startedAt`. */
  assertNot(userId: string, startedAt: number): void {
    const known = this.#byes.get(userId)
    if (known === undefined || known.at < startedAt) return
    const { code, message, after } = known.bye
    throw refuse(code, message, { after })
  }
}
