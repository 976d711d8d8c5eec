import { warnOnce } from './inspect-server.ts'
import type { RedisClient } from './redis-client.ts'
import { messageOf } from './unavailable.ts'

interface Subscription {
  readonly listener: (message: string) => void
}

interface Channel {
  readonly subscriptions: Set<Subscription>
  /** Resolves once the server has subscribed the connection; undefined while the channel is not wanted. */
  active: Promise<void> | undefined
  /** Resolves once an earlier subscription has ended. */
  ended: Promise<void>
}

/** The channels of one connection. Each is subscribed once, for all of its listeners. */
export class Subscriptions {
  readonly #channels = new Map<string, Channel>()
  readonly #client: () => RedisClient

  /** `client` throws while there is no connection. */
  constructor(client: () => RedisClient) {
    this.#client = client
  }

  /** A listener that throws loses this message. The others get it, and the connection goes on. */
  onMessage(name: string, message: string): void {
    for (const { listener } of this.#channels.get(name)?.subscriptions ?? []) {
      try {
        listener(message)
      } catch (error) {
        const kind = error instanceof Error ? error.name : typeof error
        warnOnce(`redisLog: a message on the channel ${name} could not be read: ${messageOf(error)}`, `message ${kind}`)
      }
    }
  }

  /** Subscribes a new connection to all channels. */
  async restore(client: RedisClient): Promise<void> {
    const subscribed: Promise<void>[] = []
    for (const [name, channel] of this.#channels) {
      channel.ended = Promise.resolve()
      if (channel.subscriptions.size === 0) this.#channels.delete(name)
      else subscribed.push((channel.active = client.subscribe(name)))
    }
    await Promise.all(subscribed)
  }

  async add(name: string, listener: (message: string) => void): Promise<() => void> {
    const client = this.#client()
    const channel = this.#channels.get(name) ?? newChannel()
    this.#channels.set(name, channel)
    const subscription = { listener }
    channel.subscriptions.add(subscription)
    channel.active ??= channel.ended.then(() => client.subscribe(name))
    const remove = (): void => this.#remove(name, channel, subscription)
    try {
      await channel.active
    } catch (error) {
      remove()
      throw error
    }
    return remove
  }

  #remove(name: string, channel: Channel, subscription: Subscription): void {
    if (!channel.subscriptions.delete(subscription) || channel.subscriptions.size > 0) return
    const { active } = channel
    channel.active = undefined
    channel.ended = this.#end(name, active)
    void channel.ended.then(() => {
      if (channel.active === undefined && this.#channels.get(name) === channel) this.#channels.delete(name)
    })
  }

  async #end(name: string, active: Promise<void> | undefined): Promise<void> {
    try {
      await active
      await this.#client().unsubscribe(name)
    } catch {
      // The connection is over, and its subscriptions with it.
    }
  }
}

function newChannel(): Channel {
  return { subscriptions: new Set(), active: undefined, ended: Promise.resolve() }
}
