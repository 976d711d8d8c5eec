import { RoomfulError } from '@roomful/contract'
import { describe } from '@roomful/contract/protocol'

/** Ends a subscription; calling it again does nothing. */
export type Unsubscribe = () => void

type OneArgument = (data: unknown) => void

/** A list of handlers: O(1) to add to and to remove from, in any order. */
export class Emitter<Args extends readonly unknown[]> {
  /** Removed handlers are replaced by `noop`, until they are more than half of the list and no call is under way. */
  #handlers: ((...args: Args) => void)[] = []
  /** The index of each handler; -1 after its removal. */
  #places: { at: number }[] = []
  #size = 0
  /** How many calls are under way. Handlers are not moved meanwhile: each call works with indexes. */
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
      this.#handlers[place.at] = noop
      place.at = -1
      this.#size -= 1
      if (this.#size === 0) {
        this.#handlers = []
        this.#places = []
      }
    }
  }

  /** Calls every handler. A handler that throws disturbs no other; one that is removed meanwhile is not called. */
  call(args: Args, onThrow: (error: unknown) => void): void {
    this.#compact()
    const handlers = this.#handlers
    const end = handlers.length // a handler that is added meanwhile is not called yet
    const isOne = args.length === 1 // as most events have: a spread would cost half of the dispatch
    const [data] = args as readonly unknown[]
    let next = 0
    this.#calls += 1
    try {
      while (next < end) {
        try {
          // One `try` around the loop: it is left, and entered again, only after a handler threw.
          while (next < end) {
            const handler = handlers[next++]! // called as a plain function: `handlers[next]()` would give it the list as `this`
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

function noop(): void {}

export function assertListener(handler: unknown): void {
  if (typeof handler === 'function') return
  throw new RoomfulError('INVALID_ARGUMENT', `a listener must be a function, got ${describe(handler)}`)
}

/** Handlers by event name. */
export class Listeners<Args extends readonly unknown[]> {
  readonly #emitters = new Map<string, Emitter<Args>>()

  get size(): number {
    let size = 0
    for (const emitter of this.#emitters.values()) size += emitter.size
    return size
  }

  add(event: string, handler: (...args: Args) => void): Unsubscribe {
    const known = this.#emitters.get(event)
    const emitter = known ?? new Emitter<Args>()
    const remove = emitter.add(handler)
    this.#emitters.set(event, emitter)
    return () => {
      remove()
      if (emitter.size === 0 && this.#emitters.get(event) === emitter) this.#emitters.delete(event)
    }
  }

  clear(): void {
    this.#emitters.clear()
  }

  /** Calls the handlers of one event with what `parse` returns. Where the event has no handler, nothing is parsed. */
  emit(event: string, parse: () => Args | undefined, onThrow: (error: unknown) => void): void {
    const emitter = this.of(event)
    const args = emitter && parse()
    if (args) emitter.call(args, onThrow)
  }

  /** The handlers of one event; undefined where it has none, so that its data need not be parsed. */
  of(event: string): Emitter<Args> | undefined {
    const emitter = this.#emitters.get(event)
    return emitter && emitter.size > 0 ? emitter : undefined
  }
}
