import { RoomfulError } from '@roomful/contract'
import { describe } from '@roomful/contract/protocol'

/** Ends a subscription; calling it again does nothing. */
export type Unsubscribe = () => void

type AnyListener = (...args: unknown[]) => void

/** A list of handlers: O(1) to add to and to remove from, in any order. */
export class Emitter<Args extends readonly unknown[]> {
  /** A removed handler is replaced by `noop`, until these are more than half of the list. */
  #listeners: { call: (...args: Args) => void }[] = []
  #size = 0

  get size(): number {
    return this.#size
  }

  add(handler: (...args: Args) => void): Unsubscribe {
    assertListener(handler)
    const listener = { call: handler }
    this.#compacted().push(listener)
    this.#size += 1
    return () => {
      if (listener.call === noop) return
      listener.call = noop
      this.#size -= 1
      if (this.#size === 0) this.#listeners = []
    }
  }

  /** Calls every handler. A handler that throws disturbs no other; one that is removed meanwhile is not called. */
  call(args: Args, onThrow: (error: unknown) => void): void {
    const listeners = this.#compacted()
    const end = listeners.length // a handler that is added meanwhile is not called yet
    const { length } = args
    const [first, second] = args as readonly unknown[]
    for (let index = 0; index < end; index += 1) {
      const call = listeners[index]!.call as unknown as AnyListener
      try {
        // Most events have one or two arguments: a spread would cost half of the dispatch.
        if (length === 1) call(first)
        else if (length === 2) call(first, second)
        else call(...args)
      } catch (error) {
        onThrow(error)
      }
    }
  }

  /** The list; a new one where more than half has been removed: a call that is under way goes on with the old one. */
  #compacted(): { call: (...args: Args) => void }[] {
    if (this.#listeners.length > 2 * this.#size) this.#listeners = this.#listeners.filter(({ call }) => call !== noop)
    return this.#listeners
  }
}

function noop(): void {}

export function assertListener(handler: unknown): void {
  if (typeof handler === 'function') return
  throw new RoomfulError('INVALID_ARGUMENT', `a listener must be a function, got ${describe(handler)}`)
}

/** Handlers by event name, or by another key. */
export class Listeners<Args extends readonly unknown[], Key = string> {
  /** Only of events that have a handler. */
  readonly #emitters = new Map<Key, Emitter<Args>>()

  /** How many events have a handler. */
  get size(): number {
    return this.#emitters.size
  }

  add(event: Key, handler: (...args: Args) => void): Unsubscribe {
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
  emit(event: Key, parse: () => Args | undefined, onThrow: (error: unknown) => void): void {
    const emitter = this.of(event)
    const args = emitter && parse()
    if (args) emitter.call(args, onThrow)
  }

  /** The handlers of one event; undefined where it has none, so that its data need not be parsed. */
  of(event: Key): Emitter<Args> | undefined {
    return this.#emitters.get(event)
  }
}
