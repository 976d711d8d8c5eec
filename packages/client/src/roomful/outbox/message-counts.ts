import type { Message } from './message.ts'

interface Count {
  messages: number
  bytes: number
}

/** How many messages each user has, and their bytes: kept with each change, so that no emit counts all messages again. */
export class MessageCounts {
  readonly #byUser = new Map<Message['user'], Count>()

  add({ user, bytes }: Message, times: 1 | -1): void {
    const count = this.#byUser.get(user) ?? { messages: 0, bytes: 0 }
    count.messages += times
    count.bytes += times * bytes
    if (count.messages > 0) this.#byUser.set(user, count)
    else this.#byUser.delete(user)
  }

  /** The messages of the user, and those without a user. */
  of(user: Message['user']): Count {
    const { messages = 0, bytes = 0 } = this.#byUser.get(user) ?? {}
    const unowned = user === undefined ? undefined : this.#byUser.get(undefined)
    return { messages: messages + (unowned?.messages ?? 0), bytes: bytes + (unowned?.bytes ?? 0) }
  }
}
