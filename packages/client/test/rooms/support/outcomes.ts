import type { RoomfulError } from '@roomful/client'
import type { PublishRequest } from '@roomful/contract/protocol'

/** How the promise ends: `confirmed`, or the error's code. */
export function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'confirmed',
    (error: RoomfulError) => error.code,
  )
}

/** The data of each item, batch by batch. */
export function textsOf(requests: readonly unknown[]): unknown[][] {
  return (requests as PublishRequest[]).map(({ items }) => items.map(({ data }) => data))
}

/** The numbers of the items, batch by batch. */
export function keysOf(requests: readonly unknown[]): number[][] {
  return (requests as PublishRequest[]).map(({ items }) => items.map(({ n }) => n))
}
