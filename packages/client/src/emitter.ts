import { RoomfulError } from '@roomful/contract'
import { describe } from '@roomful/contract/protocol'

/** Ends a subscription; calling it again does nothing. */
export type Unsubscribe = () => void

type OneArgument = (data: unknown) => void

/** A list of handlers: O(1) to add to and to remove from, in any order. */
export class Emitter<Args extends readonly unknown[]> {
  /** Those that were removed stay, as `nothing`, until they are more than half and the list is used again, outside of a call. */
  #handlers: ((...args: Args) => void)[] = []
  /** Where each of them stands; -1 where it was removed. */
  #places: { at: number }[] = []
  #size = 0
  /** How many calls are under way: nothing is moved meanwhile, so that they miss no removal. */
  #calls = 0

  get size(): number {
    return this.#size
  }

  add(handler: (...args: Args) => void): Unsubscribe {
    assertListener(handler)
    this.#compact()
    const place = { at: this.#handlers.push(handler) - 1 }
    this.#places.push(place)
    this.#size += 1
    return () => {
      if (place.at < 0) return
      this.#handlers[place.at] = nothing
      place.at = -1
      this.#size -= 1
      if (this.#size === 0) {
        this.#handlers = []
        this.#places = []
      }
    }
  }

  /** Calls every handler; one that throws harms no other. One that is removed meanwhile is not called any more. */
  call(args: Args, onThrow: (error: unknown) => void): void {
    this.#compact()
    const handlers = this.#handlers
    const end = handlers.length // one that is added meanwhile is not called yet
    const isOne = args.length === 1 // most events: a spread would cost half of the dispatch
    const [data] = args as readonly unknown[]
    let next = 0
    this.#calls += 1
    try {
      while (next < end) {
        try {
          // One try for the whole run: it is left, and entered again, only where a handler throws.
          while (next < end) {
            const handler = handlers[next++]! // by itself, or it would have our list as its `this`
            if (isOne) (handler as unknown as OneArgument)(data)
            else handler(...args)
          }
        } catch (error) {
          onThrow(error)
        }
      }
    } finally {
      this.#calls -= 1
    }
  }

  #compact(): void {
    if (this.#calls > 0 || this.#handlers.length <= 2 * this.#size) return
    const handlers = this.#handlers
    this.#places = this.#places.filter(({ at }) => at >= 0)
    this.#handlers = this.#places.map((place, index) => {
      const handler = handlers[place.at]!
      place.at = index
      return handler
    })
  }
}

function nothing(): void {}

export function assertListener(handler: unknown): void {
  if (typeof handler === 'function') return
  throw new RoomfulError('INVALID_ARGUMENT', `a listener must be a function, got ${describe(handler)}`)
}

/** Handlers by event. */
export class Listeners<Args extends readonly unknown[]> {
  readonly #emitters = new Map<string, Emitter<Args>>()

  add(event: string, handler: (...args: Args) => void): Unsubscribe {
    const known = this.#emitters.get(event)
    const emitter = known ?? new Emitter<Args>()
    if (!known) this.#emitters.set(event, emitter)
    return emitter.add(handler)
  }

  /** Those of one event; undefined where nobody listens, so that nothing need be parsed for them. */
  of(event: string): Emitter<Args> | undefined {
    const emitter = this.#emitters.get(event)
    return emitter && emitter.size > 0 ? emitter : undefined
  }
}
