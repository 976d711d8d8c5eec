type Name = string | symbol
type Listener = ((...args: unknown[]) => unknown) & { listener?: Listener }

/** Node's EventEmitter, as far as Socket.IO and what is written for it go. */
export class EventEmitter {
  on(name: Name, listener: Listener): this {
    return this.addListener(name, listener)
  }

  addListener(name: Name, listener: Listener): this {
    return change(this, name, (list) => [...list, listener])
  }

  prependListener(name: Name, listener: Listener): this {
    return change(this, name, (list) => [listener, ...list])
  }

  once(name: Name, listener: Listener): this {
    const once: Listener = (...args) => {
      this.off(name, once)
      return listener.apply(this, args)
    }
    once.listener = listener
    return this.on(name, once)
  }

  off(name: Name, listener: Listener): this {
    return this.removeListener(name, listener)
  }

  removeListener(name: Name, listener: Listener): this {
    return change(this, name, (list) => {
      const index = list.findLastIndex((each) => each === listener || each.listener === listener)
      return list.filter((_, at) => at !== index)
    })
  }

  removeAllListeners(name?: Name): this {
    if (name !== undefined) return change(this, name, () => [])
    all(this).clear()
    return this
  }

  emit(name: Name, ...args: unknown[]): boolean {
    const list = all(this).get(name) ?? []
    if (list.length === 0 && name === 'error') throw args[0]
    for (const listener of list) listener.apply(this, args)
    return list.length > 0
  }

  listeners(name: Name): Listener[] {
    return this.rawListeners(name).map((each) => each.listener ?? each)
  }

  rawListeners(name: Name): Listener[] {
    return [...(all(this).get(name) ?? [])]
  }

  listenerCount(name: Name): number {
    return this.rawListeners(name).length
  }

  eventNames(): Name[] {
    return [...all(this).keys()]
  }

  setMaxListeners(): this {
    return this
  }

  getMaxListeners(): number {
    return Infinity
  }
}

// Socket.IO copies what it finds on Node's emitter, where methods are enumerable.
for (const name of Object.getOwnPropertyNames(EventEmitter.prototype))
  if (name !== 'constructor') Object.defineProperty(EventEmitter.prototype, name, { enumerable: true })

export default EventEmitter

const lists = new WeakMap<EventEmitter, Map<Name, readonly Listener[]>>()

/** Kept apart: some inherit without calling the constructor. */
function all(emitter: EventEmitter): Map<Name, readonly Listener[]> {
  const known = lists.get(emitter) ?? new Map<Name, readonly Listener[]>()
  lists.set(emitter, known)
  return known
}

function change<E extends EventEmitter>(emitter: E, name: Name, next: (list: readonly Listener[]) => Listener[]): E {
  const list = next(all(emitter).get(name) ?? [])
  if (list.length > 0) all(emitter).set(name, list)
  else all(emitter).delete(name)
  return emitter
}
