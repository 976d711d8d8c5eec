import { describe, RoomfulError } from '@roomful/contract'

/** Ends a subscription; calling it again does nothing. */
export type Unsubscribe = () => void

interface Cell<Args extends readonly unknown[]> {
  handler: ((...args: Args) => void) | undefined
}

type OneArgument = ((data: unknown) => void) | undefined

/** A list of handlers: O(1) to add to and to remove from, in any order. */
export class Emitter<Args extends readonly unknown[]> {
  /** Those that were removed stay, without their handlers, until they are more than half and the list is used again. */
  #cells: Cell<Args>[] = []
  #size = 0

  get size(): number {
    return this.#size
  }

  add(handler: (...args: Args) => void): Unsubscribe {
    assertListener(handler)
    const cell: Cell<Args> = { handler }
    this.#compacted().push(cell)
    this.#size += 1
    return () => {
      if (cell.handler === undefined) return
      cell.handler = undefined
      this.#size -= 1
      if (this.#size === 0) this.#cells = []
    }
  }

  /** Calls every handler; one that throws harms no other. One that is removed meanwhile is not called any more. */
  call(args: Args, onThrow: (error: unknown) => void): void {
    const cells = this.#compacted()
    const end = cells.length // one that is added meanwhile is not called yet
    let next = 0
    while (next < end) {
      try {
        // One try for the whole run: it is left, and entered again, only where a handler throws.
        if (args.length === 1) {
          const [data] = args as readonly unknown[] // most events: a spread here would cost half of the dispatch
          while (next < end) (cells[next++]?.handler as OneArgument)?.(data)
        } else while (next < end) cells[next++]?.handler?.(...args)
      } catch (error) {
        onThrow(error)
      }
    }
  }

  #compacted(): Cell<Args>[] {
    // Another array: a call that is under way goes on with its own.
    if (this.#cells.length > 2 * this.#size) this.#cells = this.#cells.filter(({ handler }) => handler !== undefined)
    return this.#cells
  }
}

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
